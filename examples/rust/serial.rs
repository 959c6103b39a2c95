// SPDX-License-Identifier: BSD-2-Clause
//! The first serial port, one line at a time whichever CPU has something to say.

use core::fmt::{self, Write};
use core::sync::atomic::{AtomicBool, Ordering};

const DATA: u16 = 0x3f8;
const STATUS: u16 = DATA + 5;
const READY: u8 = 0x20;

static BUSY: AtomicBool = AtomicBool::new(false);

struct Port;

impl Write for Port {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            unsafe {
                let mut status: u8 = 0;
                while status & READY == 0 {
                    core::arch::asm!("in al, dx", out("al") status, in("dx") STATUS, options(nomem, nostack));
                }
                core::arch::asm!("out dx, al", in("al") byte, in("dx") DATA, options(nomem, nostack));
            }
        }
        Ok(())
    }
}

pub fn print(line: fmt::Arguments) {
    while BUSY.swap(true, Ordering::Acquire) {
        core::hint::spin_loop();
    }
    let _ = Port.write_fmt(line);
    BUSY.store(false, Ordering::Release);
}

#[macro_export]
macro_rules! println {
    ($($part:tt)*) => { $crate::serial::print(format_args!("{}\n", format_args!($($part)*))) };
}
