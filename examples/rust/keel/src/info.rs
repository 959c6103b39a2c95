// SPDX-License-Identifier: BSD-2-Clause
//! boot_info and what it points to: `keel/boot_info.h`.

use core::ffi::{c_char, c_void, CStr};

/// A structure of C's, and a list of its members, with offset and bytes, for the test.
macro_rules! c_struct {
    ($(#[$doc:meta])* $c_name:literal $name:ident { $($(#[$about:meta])* $member:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[repr(C)]
        pub struct $name { $($(#[$about])* pub $member: $type,)* }

        impl $name {
            pub const C_NAME: &'static str = $c_name;
            pub const MEMBERS: &'static [(&'static str, usize, usize)] = &[
                $((stringify!($member), core::mem::offset_of!($name, $member), size_of::<$type>()),)*
            ];
        }
    };
}

use core::mem::size_of;

pub const BOOT_INFO_MAGIC: u64 = 0x3130_6c65_654b_0a1b;
pub const BOOT_INFO_VERSION: u32 = 3;

pub const MEMORY_TYPE_CONVENTIONAL: u32 = 7;
pub const MEMORY_TYPE_KERNEL: u32 = 0x1000;
pub const MEMORY_TYPE_TABLES: u32 = 0x1001;
pub const MEMORY_TYPE_CPU_AREA: u32 = 0x1002;
pub const MEMORY_TYPE_BOOT_INFO: u32 = 0x1003;
pub const MEMORY_TYPE_MODULE: u32 = 0x1004;
pub const MEMORY_TYPE_FIRMWARE_TABLE: u32 = 0x1005;

pub const RIGHTS_NONE: u8 = 0;
pub const RUNTIME_VIRTUAL: u32 = 0;
pub const CPU_WAITING: u32 = 1;

c_struct! { "efi_descriptor" EfiDescriptor {
    r#type: u32, pad: u32, phys: u64, virt: u64, pages: u64, attribute: u64,
} }

c_struct! { "memory_range" MemoryRange {
    phys: u64, bytes: u64, virt: u64, attribute: u64, r#type: u32, reserved: u32,
} }

c_struct! { "mapping" Mapping {
    virt: u64, phys: u64, bytes: u64, rights: u8, memory_type: u8, region: u8, level: u8, repeat_pages: u32,
} }

c_struct! { "segment" Segment {
    virt: u64, phys: u64, bytes: u64, rights: u32, reserved: u32,
} }

c_struct! { "cpu" Cpu {
    apic_id: u32, acpi_uid: u32, gdt_phys: u64, entry_stack_phys: u64, tss_phys: u64, ist_stacks_phys: u64,
    stack_phys: u64, espfix_phys: u64,
} }

c_struct! {
    /// To start a CPU that waits, write `argument`, then `entry`, with `Ordering::Release`: see `start`.
    "mailbox" Mailbox {
    entry: u64, argument: u64, state: u32, differed: u32, reserved: [u64; 5],
} }

c_struct! { "io_apic" IoApic {
    phys: u64, offset: u32, id: u32, gsi_base: u32, slot: u32,
} }

c_struct! { "framebuffer" Framebuffer {
    phys: u64, bytes: u64, virt: u64, width: u32, height: u32, stride: u32, format: u32, bytes_per_pixel: u32,
    red_mask: u32, green_mask: u32, blue_mask: u32,
} }

c_struct! { "screen" Screen {
    framebuffer: Framebuffer, edid: *const c_void, edid_bytes: u64,
} }

c_struct! { "module" Module {
    phys: u64, bytes: u64, data: *mut c_void, name: *const c_char, options: *const c_char,
} }

c_struct! { "boot_info" BootInfo {
    magic: u64, version: u32, size: u32, flags: u64,
    memory_ranges: *const MemoryRange, memory_range_count: u64, mappings: *const Mapping, mapping_count: u64,
    efi_map: *const c_void, efi_map_bytes: u64, efi_map_stride: u64, efi_map_version: u32, phys_bits: u32,
    efi_memory_attributes: *const c_void, efi_memory_attributes_bytes: u64,
    tables_phys: u64, tables_planned: u64, tables_used: u64,
    kernel_root_phys: u64, transition_root_phys: u64, landing_root_phys: u64,
    largest_leaf_level: u32, segment_count: u32, segments: *const Segment,
    phys_base: u64, kernel_virt: u64, kernel_bytes: u64, entry_virt: u64,
    cpus: *const Cpu, cpu_count: u64, idt_phys: u64, vsyscall_phys: u64, local_apic_phys: u64,
    io_apics: *const IoApic, io_apic_count: u64, early_console_phys: u64,
    efi_system_table_virt: u64, efi_system_table_phys: u64, efi_vendor_phys: u64,
    efi_config_table_phys: u64, efi_config_table_count: u64,
    runtime_state: u32, runtime_supported: u32, runtime_status: u64,
    rsdp_phys: u64, smbios_phys: u64, smbios3_phys: u64, framebuffer: Framebuffer,
    entry_tsc: u64, jump_tsc: u64, stage_ticks: [u64; 7], exit_tries: u64,
    direct_map_left_out_bytes: u64, ap_start_phys: u64,
    // From here on: version 2.
    command_line: *const c_char, entry_title: *const c_char, kernel_path: *const c_char,
    boot_device: *const c_char, modules: *const Module, module_count: u64, kernel_slide: u64,
    symbols: *const c_void, symbol_count: u64, symbol_names: *const c_char, symbol_names_bytes: u64,
    random_seed: [u8; 32], random_source: u32, tsc_source: u32, tsc_hz: u64,
    read_ticks: u64, read_bytes: u64, loader_phys: u64, loader_bytes: u64,
    runtime_fault_rip: u64, runtime_fault_cr2: u64, runtime_fault_vector: u32, runtime_fault_error: u32,
    // From here on: version 3.
    mailboxes: *mut Mailbox, cpus_waiting: u64, waiting_page_phys: u64, keel_version: *const c_char,
    secure_boot: u32, reserved: u32,
    rsdp_virt: u64, smbios_virt: u64, smbios3_virt: u64, efi_config_table_virt: u64,
    screens: *const Screen, screen_count: u64,
    tpm_log: *const c_void, tpm_log_bytes: u64,
    tpm_final_events: *const c_void, tpm_final_events_bytes: u64,
    measured: u32, tpm_pcrs: u32, tpm_pcr8: [u8; 32], tpm_pcr9: [u8; 32],
} }

/// Why boot_info cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub enum BootInfoError {
    /// A null pointer, or one that is not aligned to 8.
    None,
    /// Not from Keel, or from one with another contract.
    BadMagic,
    /// This Keel is older than this crate.
    TooOld,
    /// The version is right, the size is too small for it.
    BadSize,
}

unsafe fn slice<T>(first: *const T, count: u64) -> &'static [T] {
    if first.is_null() {
        &[]
    } else {
        core::slice::from_raw_parts(first, count as usize)
    }
}

