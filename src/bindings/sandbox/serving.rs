//! The interface of a server in front of the sandbox: it passes a request and gets the response synchronously, without
//! the objects of fetch, and it saves the state to a file. Internal: the package's entry points do not export it.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::Sandbox;
use crate::bindings::driver::drive;
use crate::bindings::errors::to_js;
use crate::error::Error;
use crate::sandbox::Delivery;
use crate::secret::Secret;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The result of a request. */
export interface SandboxReply {
  /** The HTTP status; 0: the connection ends without a response. */
  status: number;
  /** The delay before the response is sent, in real milliseconds. */
  delayMs: number;
  /** Whether the request changed the state. */
  changed: boolean;
  /** Names, in lower case, and values alternately, each followed by a line break. */
  headers: string;
  /** The body. A server does not send it for HEAD. */
  body: Uint8Array;
}
"#;

#[wasm_bindgen(module = "/js/bindings/serving.js")]
extern "C" {
    fn reply(status: u16, delay_ms: f64, changed: bool, headers: &str, body: &[u8]) -> JsValue;
}

/// Handles a request, with the IP address that it comes from.
#[wasm_bindgen(unchecked_return_type = "SandboxReply")]
pub fn ask(
    sandbox: &Sandbox,
    method: &str,
    target: &str,
    authorization: Option<String>,
    body: Option<Box<[u8]>>,
    address: Option<String>,
) -> Result<JsValue, JsValue> {
    let world = &sandbox.world;
    let authorization = authorization.map(Secret::new);
    let now = world.clock.now();
    let address = address.and_then(|address| address.parse().ok());
    let mut inner = world.sandbox.borrow_mut();
    let answered = inner.handle_wire(now, method, target, authorization.as_ref(), body.as_deref(), address);
    drop(inner);
    Ok(match answered.delivery {
        Delivery::Respond(response) => {
            let mut headers = String::new();
            for text in response.headers.iter().flat_map(|(name, value)| [name, value]) {
                headers.push_str(text);
                headers.push('\n');
            }
            reply(response.status, answered.delay_ms, answered.changed, &headers, &response.body)
        }
        Delivery::Drop => reply(0, answered.delay_ms, answered.changed, "", &[]),
    })
}

/// Resolves after that many real milliseconds, or earlier after `sandbox.advance`. An aborted signal rejects it.
#[wasm_bindgen(unchecked_return_type = "Promise<void>")]
pub fn hold(sandbox: &Sandbox, ms: f64, signal: JsValue) -> Result<Promise, JsValue> {
    let world = sandbox.world.clone();
    Ok(drive(&signal, async move {
        world.hold(ms).await;
        Ok(JsValue::UNDEFINED)
    }))
}

/// The mutations since the last call, as JSON; the first call returns the whole snapshot. Undefined: nothing has
/// changed. With `evenNone` it then returns the virtual time that has passed.
#[wasm_bindgen]
pub fn mutations(sandbox: &Sandbox, #[wasm_bindgen(js_name = "evenNone")] even_none: bool) -> Option<String> {
    let now = sandbox.world.clock.now();
    sandbox.world.sandbox.borrow_mut().mutations(now, even_none)
}

/// Restores everything that `mutations` returned, that many real milliseconds after the last of it.
///
/// Throws a `ConfigurationError` if a text is neither a snapshot nor a mutation; the state is then unchanged.
#[wasm_bindgen]
pub fn resume(
    sandbox: &Sandbox,
    mutations: Vec<String>,
    #[wasm_bindgen(js_name = "elapsedMs")] elapsed_ms: f64,
) -> Result<(), JsValue> {
    let world = &sandbox.world;
    let resumed = world.sandbox.borrow_mut().resume(mutations.iter().map(String::as_str));
    let then = resumed.map_err(|text| to_js(Error::Configuration(format!("its snapshot {text}"))))?;
    let scale = world.sandbox.borrow().options().time_scale;
    world.clock.set(then + elapsed_ms.max(0.0) * scale);
    Ok(())
}
