//! The selection of the fault that meets a request: the oldest injection that fits, else one by probability.
//!
//! The draws come from a stream of their own, so that sandboxes with and without faults create the same services with
//! the same passwords.

use super::Fault;
use crate::contract::{self, Method, OPERATIONS, Operation};
use crate::sandbox::http::route::target;
use crate::sandbox::model::random::Random;
use crate::suggest::nearest;

/// The most injections that wait.
pub const INJECTIONS: usize = 1_000;

/// A fault for the next requests that fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Injection {
    /// The fault.
    pub fault: Fault,
    /// The number of requests that it meets.
    pub times: u32,
    /// Only requests of this method.
    pub method: Option<Method>,
    /// Only requests of this path: one of the contract's, such as `/v1/organizations/{organizationId}/services`, in
    /// which values may stand for the parameters.
    pub path: Option<String>,
    /// Only requests of this operation, such as `services.create`.
    pub operation: Option<String>,
}

impl Injection {
    /// A fault for the next request.
    #[must_use]
    pub const fn once(fault: Fault) -> Self {
        Self { fault, times: 1, method: None, path: None, operation: None }
    }

    /// The mistake in it, as `(property, text)`.
    fn check(&self) -> Result<(), (&'static str, String)> {
        if self.times == 0 {
            return Err(("times", "must be a whole number of at least 1".to_owned()));
        }
        let on_path = || OPERATIONS.iter().filter(|operation| self.has_path(operation.path));
        if on_path().next().is_none() {
            let path = self.path.as_deref().unwrap_or_default();
            return Err(("path", format!("must be one of the contract's paths, not {path}")));
        }
        let by_method = || on_path().filter(|operation| self.has_method(operation.method));
        if by_method().next().is_none() {
            let known: Vec<_> = on_path().map(|operation| operation.method.as_str()).collect();
            return Err(("method", format!("must be one of the path's: {}", known.join(", "))));
        }
        let mut operations = by_method().filter(|operation| self.has_name(operation.name)).peekable();
        if operations.peek().is_none() {
            return Err(("operation", self.wrong_operation()));
        }
        if !operations.any(|operation| self.fault.applies_to(operation)) {
            return Err(("fault", format!("{} never meets such a request", self.fault.name())));
        }
        Ok(())
    }

    fn has_name(&self, name: &str) -> bool {
        self.operation.as_deref().is_none_or(|only| only == name)
    }

    /// The mistake of an operation that no request can have.
    fn wrong_operation(&self) -> String {
        let name = self.operation.as_deref().unwrap_or_default();
        match contract::operation(name) {
            Some(operation) => {
                let (method, path) = (operation.method.as_str(), operation.path);
                format!("must be of the method and the path: {name} is {method} {path}")
            }
            None => match nearest(name, OPERATIONS.iter().map(|operation| operation.name)) {
                Some(near) => format!("must be one of the contract's, not {name}: did you mean {near}?"),
                None => format!("must be one of the contract's, such as services.create, not {name}"),
            },
        }
    }

    fn has_method(&self, method: Method) -> bool {
        self.method.is_none_or(|only| only == method)
    }

    /// Whether each segment is the same, or a parameter on one of the two sides.
    fn has_path(&self, path: &str) -> bool {
        let Some(only) = &self.path else { return true };
        let is_parameter = |segment: &str| segment.starts_with('{') && segment.ends_with('}');
        let same = |(one, other): (&str, &str)| one == other || is_parameter(one) || is_parameter(other);
        let only = target(only).0;
        only.split('/').count() == path.split('/').count() && only.split('/').zip(path.split('/')).all(same)
    }
}

/// The probabilities of faults, and the injections that wait.
pub struct FaultSelection {
    probabilities: Vec<(Fault, f64)>,
    injected: Vec<Injection>,
    pub random: Random,
}

/// A fault that is about to meet a request, and the injection that it comes from.
#[derive(Clone, Copy)]
pub struct SelectedFault {
    pub fault: Fault,
    injection: Option<usize>,
}

impl FaultSelection {
    pub const fn new(probabilities: Vec<(Fault, f64)>, random: Random) -> Self {
        Self { probabilities, injected: Vec::new(), random }
    }

    pub fn probabilities(&self) -> &[(Fault, f64)] {
        &self.probabilities
    }

    pub fn set_probabilities(&mut self, probabilities: Vec<(Fault, f64)>) {
        self.probabilities = probabilities;
    }

    /// A stream for the damage to one request.
    pub fn stream(&self) -> Random {
        self.random.fork()
    }