/// Text of boot_info's: never NULL there, and UTF-8.
fn text(from: *const c_char) -> &'static str {
    unsafe { CStr::from_ptr(from) }.to_str().unwrap_or("?")
}

impl BootInfo {
    /// What the kernel found in RDI, if it can be used.
    ///
    /// # Safety
    /// `info` is what Keel has put into RDI, or NULL.
    pub unsafe fn at_entry(info: *const BootInfo) -> Result<&'static BootInfo, BootInfoError> {
        if info.is_null() || info as usize % 8 != 0 {
            return Err(BootInfoError::None);
        }
        // Only the first 16 bytes are there for certain: no reference to the whole before that is known.
        if (*info).magic != BOOT_INFO_MAGIC {
            return Err(BootInfoError::BadMagic);
        }
        if (*info).version < BOOT_INFO_VERSION {
            return Err(BootInfoError::TooOld);
        }
        if ((*info).size as usize) < size_of::<BootInfo>() {
            return Err(BootInfoError::BadSize);
        }
        Ok(&*info)
    }

    pub fn memory_ranges(&self) -> &'static [MemoryRange] {
        unsafe { slice(self.memory_ranges, self.memory_range_count) }
    }

    pub fn mappings(&self) -> &'static [Mapping] {
        unsafe { slice(self.mappings, self.mapping_count) }
    }

    pub fn cpus(&self) -> &'static [Cpu] {
        unsafe { slice(self.cpus, self.cpu_count) }
    }

    pub fn modules(&self) -> &'static [Module] {
        unsafe { slice(self.modules, self.module_count) }
    }

    pub fn command_line(&self) -> &'static str {
        text(self.command_line)
    }

    pub fn keel_version(&self) -> &'static str {
        text(self.keel_version)
    }

    /// Whether CPU `number` waits in its mailbox.
    pub fn is_waiting(&self, number: usize) -> bool {
        number < self.cpu_count as usize
            && !self.mailboxes.is_null()
            && unsafe { (&raw const (*self.mailboxes.add(number)).state).read_volatile() } == CPU_WAITING
    }

    /// Lets a CPU that waits enter a function: it gets `argument` and its number.
    ///
    /// # Safety
    /// CPU `number` waits; what the function does with `argument` on another CPU is sound.
    pub unsafe fn start(&self, number: usize, entry: extern "C" fn(u64, u64) -> !, argument: u64) {
        use core::sync::atomic::{AtomicU64, Ordering};

        let mailbox = self.mailboxes.add(number);
        (&raw mut (*mailbox).argument).write_volatile(argument);
        AtomicU64::from_ptr(&raw mut (*mailbox).entry).store(entry as usize as u64, Ordering::Release);
    }
}
