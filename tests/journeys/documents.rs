//! docs/retries.md is rendered from the retry policy. `UPDATE_DOCS=1 cargo test documents` writes it.

use clickhouse_cloud::client::retry::{AttemptFailure, LONGEST_WINDOW_MS, RetryRule, WINDOW_MS, back_off_ms};
use clickhouse_cloud::contract::{self, Idempotency, Method, Operation};
use clickhouse_cloud::host::Random;

/// The most that chance can bring.
struct Most;

impl Random for Most {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0xff);
    }
}

fn seconds(ms: f64) -> String {
    format!("{} s", (ms / 100.0).round() / 10.0)
}

/// The failure in the words of the document.
fn words(failure: AttemptFailure) -> &'static str {
    match failure {
        AttemptFailure::Connection => "no response: refused, reset, unreachable",
        AttemptFailure::Timeout => "no response within `timeoutMs`",
        AttemptFailure::RateLimited => "429",
        AttemptFailure::RequestTimeout => "408",
        AttemptFailure::Unavailable => "503",
        AttemptFailure::Server => "any other 5xx",
        AttemptFailure::Refused => "any other status, redirects among them",
        AttemptFailure::NotJson => "2xx whose body is not JSON",
        AttemptFailure::Violation => "2xx that breaks the contract, or holds an error and no result",
        AttemptFailure::Unreadable => {
            "2xx whose body can not be read: a response of your own `fetch` that has been read already, or has no body; \
             also any value of it that is no response"
        }
        AttemptFailure::TooLong => "a response longer than `maxBodyBytes`",
    }
}

fn next(failure: AttemptFailure, safe: bool, operation: &Operation) -> String {
    let next = match failure.next(safe) {
        RetryRule::AwaitWindow => "waits for the window, tries again",
        RetryRule::AwaitService => "waits as told or backs off, tries again",
        RetryRule::BackOff => "backs off, tries again",
        RetryRule::OnceMore => "tries once more",
        RetryRule::Stop => "gives up",
    };
    let ambiguous = if failure.ambiguous(operation) { "; ambiguous" } else { "" };
    format!("{next}{ambiguous}")
}

/// The operations of a kind, as a list.
fn names(of: impl Fn(&Operation) -> bool) -> String {
    let names: Vec<String> = contract::OPERATIONS
        .iter()
        .filter(|operation| of(operation))
        .map(|operation| format!("`{}`", operation.name))
        .collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// Whether an operation is of a method that is safe to repeat by itself.
fn has_safe_method(operation: &Operation) -> bool {
    matches!(operation.method, Method::Get | Method::Put | Method::Delete)
}

fn is_read(operation: &Operation) -> bool {
    matches!(operation.method, Method::Get)
}

fn safe_with() -> String {
    let mut lines = String::new();
    for operation in contract::OPERATIONS {
        let any = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            names.join(" or ")
        };
        match operation.idempotency {
            Idempotency::SafeWith(names) => {
                lines += &format!("- Safe when the body has {}: `{}`\n", any(names), operation.name);
            }
            Idempotency::SafeWhen { property, values } => {
                lines += &format!("- Safe when `{property}` is {}: `{}`\n", any(values), operation.name);
            }
            Idempotency::Safe | Idempotency::Unsafe => {}
        }
    }
    lines
}

