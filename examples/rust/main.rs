// SPDX-License-Identifier: BSD-2-Clause
//! A kernel in Rust, without its standard library: tells what it got, lets every CPU say its number, and
//! switches the machine off by the firmware.
#![no_std]
#![no_main]

mod memory;
mod serial;

use core::panic::PanicInfo;
use core::sync::atomic::{AtomicU64, Ordering};
use keel::{runtime, BootInfo};

keel::request!(keel::REQUEST_VERSION, 3);
keel::request!(keel::REQUEST_CPUS, keel::CPUS_STARTED);

static DONE: AtomicU64 = AtomicU64::new(0);

fn halt() -> ! {
    loop {
        unsafe { core::arch::asm!("cli", "hlt", options(nomem, nostack)) };
    }
}

extern "C" fn other_cpu(argument: u64, number: u64) -> ! {
    println!("rust: CPU {number} is here, with {argument}");
    DONE.fetch_add(1, Ordering::Release);
    halt()
}

fn start_others(info: &BootInfo) {
    let mut started = 0;
    for number in (1..info.cpus().len()).filter(|&number| info.is_waiting(number)) {
        unsafe { info.start(number, other_cpu, 100 + number as u64) };
        started += 1;
    }
    while DONE.load(Ordering::Acquire) < started {
        core::hint::spin_loop();
    }
}

fn tell(info: &BootInfo) {
    let free: u64 = (info.memory_ranges().iter())
        .filter(|range| range.r#type == keel::MEMORY_TYPE_CONVENTIONAL)
        .map(|range| range.bytes)
        .sum();
    let mapped = info.mappings().iter().filter(|mapping| mapping.rights != keel::RIGHTS_NONE).count();
    println!("rust: started by Keel {}", info.keel_version());
    println!("rust: command line: {}", info.command_line());
    println!("rust: {} MB are free, {} mappings", free >> 20, mapped);
    if let Some(time) = info.time() {
        println!("rust: {:04}-{:02}-{:02}", time.year, time.month, time.day);
    }
}

#[no_mangle]
pub extern "C" fn kernel_main(info: *const BootInfo) -> ! {
    let info = unsafe { BootInfo::at_entry(info) }.expect("this is not Keel, or one that is too old");
    tell(info);
    start_others(info);
    if let Some(efi) = info.runtime().filter(|_| info.offers(runtime::RESET_SYSTEM)) {
        unsafe { (efi.reset_system)(runtime::Reset::Shutdown, runtime::SUCCESS, 0, core::ptr::null()) };
    }
    halt()
}

#[panic_handler]
fn panic(about: &PanicInfo) -> ! {
    println!("rust: {about}");
    halt()
}
