//! The allocator: a two-level segregated fit, in a fifth of the code of the standard library's, in constant time.
//!
//! Memory is cleared when it is freed. Requests hold passwords and credentials in many places: texts that JavaScript hands
//! over, their copies as they grow, headers, the body. Here none can be forgotten.

use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{Ordering, compiler_fence};

use rlsf::{GlobalTlsf, GlobalTlsfOptions};

#[global_allocator]
static MEMORY: Clearing = Clearing(GlobalTlsf::new());

struct Small;

impl GlobalTlsfOptions for Small {
    // What grows moves: code that grows it in place is not worth its size, and what it leaves is cleared.
    const ENABLE_REALLOCATION: bool = false;
}

struct Clearing(GlobalTlsf<Small>);

// SAFETY: all is handed on to the allocator below; memory is written to only while it still belongs to the caller. What
// grows or shrinks does so by the trait's own method, which goes through these two.
#[expect(unsafe_code, reason = "an allocator cannot be written without")]
unsafe impl GlobalAlloc for Clearing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the trait's contract.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the memory is the caller's, has this layout, and is given back only then.
        unsafe {
            pointer.write_bytes(0, layout.size());
            // The writes stay, although nobody reads them.
            compiler_fence(Ordering::SeqCst);
            self.0.dealloc(pointer, layout);
        }
    }
}
