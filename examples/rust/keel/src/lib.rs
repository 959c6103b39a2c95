// SPDX-License-Identifier: BSD-2-Clause
//! What a kernel receives from Keel, for kernels in Rust: `include/keel/` of its sources, member by member.
//! Names and meanings are those of the C headers and of docs/protocol.md; a test compares every offset.
//!
//! ```ignore
//! keel::request!(keel::REQUEST_CPUS, keel::CPUS_STARTED);
//!
//! #[no_mangle]
//! extern "C" fn kernel_main(info: *const keel::BootInfo) -> ! {
//!     let info = unsafe { keel::BootInfo::at_entry(info) }.expect("not started by Keel");
//! ```
#![no_std]

pub mod info;
pub mod request;
pub mod runtime;

pub use info::*;
pub use request::*;

/// The direct map's first address: physical address 0.
pub const DIRECT_MAP_START: u64 = 0xffff_8000_0000_0000;

/// Where a physical address of memory is in the direct map.
pub const fn direct_map(phys: u64) -> u64 {
    DIRECT_MAP_START + phys
}
