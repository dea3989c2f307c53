//! What a server in front of the sandbox calls: a request in, the answer out, at once and without the objects of fetch;
//! and what it keeps in a file. Not for users: the package's entry does not have it.

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
/** What comes of a request. */
export interface SandboxReply {
  /** Its status; 0: the connection is to end without an answer. */
  status: number;
  /** How long to hold it back, in real milliseconds. */
  delayMs: number;
  /** Whether the request has changed the state. */
  changed: boolean;
  /** Names in lower case, and values, in turn; a line break after each. */
  headers: string;
  /** Its body. Of HEAD, too, which is not to be sent. */
  body: Uint8Array;
}
"#;

#[wasm_bindgen(module = "/js/bindings/serving.js")]
extern "C" {
    fn reply(status: u16, delay_ms: f64, changed: bool, headers: &str, body: &[u8]) -> JsValue;
}

/// Carries out a request.
#[wasm_bindgen(unchecked_return_type = "SandboxReply")]
pub fn ask(
    sandbox: &Sandbox,
    method: &str,
    target: &str,
    authorization: Option<String>,
    body: Option<Box<[u8]>>,
) -> Result<JsValue, JsValue> {
    let world = &sandbox.world;
    let authorization = authorization.map(Secret::new);
    let now = world.clock.now();
    let answered = world.sandbox.borrow_mut().handle_wire(now, method, target, authorization.as_ref(), body.as_deref());
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

/// Resolves after so many real milliseconds; when the signal aborts, it rejects. `sandbox.advance` shortens it.
#[wasm_bindgen(unchecked_return_type = "Promise<void>")]
pub fn hold(sandbox: &Sandbox, ms: f64, signal: JsValue) -> Result<Promise, JsValue> {
    let world = sandbox.world.clone();
    Ok(drive(&signal, async move {
        world.hold(ms).await;
        Ok(JsValue::UNDEFINED)
    }))
}

/// The mutations since the last call, as JSON; at the first call the whole snapshot. Undefined: nothing has changed, unless
/// `evenNone` asks for the time that has passed.
#[wasm_bindgen]
pub fn mutations(sandbox: &Sandbox, #[wasm_bindgen(js_name = "evenNone")] even_none: bool) -> Option<String> {
    let now = sandbox.world.clock.now();
    sandbox.world.sandbox.borrow_mut().mutations(now, even_none)
}

/// Continues from all that `mutations` returned, so many real milliseconds after the last of it.
///
/// Throws a `ConfigurationError` when a text is no snapshot and no mutation; nothing is changed then.
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
