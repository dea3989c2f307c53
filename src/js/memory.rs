//! The allocator: a two-level segregated fit, in a fifth of the code of the standard library's, in constant time.

use rlsf::{GlobalTlsf, GlobalTlsfOptions};

#[global_allocator]
static MEMORY: GlobalTlsf<Small> = GlobalTlsf::new();

struct Small;

impl GlobalTlsfOptions for Small {
    // What grows moves: code that grows it in place is not worth its size.
    const ENABLE_REALLOCATION: bool = false;
}
