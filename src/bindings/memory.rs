//! The allocator: two-level segregated fit. It takes constant time and a fifth of the code of the standard library's.
//!
//! Memory is cleared when it is freed. Copies of passwords and credentials exist in many places: strings from
//! JavaScript, buffers that have grown, headers, the body. Clearing in the allocator covers them all.

use std::alloc::{GlobalAlloc, Layout};
use std::sync::atomic::{Ordering, compiler_fence};

use rlsf::{GlobalTlsf, GlobalTlsfOptions};

#[global_allocator]
static MEMORY: Clearing = Clearing(GlobalTlsf::new());

struct Small;

impl GlobalTlsfOptions for Small {
    // Growing always moves: growing in place is not worth its code size, and the old memory is cleared.
    const ENABLE_REALLOCATION: bool = false;
}

struct Clearing(GlobalTlsf<Small>);

// SAFETY: every request goes to the allocator below, and memory is written to only while it still belongs to the
// caller. `realloc` is the trait's default, which calls these two methods.
#[expect(unsafe_code, reason = "an allocator cannot be written without")]
unsafe impl GlobalAlloc for Clearing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller upholds the trait's contract.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the memory is the caller's, has this layout, and is freed only afterwards.
        unsafe {
            pointer.write_bytes(0, layout.size());
            // The fence keeps the compiler from dropping the writes, which nothing reads.
            compiler_fence(Ordering::SeqCst);
            self.0.dealloc(pointer, layout);
        }
    }
}
