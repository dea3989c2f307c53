//! Which fault meets which request: by probability, or because it was injected.
//!
//! The draws come from a stream of their own, so that a world with faults and one without create the same services
//! with the same passwords.

use super::Fault;
use crate::contract::{Method, OPERATIONS, Operation};
use crate::sandbox::http::route::target;
use crate::sandbox::model::random::Random;

/// How many injections wait at most.
pub const INJECTIONS: usize = 1_000;

/// A fault for the next requests that fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Injection {
    /// The fault.
    pub fault: Fault,
    /// How many requests it meets.
    pub times: u32,
    /// Only requests of this method.
    pub method: Option<Method>,
    /// Only requests of this path: one of the contract's, such as `/v1/organizations/{organizationId}/services`, in
    /// which values may stand for the parameters.
    pub path: Option<String>,
}

impl Injection {
    /// A fault for the next request.
    #[must_use]
    pub const fn once(fault: Fault) -> Self {
        Self { fault, times: 1, method: None, path: None }
    }

    /// What is wrong with it, as `(property, text)`.
    fn check(&self) -> Result<(), (&'static str, String)> {
        if self.times == 0 {
            return Err(("times", "must be a whole number of at least 1".to_owned()));
        }
        let on_path = || OPERATIONS.iter().filter(|operation| self.has_path(operation.path));
        if on_path().next().is_none() {
            let path = self.path.as_deref().unwrap_or_default();
            return Err(("path", format!("must be one of the contract's paths, not {path}")));
        }
        let mut asked = on_path().filter(|operation| self.has_method(operation.method)).peekable();
        if asked.peek().is_none() {
            let known: Vec<_> = on_path().map(|operation| operation.method.as_str()).collect();
            return Err(("method", format!("must be one of the path's: {}", known.join(", "))));
        }
        if !asked.any(|operation| self.fault.meets(operation)) {
            return Err(("fault", format!("{} never meets such a request", self.fault.name())));
        }
        Ok(())
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

/// All faults that may come.
pub struct Faults {
    probabilities: Vec<(Fault, f64)>,
    injected: Vec<Injection>,
    pub random: Random,
}

/// A fault that is about to meet a request, and which injection it comes from.
#[derive(Clone, Copy)]
pub struct Met {
    pub fault: Fault,
    injection: Option<usize>,
}

impl Faults {
    pub const fn new(probabilities: Vec<(Fault, f64)>, random: Random) -> Self {
        Self { probabilities, injected: Vec::new(), random }
    }

    /// The stream of a request that is met.
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

    /// What meets this request: the oldest injection that fits, else what is drawn.
    pub fn meet(&self, operation: &Operation, url: &str) -> Option<Met> {
        let drawn: Vec<Fault> = self
            .probabilities
            .iter()
            .filter(|(_, probability)| self.random.chance(*probability))
            .filter(|(fault, _)| fault.meets(operation))
            .map(|(fault, _)| *fault)
            .collect();
        let chosen = self.random.below(drawn.len() as u64) as usize;
        let path = target(url).0;
        let fits = |injection: &Injection| {
            injection.has_method(operation.method) && injection.has_path(path) && injection.fault.meets(operation)
        };
        match self.injected.iter().enumerate().find(|(_, injection)| fits(injection)) {
            Some((index, injection)) => Some(Met { fault: injection.fault, injection: Some(index) }),
            None => drawn.get(chosen).map(|fault| Met { fault: *fault, injection: None }),
        }
    }

    /// It has met the request.
    pub fn spend(&mut self, met: Met) {
        let Some(index) = met.injection else { return };
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
        Injection { fault, times: 1, method, path }.check().map_err(|(property, _)| property)
    }

    #[test]
    fn an_injection_that_can_meet_nothing_is_refused() {
        const SERVICES: &str = "/v1/organizations/{organizationId}/services";
        assert_eq!(check(Fault::Slow, None, None), Ok(()));
        assert_eq!(check(Fault::Slow, Some(Method::Get), Some(SERVICES)), Ok(()));
        assert_eq!(check(Fault::Slow, None, Some("/v1/organizations/11111111-2222-4333-8444-555555555555")), Ok(()));
        assert_eq!(check(Fault::Slow, None, Some("/v1/organizations/{id}/servces")), Err("path"));
        assert_eq!(check(Fault::Slow, None, Some("/v1")), Err("path"));
        assert_eq!(check(Fault::Slow, Some(Method::Put), Some(SERVICES)), Err("method"));
        assert_eq!(check(Fault::StaleRead, Some(Method::Post), Some(SERVICES)), Err("fault"));
        assert_eq!(Injection { times: 0, ..Injection::once(Fault::Slow) }.check().unwrap_err().0, "times");
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut faults = Faults::new(Vec::new(), Random::new(1));
        for _ in 0..INJECTIONS {
            faults.inject(Injection::once(Fault::Slow)).unwrap();
        }
        assert!(faults.inject(Injection::once(Fault::Slow)).is_err());
    }

    #[test]
    fn a_probability_is_how_often() {
        let faults = Faults::new(vec![(Fault::Slow, 0.1), (Fault::Html, 0.0), (Fault::DropAfter, 0.3)], Random::new(1));
        let mut met = [0, 0];
        for _ in 0..10_000 {
            match faults.meet(OPERATIONS[0], "").map(|met| met.fault) {
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
