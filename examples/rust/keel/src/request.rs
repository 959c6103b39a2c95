// SPDX-License-Identifier: BSD-2-Clause
//! Requests, which are ELF notes: `keel/request.h`.

pub const REQUEST_VERSION: u32 = 1;
pub const REQUEST_CPUS: u32 = 2;
pub const CPUS_LEFT: u32 = 0;
pub const CPUS_STARTED: u32 = 1;
pub const REQUEST_PLACE: u32 = 3;
pub const PLACE_FIRST: u32 = 0;
pub const PLACE_RANDOM: u32 = 1;
/// Added to the type: the kernel can do without.
pub const REQUEST_OPTIONAL: u32 = 0x8000_0000;

#[repr(C, align(4))]
pub struct Note {
    name_bytes: u32,
    value_bytes: u32,
    r#type: u32,
    name: [u8; 8], // "Keel" and a zero byte, filled up to a multiple of 4
    value: u32,
}

impl Note {
    pub const fn new(r#type: u32, value: u32) -> Note {
        Note { name_bytes: 5, value_bytes: 4, r#type, name: *b"Keel\0\0\0\0", value }
    }
}

/// A request; the linker script has to keep the section .note.keel and name it in a PT_NOTE.
#[macro_export]
macro_rules! request {
    ($type:expr, $value:expr) => {
        const _: () = {
            #[used]
            #[link_section = ".note.keel"]
            static NOTE: $crate::Note = $crate::Note::new($type, $value);
        };
    };
}
