/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Linux is told, as its documentation has it: Documentation/arch/x86/boot.rst ("The Linux/x86
 * Boot Protocol") and zero-page.rst. Names are those of the documents. What this kernel leaves zero,
 * or as it is in the file, has no name here.
 */
#ifndef BOOT_PARAMS_H
#define BOOT_PARAMS_H

#include <stddef.h>
#include <stdint.h>
#include <keel/layout.h>

#define PACKED __attribute__((packed))

/* boot.rst, "Details of Header Fields"; at offset 1f1 of the file and of boot_params. */
struct setup_header {
	uint8_t setup_sects, other_1[2];
	uint32_t syssize; /* of the code, in 16 bytes */
	uint8_t other_2[6];
	uint16_t boot_flag;
	uint8_t jump, header_bytes; /* the header ends so many bytes behind this */
	uint32_t header;
	uint16_t version;
	uint8_t other_3[8];
	uint8_t type_of_loader, loadflags;
	uint8_t other_4[6];
	uint32_t ramdisk_image, ramdisk_size;
	uint8_t other_5[8];
	uint32_t cmd_line_ptr, initrd_addr_max, kernel_alignment;
	uint8_t relocatable_kernel, min_alignment;
	uint16_t xloadflags;
	uint32_t cmdline_size;
	uint8_t other_6[20];
	uint64_t setup_data, pref_address;
	uint32_t init_size;
} PACKED;

#define HEADER_MAGIC	 0x53726448 /* "HdrS" */
#define HEADER_BOOT_FLAG 0xaa55
#define HEADER_VERSION	 0x20c /* the first with xloadflags and addresses of 64 bits */
#define HEADER_END	 0x290 /* in boot_params something else begins here */
#define LOADER_UNKNOWN	 0xff  /* 0 would be a loader too old to have an initrd */
#define LOADED_HIGH	 0x1
#define XLF_KERNEL_64	 0x1
#define XLF_ABOVE_4G	 0x2
#define XLF_EFI_KEXEC	 0x10
#define SECTOR_BYTES	 512
#define ENTRY_64_OFFSET	 0x200
#define DEFAULT_SECTS	 4 /* where setup_sects is 0 */
#define E820_IN_PARAMS	 128

enum { E820_RAM = 1, E820_RESERVED, E820_ACPI, E820_NVS, E820_UNUSABLE, E820_PMEM = 7 };
#define E820_SOFT_RESERVED 0xefffffff /* memory for a specific purpose */

struct e820_entry {
	uint64_t addr, size;
	uint32_t type;
} PACKED;

/* A linked list, by physical addresses; the data follows. */
struct setup_data {
	uint64_t next;
	uint32_t type, len;
};

enum { SETUP_E820_EXT = 1, SETUP_EFI = 4, SETUP_RNG_SEED = 9 };

/* What one kernel leaves the next of the firmware as it was before SetVirtualAddressMap. */
struct setup_efi {
	struct setup_data list;
	uint64_t fw_vendor, unused, tables, smbios, reserved[8];
};

struct colour {
	uint8_t size, pos; /* bits */
};

/* The screen: a linear framebuffer. */
struct screen_info {
	uint8_t unused_1[15], orig_video_is_vga, unused_2[2];
	uint16_t lfb_width, lfb_height, lfb_depth;
	uint32_t lfb_base, lfb_size;
	uint16_t unused_3[2], lfb_linelength;
	struct colour red, green, blue, rsvd;
	uint16_t unused_4[2], pages, unused_5;
	uint32_t capabilities, ext_lfb_base;
	uint16_t unused_6;
} PACKED;

#define VIDEO_TYPE_EFI	  0x70
#define VIDEO_BASE_64_BIT 0x2 /* ext_lfb_base counts */

struct efi_info {
	uint32_t loader_signature, systab, memdesc_size, memdesc_version;
	uint32_t memmap, memmap_size, systab_hi, memmap_hi;
};

#define EFI_LOADER_SIGNATURE 0x34364c45 /* "EL64" */

enum { SECURE_BOOT_DISABLED = 2, SECURE_BOOT_ENABLED };

struct boot_params {
	struct screen_info screen_info;
	uint8_t unused_1[0x30];
	uint64_t acpi_rsdp_addr;
	uint8_t unused_2[0x48];
	uint32_t ext_ramdisk_image, ext_ramdisk_size, ext_cmd_line_ptr;
	uint8_t unused_3[0xf4];
	struct efi_info efi_info;
	uint8_t unused_4[8], e820_entries, unused_5[3], secure_boot, unused_6[4];
	struct setup_header hdr;
	uint8_t rest_of_hdr[HEADER_END - 0x1f1 - sizeof(struct setup_header)], unused_7[0x40];
	struct e820_entry e820_table[E820_IN_PARAMS];
	uint8_t unused_8[0x330];
};

#define AT(type, member, offset) \
	KEEL_STATIC_ASSERT(offsetof(struct type, member) == offset, #member)
AT(setup_header, header, 0x202 - 0x1f1);
AT(setup_header, cmd_line_ptr, 0x228 - 0x1f1);
AT(setup_header, init_size, 0x260 - 0x1f1);
AT(screen_info, lfb_base, 0x18);
AT(screen_info, ext_lfb_base, 0x3a);
AT(boot_params, acpi_rsdp_addr, 0x70);
AT(boot_params, ext_ramdisk_image, 0xc0);
AT(boot_params, efi_info, 0x1c0);
AT(boot_params, secure_boot, 0x1ec);
AT(boot_params, hdr, 0x1f1);
AT(boot_params, e820_table, 0x2d0);
KEEL_STATIC_ASSERT(sizeof(struct boot_params) == 4096, "boot_params");

#endif
