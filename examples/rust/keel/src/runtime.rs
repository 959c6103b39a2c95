// SPDX-License-Identifier: BSD-2-Clause
//! The firmware's runtime services: `keel/runtime.h`; UEFI 2.10, chapters 4 and 8. Only those have types here
//! that the example needs; the others keep their places.

use crate::{BootInfo, RUNTIME_VIRTUAL};

pub type Status = u64;
pub const SUCCESS: Status = 0;

pub const GET_TIME: u32 = 0x0001;
pub const RESET_SYSTEM: u32 = 0x0400;

/// EFI_TIME.
#[repr(C)]
#[derive(Default)]
pub struct Time {
    pub year: u16,
    pub month: u8,
    pub day: u8,
    pub hour: u8,
    pub minute: u8,
    pub second: u8,
    pub pad1: u8,
    pub nanosecond: u32,
    pub time_zone: i16,
    pub daylight: u8,
    pub pad2: u8,
}

#[repr(u32)]
pub enum Reset {
    Cold,
    Warm,
    Shutdown,
}

#[repr(C)]
pub struct TableHeader {
    pub signature: u64,
    pub revision: u32,
    pub header_size: u32,
    pub crc32: u32,
    pub reserved: u32,
}

/// EFI_RUNTIME_SERVICES.
#[repr(C)]
pub struct Runtime {
    pub header: TableHeader,
    pub get_time: unsafe extern "efiapi" fn(time: *mut Time, capabilities: *mut u8) -> Status,
    pub others: [usize; 9], // SetTime to GetNextHighMonotonicCount
    pub reset_system: unsafe extern "efiapi" fn(reset: Reset, status: Status, bytes: usize, data: *const u8),
    pub newer: [usize; 3],
}

/// EFI_SYSTEM_TABLE, as SetVirtualAddressMap leaves it.
#[repr(C)]
pub struct System {
    pub header: TableHeader,
    pub firmware_vendor: *const u16,
    pub firmware_revision: u32,
    pub gone: [u64; 6],
    pub runtime_services: *const Runtime,
    pub boot_services: u64,
    pub config_entry_count: u64,
    pub config_entries: *const u8,
}

const _: () = {
    assert!(core::mem::size_of::<Time>() == 16);
    assert!(core::mem::size_of::<Runtime>() == 24 + 14 * 8);
    assert!(core::mem::offset_of!(Runtime, reset_system) == 24 + 10 * 8);
    assert!(core::mem::offset_of!(System, runtime_services) == 88);
    assert!(core::mem::size_of::<System>() == 120);
};

impl BootInfo {
    /// The runtime services, where they can be called.
    pub fn runtime(&self) -> Option<&'static Runtime> {
        if self.runtime_state != RUNTIME_VIRTUAL {
            return None;
        }
        unsafe { (*(self.efi_system_table_virt as *const System)).runtime_services.as_ref() }
    }

    /// Whether the firmware offers all services of these bits.
    pub fn offers(&self, services: u32) -> bool {
        self.runtime_supported & services == services
    }

    /// The firmware's clock.
    pub fn time(&self) -> Option<Time> {
        let runtime = self.runtime().filter(|_| self.offers(GET_TIME))?;
        let mut time = Time::default();
        let status = unsafe { (runtime.get_time)(&mut time, core::ptr::null_mut()) };
        (status == SUCCESS).then_some(time)
    }
}
