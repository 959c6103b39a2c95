// SPDX-License-Identifier: BSD-2-Clause
//! Prints where the crate of examples/rust has the members of boot_info and of what it points to, in the
//! format of tests/boot/offsets.c.

fn print(structure: &str, bytes: usize, members: &[(&str, usize, usize)]) {
    println!("{structure}\t0\t{bytes}");
    for (name, offset, bytes) in members {
        println!("{structure}.{}\t{offset:x}\t{bytes}", name.trim_start_matches("r#"));
    }
}

macro_rules! print_all {
    ($($name:ident)*) => { $(print(keel::$name::C_NAME, std::mem::size_of::<keel::$name>(), keel::$name::MEMBERS);)* };
}

fn main() {
    print_all!(EfiDescriptor MemoryRange Mapping Segment Cpu Mailbox IoApic Framebuffer Screen Module
		BootInfo);
    println!("KEEL_DIRECT_MAP_START\t{:x}\t8", keel::DIRECT_MAP_START);
    println!("KEEL_RIGHTS_NONE\t{:x}\t8", keel::RIGHTS_NONE);
    println!("KEEL_MEMORY_TYPE_CONVENTIONAL\t{:x}\t8", keel::MEMORY_TYPE_CONVENTIONAL);
    println!("KEEL_MEMORY_TYPE_BOOT_INFO\t{:x}\t8", keel::MEMORY_TYPE_BOOT_INFO);
    println!("KEEL_MEMORY_TYPE_FIRMWARE_TABLE\t{:x}\t8", keel::MEMORY_TYPE_FIRMWARE_TABLE);
}
