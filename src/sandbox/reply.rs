//! What a transport gets for a request.

use crate::host::{self, HttpResponse};

/// What comes of a request, and when.
#[derive(Clone, Debug)]
pub struct Reply {
    /// What comes of it.
    pub outcome: Outcome,
    /// How long to hold it back, in real milliseconds. What the request changes is changed already.
    pub delay_ms: f64,
}

/// What comes of a request.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// An answer.
    Respond(HttpResponse),
    /// The connection ends without one.
    Drop,
}

impl Reply {
    /// What a transport makes of it: the answer, or the fault that a client meets.
    ///
    /// # Errors
    ///
    /// The connection ended without an answer.
    pub fn into_result(self) -> Result<HttpResponse, host::TransportError> {
        match self.outcome {
            Outcome::Respond(response) => Ok(response),
            Outcome::Drop => {
                let message = "the sandbox closed the connection".to_owned();
                Err(host::TransportError { kind: host::TransportErrorKind::Connection, message, cause: None })
            }
        }
    }
}
