// SPDX-License-Identifier: BSD-2-Clause
//! Functions that the compiler calls. The target x86_64-unknown-none has them; with x86_64-unknown-linux-gnu
//! a C library would.

#[cfg(not(target_os = "none"))]
mod functions {
    use core::arch::asm;

    #[no_mangle]
    unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, bytes: usize) -> *mut u8 {
        asm!("rep movsb", inout("rdi") to => _, inout("rsi") from => _, inout("rcx") bytes => _,
            options(nostack, preserves_flags));
        to
    }

    #[no_mangle]
    unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, bytes: usize) -> *mut u8 {
        if (to as usize).wrapping_sub(from as usize) >= bytes {
            return memcpy(to, from, bytes);
        }
        asm!("std", "rep movsb", "cld", inout("rdi") to.add(bytes).wrapping_sub(1) => _,
            inout("rsi") from.add(bytes).wrapping_sub(1) => _, inout("rcx") bytes => _, options(nostack));
        to
    }

    #[no_mangle]
    unsafe extern "C" fn memset(to: *mut u8, value: i32, bytes: usize) -> *mut u8 {
        asm!("rep stosb", inout("rdi") to => _, in("al") value as u8, inout("rcx") bytes => _,
            options(nostack, preserves_flags));
        to
    }

    #[no_mangle]
    unsafe extern "C" fn memcmp(one: *const u8, other: *const u8, bytes: usize) -> i32 {
        for n in 0..bytes {
            let (a, b) = (one.add(n).read_volatile(), other.add(n).read_volatile());
            if a != b {
                return a as i32 - b as i32;
            }
        }
        0
    }

    #[no_mangle]
    unsafe extern "C" fn bcmp(one: *const u8, other: *const u8, bytes: usize) -> i32 {
        memcmp(one, other, bytes)
    }

    #[no_mangle]
    unsafe extern "C" fn strlen(text: *const u8) -> usize {
        let mut bytes = 0;
        while text.add(bytes).read_volatile() != 0 {
            bytes += 1;
        }
        bytes
    }

    #[no_mangle]
    extern "C" fn rust_eh_personality() {}
}
