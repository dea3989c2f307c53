//! The reply of the sandbox to its transport: what to deliver, and when.

use crate::host::{self, HttpResponse};

/// The reply to a request.
#[derive(Clone, Debug)]
pub struct Reply {
    /// What the transport delivers.
    pub delivery: Delivery,
    /// How long to hold it back, in real milliseconds. The change that the request makes is already made.
    pub delay_ms: f64,
    /// Whether the request has changed the state. A `GET` may, too: by a fault that changes its service.
    pub changed: bool,
}

/// What the transport delivers to the client.
#[derive(Clone, Debug)]
pub enum Delivery {
    /// A response.
    Respond(HttpResponse),
    /// The connection ends without a response.
    Drop,
}

impl Reply {
    /// The reply as a client's transport returns it: the response, or a connection fault.
    ///
    /// # Errors
    ///
    /// The connection ended without a response.
    pub fn into_result(self) -> Result<HttpResponse, host::TransportError> {
        match self.delivery {
            Delivery::Respond(response) => Ok(response),
            Delivery::Drop => {
                let message = "the sandbox closed the connection".to_owned();
                Err(host::TransportError { kind: host::TransportErrorKind::Connection, message, cause: None })
            }
        }
    }
}
