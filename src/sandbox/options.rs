//! The options of a sandbox, and their checks.

use super::faults::Fault;
use super::http::rate_limit::RateLimit;
use super::scenario::Scenario;
use crate::secret::Secret;

/// A key of the sandbox.
#[derive(Clone, Debug)]
pub struct Key {
    /// The id of the key.
    pub id: String,
    /// The secret of the key.
    pub secret: Secret,
    /// The id of the organization that it opens, a UUID; none: [`Options::organization_id`].
    pub organization_id: Option<String>,
}

/// The options of a sandbox.
#[derive(Clone, Debug)]
pub struct Options {
    /// The seed of all random draws: the same seed and the same requests give the same state.
    pub seed: u64,
    /// The delay of each response, in real milliseconds.
    pub latency_ms: f64,
    /// The number of virtual seconds in a real one. The caller's clock applies it; the sandbox converts the rate limit's
    /// reset with it.
    pub time_scale: f64,
    /// The rate limit of each key; none: no limit.
    pub rate_limit: Option<RateLimit>,
    /// The most services of each organization.
    pub max_services: u32,
    /// The probability of each fault, from 0 to 1. Faults without an entry do not come.
    pub faults: Vec<(Fault, f64)>,
    /// The id of the first key.
    pub key_id: String,
    /// The secret of the first key.
    pub key_secret: Secret,
    /// The id of the first key's organization, a UUID.
    pub organization_id: String,
    /// Further keys. Each other organization that they name has services of its own.
    pub keys: Vec<Key>,
    /// What the organization of the first key has at the start; none: nothing.
    pub scenario: Option<Scenario>,
}

/// The live API's limits, real time, no latency. Key and organization are constants, and no secret.
impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            latency_ms: 0.0,
            time_scale: 1.0,
            rate_limit: Some(RateLimit::LIVE),
            max_services: 20,
            faults: Vec::new(),
            key_id: "sandbox-key-id".to_owned(),
            key_secret: Secret::new("sandbox-key-secret"),
            organization_id: "5a9db0c5-0000-4000-8000-000000000001".to_owned(),
            keys: Vec::new(),
            scenario: None,
        }
    }
}

impl Options {
    /// Checks the options: `(option, expected)` for the first wrong one.
    ///
    /// # Errors
    ///
    /// An option is out of its range.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        let positive = |value: f64| value.is_finite() && value > 0.0;
        if !(self.latency_ms.is_finite() && self.latency_ms >= 0.0) {
            return Err(("latency_ms", "a number of at least 0"));
        }
        if !positive(self.time_scale) {
            return Err(("time_scale", "a number above 0"));
        }
        if self.rate_limit.is_some_and(|limit| limit.requests == 0 || !positive(limit.per_ms)) {
            return Err(("rate_limit", "at least 1 request in more than 0 milliseconds"));
        }
        if !self.faults.iter().all(|(_, probability)| (0.0..=1.0).contains(probability)) {
            return Err(("faults", "probabilities from 0 to 1"));
        }
        if self.scenario.as_ref().is_some_and(|scenario| scenario.services() > self.max_services as usize) {
            return Err(("max_services", "at least the number of the scenario's services"));
        }
        if self.key_id.is_empty() || self.key_id.contains(':') {
            return Err(("key_id", "a text without a colon"));
        }
        if self.key_secret.reveal().is_empty() {
            return Err(("key_secret", "a text"));
        }
        if !is_uuid(&self.organization_id) {
            return Err(("organization_id", "a UUID"));
        }
        for (index, Key { id, secret, organization_id }) in self.keys.iter().enumerate() {
            if id.is_empty() || id.contains(':') || secret.reveal().is_empty() {
                return Err(("keys", "keys with an id without a colon, and a secret"));
            }
            if *id == self.key_id || self.keys.iter().take(index).any(|key| key.id == *id) {
                return Err(("keys", "keys of different ids"));
            }
            if organization_id.as_deref().is_some_and(|id| !is_uuid(id)) {
                return Err(("keys", "keys of organizations that are UUIDs"));
            }
        }
        Ok(())
    }

    /// The ids of all organizations, that of the first key first.
    #[must_use]
    pub fn organizations(&self) -> Vec<&str> {
        let mut ids = vec![self.organization_id.as_str()];
        for id in self.keys.iter().filter_map(|key| key.organization_id.as_deref()) {
            if !ids.iter().any(|known| known.eq_ignore_ascii_case(id)) {
                ids.push(id);
            }
        }
        ids
    }

    /// The same options, with the default in place of each wrong one.
    pub(super) fn sanitized(mut self) -> Self {
        let default = Self::default();
        while let Err((option, _)) = self.check() {
            match option {
                "latency_ms" => self.latency_ms = default.latency_ms,
                "time_scale" => self.time_scale = default.time_scale,
                "rate_limit" => self.rate_limit = default.rate_limit,
                "faults" => self.faults.clone_from(&default.faults),
                "key_id" => self.key_id.clone_from(&default.key_id),
                "key_secret" => self.key_secret = default.key_secret.clone(),
                "keys" => self.keys.clear(),
                _ => self.organization_id.clone_from(&default.organization_id),
            }
        }
        self
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_option_is_named_and_replaced() {
        assert_eq!(Options::default().check(), Ok(()));
        let broken = [
            ("latency_ms", Options { latency_ms: f64::NAN, ..Options::default() }),
            ("time_scale", Options { time_scale: 0.0, ..Options::default() }),
            ("rate_limit", Options { rate_limit: Some(RateLimit { requests: 0, per_ms: 1.0 }), ..Options::default() }),
            ("faults", Options { faults: vec![(Fault::Slow, f64::NAN)], ..Options::default() }),
            ("key_id", Options { key_id: "a:b".to_owned(), ..Options::default() }),
            ("key_secret", Options { key_secret: Secret::new(""), ..Options::default() }),
            ("organization_id", Options { organization_id: "x".repeat(36), ..Options::default() }),
            ("keys", Options { keys: vec![key("a:b", None)], ..Options::default() }),
            ("keys", Options { keys: vec![key("sandbox-key-id", None)], ..Options::default() }),
            ("keys", Options { keys: vec![key("a", None), key("a", None)], ..Options::default() }),
            ("keys", Options { keys: vec![key("a", Some("mine"))], ..Options::default() }),
        ];
        for (name, options) in broken {
            assert_eq!(options.check().unwrap_err().0, name);
            assert_eq!(options.sanitized().check(), Ok(()));
        }
    }

    fn key(id: &str, organization_id: Option<&str>) -> Key {
        Key { id: id.to_owned(), secret: Secret::new("s"), organization_id: organization_id.map(str::to_owned) }
    }

    #[test]
    fn the_secret_is_not_shown() {
        assert!(!format!("{:?}", Options::default()).contains("sandbox-key-secret"));
    }
}