fn rendered() -> String {
    let find = |of: fn(&Operation) -> bool| contract::OPERATIONS.iter().find(|operation| of(operation)).unwrap();
    let read = find(is_read);
    let safe = find(|operation| !is_read(operation) && operation.idempotency == Idempotency::Safe);
    let unsafe_ = find(|operation| operation.idempotency == Idempotency::Unsafe);
    let mut table = String::from("| what happened | reads | changes that are safe to repeat | all other changes |\n");
    table += "| --- | --- | --- | --- |\n";
    for failure in AttemptFailure::ALL {
        let cells = [next(failure, true, read), next(failure, true, safe), next(failure, false, unsafe_)];
        table += &format!("| {} | {} |\n", words(failure), cells.join(" | "));
    }
    format!(
        "<!-- Rendered from src/client/retry.rs and the contract: UPDATE_DOCS=1 cargo test documents -->\n\n\
# Retries\n\n\
A call is tried again where that can do no harm, and for as long as `retryBudgetMs` allows: no retry begins later than\n\
that after the first attempt was sent, its wait included and time in the rate limiter's queue not. It is a time, not a\n\
count; 0 is no retry at all. The last error is the one that is thrown; its `attempts` counts, and its `attemptLog` says\n\
the outcome of each attempt, when it began, and how long the client waited after it.\n\n\
{table}\n\
- **Backs off**: waits between nothing and a ceiling, at random; the ceiling doubles from {} to {}.\n\
- **Waits for the window**: for as long as `X-RateLimit-Reset` or `Retry-After` says, {} at most, or {} where neither\n  \
does; and a tenth more at most. The whole client pauses, and with it all that share its `RateLimiter`; an object\n  \
of your own with `acquire` is told, and only the call waits. A reset that has passed already is a back-off.\n\
- **Waits as told**: for as long as the same headers say, and a tenth more at most; only the call waits. Without them, or\n  \
with less than half a second, it backs off. A date in `Retry-After` is read against the `Date` of the same response.\n\
- A wait that does not fit into `retryBudgetMs` is not begun: the call fails with the error, whose `retryAfterMs` is what\n  \
the service said, however long. A clock of yours that is set back makes nobody wait longer.\n\
- **Ambiguous**: the error has `ambiguous: true`. The change may have happened, or may yet: look before you try again. It\n  \
stays so, once an attempt has met such a thing, whatever later ones are told. A call that a 429 refused has surely done nothing.\n\
- A repeated delete that meets 404 in the API's own envelope has succeeded: an earlier attempt deleted it. The 404 page of\n  \
a proxy proves nothing.\n\n\
Which is which, as the contract says; the page of each operation has it, too:\n\n\
- Reads (GET), replacements (PUT) and deletions (DELETE) are safe to repeat. Of them are not: {}\n\
- Other changes (POST, PATCH) are never repeated when their fate is unknown. Of them are safe to repeat: {}\n\
{}\n\
## Waits\n\n\
`createAndWait`, `ensureRunning`, `stopAndDelete` and the `waitFor` of every resource live by their own deadline\n\
(`timeoutMs`, 30 minutes by default), not by `retryBudgetMs`:\n\n\
- What may pass is waited out until then, with backoff: no response, 408, 429, 5xx, a 2xx that cannot be read, the 404 page\n  \
of a proxy. `onProgress` is told (`fault`), and a wait that ends meanwhile has it as its `cause`. 400, 401 and 403 end\n  \
a wait at once, with their own error.\n\
- 409 and 424 are tried again, and told (`refusal`). One that stays the same for two minutes while the state does not change\n  \
ends the wait with reason `refused`; so does, at once, one that cannot pass: the primary service of a warehouse with\n  \
secondary services. The `cause` is the `ApiError`.\n\
- A resource that has been read is gone when the API's own 404 is met twice, at least 10 s apart; after an accepted\n  \
deletion once is enough. One that could not be read yet may be missing for two minutes.\n\
- `stopAndDelete` takes a service that it never read as not there (`found: false`) only when the list of services has been\n  \
read and does not have it.\n\
- The deadline is a moment of the clock. A wait that wakes up more than a second after it (the machine slept, the tab was\n  \
frozen) looks once more, for 10 s at most: what was reached meanwhile is a success. Then it ends.\n\n\
## What browsers do by themselves\n\
\n\
When a kept connection dies before a response, Chromium and Firefox send the request again by themselves, a POST too, over\n\
HTTP/1.1 and HTTP/2. No page sees it: two services can exist after one `create`, with one attempt in the log. So the client\n\
sends an `idempotency-key` header with everything that is never repeated when its fate is unknown: a UUID, new for each\n\
attempt, so `buildRequest` and `toCurl()` have none. A key of your own in `headers` wins, and is for all attempts of the call.\n\
The API ignores the header. [The proxy](proxy.md), a page's way to the API, joins a second arrival of a key to the first\n\
one's response, so that there is one service, and keeps the header to itself.\n",
        seconds(back_off_ms(1, &Most)),
        seconds(back_off_ms(100, &Most)),
        seconds(LONGEST_WINDOW_MS),
        seconds(WINDOW_MS),
        names(|operation| has_safe_method(operation) && operation.idempotency == Idempotency::Unsafe),
        names(|operation| !has_safe_method(operation) && operation.idempotency == Idempotency::Safe),
        safe_with(),
    )
}

#[test]
fn the_retries_are_as_the_table_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/retries.md");
    let rendered = rendered();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &rendered).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == rendered, "docs/retries.md is stale; it should be:\n{rendered}");
}

#[test]
fn reads_are_never_ambiguous_and_all_are_safe_to_repeat() {
    for operation in contract::OPERATIONS.iter().filter(|operation| is_read(operation)) {
        assert_eq!(operation.idempotency, Idempotency::Safe, "{}", operation.name);
        assert!(AttemptFailure::ALL.iter().all(|failure| !failure.ambiguous(operation)));
    }
}
