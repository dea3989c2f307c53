//! The host's clock and timers.

use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = performance)]
    static PERFORMANCE: Performance;
    type Performance;
    #[wasm_bindgen(method)]
    fn now(this: &Performance) -> f64;
    #[wasm_bindgen(method, getter, js_name = timeOrigin)]
    fn time_origin(this: &Performance) -> f64;
}

/// Timers take 31 bits of milliseconds.
const LONGEST_TIMER_MS: f64 = 2_147_483_647.0;

/// Milliseconds since the epoch: like `Date.now`, but it never jumps.
pub fn now() -> f64 {
    PERFORMANCE.with(|performance| performance.time_origin() + performance.now())
}

/// Resolves after that many milliseconds. Its drop clears the timer.
pub async fn sleep(ms: f64) {
    let mut left = ms.max(0.0).ceil();
    while left > LONGEST_TIMER_MS {
        TimeoutFuture::new(LONGEST_TIMER_MS as u32).await;
        left -= LONGEST_TIMER_MS;
    }
    TimeoutFuture::new(left as u32).await;
}