    /// Adds a fault for the next requests that fit.
    pub fn inject(&mut self, injection: Injection) -> Result<(), (&'static str, String)> {
        injection.check()?;
        if self.injected.len() >= INJECTIONS {
            return Err(("fault", format!("waits already {INJECTIONS} times for a request to meet")));
        }
        self.injected.push(injection);
        Ok(())
    }

    /// The fault for a request. An injection stays until [`FaultSelection::consume`].
    pub fn select(&self, operation: &Operation, url: &str) -> Option<SelectedFault> {
        let drawn: Vec<Fault> = self
            .probabilities
            .iter()
            .filter(|(_, probability)| self.random.chance(*probability))
            .filter(|(fault, _)| fault.applies_to(operation))
            .map(|(fault, _)| *fault)
            .collect();
        let chosen = self.random.below(drawn.len() as u64) as usize;
        let path = target(url).0;
        let fits = |injection: &Injection| {
            injection.has_name(operation.name)
                && injection.has_method(operation.method)
                && injection.has_path(path)
                && injection.fault.applies_to(operation)
        };
        match self.injected.iter().enumerate().find(|(_, injection)| fits(injection)) {
            Some((index, injection)) => Some(SelectedFault { fault: injection.fault, injection: Some(index) }),
            None => drawn.get(chosen).map(|fault| SelectedFault { fault: *fault, injection: None }),
        }
    }

    /// Counts an injection that has met its request.
    pub fn consume(&mut self, selected: SelectedFault) {
        let Some(index) = selected.injection else { return };
        if let Some(injection) = self.injected.get_mut(index) {
            injection.times -= 1;
            if injection.times == 0 {
                self.injected.remove(index);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(fault: Fault, method: Option<Method>, path: Option<&str>) -> Result<(), &'static str> {
        let path = path.map(str::to_owned);
        Injection { method, path, ..Injection::once(fault) }.check().map_err(|(property, _)| property)
    }

    #[test]
    fn an_injection_that_fits_no_request_is_refused() {
        const SERVICES: &str = "/v1/organizations/{organizationId}/services";
        assert_eq!(check(Fault::Slow, None, None), Ok(()));
        assert_eq!(check(Fault::Slow, Some(Method::Get), Some(SERVICES)), Ok(()));
        assert_eq!(check(Fault::Slow, None, Some("/v1/organizations/11111111-2222-4333-8444-555555555555")), Ok(()));
        assert_eq!(check(Fault::Slow, None, Some("/v1/organizations/{id}/servces")), Err("path"));
        assert_eq!(check(Fault::Slow, None, Some("/v1")), Err("path"));
        assert_eq!(check(Fault::Slow, Some(Method::Put), Some(SERVICES)), Err("method"));
        assert_eq!(check(Fault::StaleRead, Some(Method::Post), Some(SERVICES)), Err("fault"));
        let named = |name: &str, method| {
            let operation = Some(name.to_owned());
            Injection { operation, method, ..Injection::once(Fault::Slow) }.check().map_err(|(_, text)| text)
        };
        assert_eq!(named("keys.create", None), Ok(()));
        let wrong = "must be of the method and the path: keys.create is POST /v1/organizations/{organizationId}/keys";
        assert_eq!(named("keys.create", Some(Method::Get)), Err(wrong.to_owned()));
        let misspelt = "must be one of the contract's, not keys.crate: did you mean keys.create?";
        assert_eq!(named("keys.crate", None), Err(misspelt.to_owned()));
        assert_eq!(Injection { times: 0, ..Injection::once(Fault::Slow) }.check().unwrap_err().0, "times");
    }

    #[test]
    fn waiting_injections_are_bounded() {
        let mut faults = FaultSelection::new(Vec::new(), Random::new(1));
        for _ in 0..INJECTIONS {
            faults.inject(Injection::once(Fault::Slow)).unwrap();
        }
        assert!(faults.inject(Injection::once(Fault::Slow)).is_err());
    }

    #[test]
    fn faults_come_as_often_as_their_probabilities() {
        let faults =
            FaultSelection::new(vec![(Fault::Slow, 0.1), (Fault::Html, 0.0), (Fault::DropAfter, 0.3)], Random::new(1));
        let mut met = [0, 0];
        for _ in 0..10_000 {
            match faults.select(OPERATIONS[0], "").map(|selected| selected.fault) {
                Some(Fault::Slow) => met[0] += 1,
                Some(Fault::DropAfter) => met[1] += 1,
                Some(other) => panic!("{}", other.name()),
                None => {}
            }
        }
        // Where both are drawn, each comes half of the time.
        assert!((750..950).contains(&met[0]) && (2_700..3_000).contains(&met[1]), "{met:?}");
    }
}
