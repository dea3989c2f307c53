//! The class `CloudClient`.

use std::cell::OnceCell;

use wasm_bindgen::prelude::*;

use super::built::BuiltRequest;
use super::calls::{Calls, CloudPromise, reject};
use super::errors::to_js;
use super::resources::{Backups, Organizations, Services};
use super::{arguments, settings};
use crate::client::Client;

/// A client of the control plane of ClickHouse Cloud.
///
/// It checks each request before it leaves, keeps the rate limit, retries what is safe to retry, and checks each
/// answer. One client for each key is enough: all its calls share the rate limit.
#[wasm_bindgen]
pub struct CloudClient {
    calls: Calls,
    // One object each, so that `cloud.services === cloud.services` and no call makes a new one.
    services: OnceCell<JsValue>,
    backups: OnceCell<JsValue>,
    organizations: OnceCell<JsValue>,
}

#[wasm_bindgen]
impl CloudClient {
    /// Nothing is sent before the first call.
    ///
    /// Throws a `ConfigurationError` when an option is unknown or wrong.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "CloudClientOptions")] options: JsValue,
    ) -> Result<CloudClient, JsValue> {
        let (host, settings) = settings::read(options).map_err(to_js)?;
        Ok(Self {
            calls: Calls::new(Client::new(host, settings)),
            services: OnceCell::new(),
            backups: OnceCell::new(),
            organizations: OnceCell::new(),
        })
    }

    /// Services: create, change, stop, delete, and wait for them.
    #[wasm_bindgen(getter, unchecked_return_type = "Services")]
    pub fn services(&self) -> JsValue {
        self.services.get_or_init(|| Services::new(self.calls.clone()).into()).clone()
    }

    /// Backups of services.
    #[wasm_bindgen(getter, unchecked_return_type = "Backups")]
    pub fn backups(&self) -> JsValue {
        self.backups.get_or_init(|| Backups::new(self.calls.clone()).into()).clone()
    }

    /// Organizations of the key.
    #[wasm_bindgen(getter, unchecked_return_type = "Organizations")]
    pub fn organizations(&self) -> JsValue {
        self.organizations.get_or_init(|| Organizations::new(self.calls.clone()).into()).clone()
    }

    /// Calls any operation of the contract by its route.
    ///
    /// `organizationId` may be left out of the path: it is the client's own then.
    #[wasm_bindgen(skip_typescript)]
    pub fn request(&self, route: JsValue, arguments: JsValue, options: JsValue) -> JsValue {
        match arguments::route(&route) {
            Ok(operation) => self.calls.send(operation, arguments::read_all(operation, arguments), options),
            Err(error) => CloudPromise::new(&reject(error)).into(),
        }
    }

    /// Checks and builds a request without sending it.
    #[wasm_bindgen(js_name = buildRequest, skip_typescript)]
    pub fn build_request(&self, route: JsValue, arguments: JsValue) -> Result<BuiltRequest, JsValue> {
        let build = || {
            let operation = arguments::route(&route)?;
            let arguments = arguments::read_all(operation, arguments)?;
            self.calls.client().build(operation, &arguments, &[])
        };
        build().map(BuiltRequest::new).map_err(to_js)
    }
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export interface CloudClient {
  /**
   * Calls any operation of the contract by its route. `organizationId` may be left out of the path: it is the client's
   * own then.
   */
  request<R extends keyof Routes>(
    route: R,
    ...rest: RouteParameters<R>
  ): CloudPromise<Routes[R]["result"]>;
  /**
   * Checks and builds a request without sending it; throws a `RequestValidationError` with every issue. Without a known
   * organization it throws a `ConfigurationError`.
   */
  buildRequest<R extends keyof Routes>(
    route: R,
    ...rest: RouteParameters<R>
  ): BuiltRequest;
}

/** `{ path, query, body }` of a route, and the options of the call. What may be left out of it is the route's own. */
export type RouteParameters<R extends keyof Routes> =
  {} extends Omit<Routes[R], "result">
    ? [parameters?: Omit<Routes[R], "result">, options?: CallOptions]
    : [parameters: Omit<Routes[R], "result">, options?: CallOptions];
"#;
