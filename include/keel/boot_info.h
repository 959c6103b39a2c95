/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kernel receives from Keel. At the kernel's entry point RDI holds the address of struct
 * keel_boot_info, RSP is the top of CPU 0's stack less 8, RAX is the same as CR3, and all other
 * general registers are zero.
 *
 * Conventions:
 *  - A member named ..._phys is a physical address, ..._virt a virtual one, ..._bytes a length in
 *    bytes, ..._count a number of elements. Zero means "none" for an address, unless said
 *    otherwise.
 *  - Every pointer is a direct-map address (KEEL_DIRECT_MAP_START + physical address).
 *  - All of it, with everything it points to, lies in memory of type KEEL_MEMORY_TYPE_BOOT_INFO
 *    (except where a member says otherwise), is writable, and belongs to the kernel.
 *  - Text is UTF-8 and ends with a zero byte.
 *
 * Versions: members are only ever added at the end; `version` grows when that happens and `size`
 * tells how much there is. A kernel calls keel_boot_info_check() first; when that is content, every
 * member that the kernel was compiled with is there. A kernel that would rather run on an older
 * Keel too asks KEEL_BOOT_INFO_HAS() for each newer member. The structures that boot_info points
 * to, as elements of arrays, never change. A change that breaks older kernels changes the magic.
 */
#ifndef KEEL_BOOT_INFO_H
#define KEEL_BOOT_INFO_H

#include <stddef.h>
#include <stdint.h>
#include <keel/layout.h>
#include <keel/paging.h>
#include <keel/selectors.h>

#define KEEL_BOOT_INFO_MAGIC   KEEL_U64(0x31306c65654b0a1b)
#define KEEL_BOOT_INFO_VERSION 3

/* Physical address to direct-map address, and back. */
#define KEEL_DIRECT_MAP(phys)	   (KEEL_DIRECT_MAP_START + (phys))
#define KEEL_DIRECT_MAP_PHYS(virt) ((virt)-KEEL_DIRECT_MAP_START)

/*
 * Memory types: 0 to 15 are EFI_MEMORY_TYPE of the UEFI specification (2.10, 7.2 "Memory Allocation
 * Services"); those from 0x1000 on are Keel's own, and those from KEEL_MEMORY_TYPE_OEM on belong to
 * others, below. Keel's own, but the last, stand for memory that the firmware calls EfiLoaderData;
 * modules also for such that it calls EfiLoaderCode. The last one is not memory for the firmware's
 * map: the pages lie in a range that the map keeps from the kernel, or in none.
 */
enum keel_memory_range_type {
	KEEL_MEMORY_TYPE_RESERVED = 0,
	KEEL_MEMORY_TYPE_LOADER_CODE = 1,
	KEEL_MEMORY_TYPE_LOADER_DATA = 2,
	KEEL_MEMORY_TYPE_BOOT_SERVICES_CODE = 3,
	KEEL_MEMORY_TYPE_BOOT_SERVICES_DATA = 4,
	KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE = 5,
	KEEL_MEMORY_TYPE_RUNTIME_SERVICES_DATA = 6,
	KEEL_MEMORY_TYPE_CONVENTIONAL = 7,
	KEEL_MEMORY_TYPE_UNUSABLE = 8,
	KEEL_MEMORY_TYPE_ACPI_RECLAIM = 9,
	KEEL_MEMORY_TYPE_ACPI_NVS = 10,
	KEEL_MEMORY_TYPE_MMIO = 11,
	KEEL_MEMORY_TYPE_MMIO_PORT = 12,
	KEEL_MEMORY_TYPE_PAL_CODE = 13,
	KEEL_MEMORY_TYPE_PERSISTENT = 14,
	KEEL_MEMORY_TYPE_UNACCEPTED = 15,
	KEEL_MEMORY_TYPE_UEFI_COUNT = 16, /* types from here to KERNEL do not occur */

	KEEL_MEMORY_TYPE_KERNEL = 0x1000, /* the kernel's segments */
	KEEL_MEMORY_TYPE_TABLES,	  /* page tables, those of the transition too */
	KEEL_MEMORY_TYPE_CPU_AREA,	  /* IDT, GDTs, TSSs, stacks, ministacks, vsyscall page */
	KEEL_MEMORY_TYPE_BOOT_INFO,	  /* this structure and what it points to */
	KEEL_MEMORY_TYPE_MODULE,	  /* files that were loaded for the kernel */
	KEEL_MEMORY_TYPE_FIRMWARE_TABLE,  /* the firmware's tables, where no other type maps them */
	KEEL_MEMORY_TYPE_KEEL_END	  /* types from here to KEEL_MEMORY_TYPE_OEM do not occur */
};

/*
 * First of the types that UEFI (2.10, 7.2.1) gives to makers of machines, and first of those that
 * it gives to loaders of operating systems. What such a range holds is theirs to know: it is not
 * mapped as memory, and never free. With the RUNTIME attribute it is in the EFI region like any
 * other.
 */
#define KEEL_MEMORY_TYPE_OEM	   UINT32_C(0x70000000)
#define KEEL_MEMORY_TYPE_OS_LOADER UINT32_C(0x80000000)

/* Attribute bits of a descriptor that Keel uses (UEFI 2.10, 7.2.3 "GetMemoryMap"). */
#define KEEL_EFI_MEMORY_UC	KEEL_U64(0x1)
#define KEEL_EFI_MEMORY_WC	KEEL_U64(0x2)
#define KEEL_EFI_MEMORY_WT	KEEL_U64(0x4)
#define KEEL_EFI_MEMORY_WB	KEEL_U64(0x8)
#define KEEL_EFI_MEMORY_XP	KEEL_U64(0x4000)
#define KEEL_EFI_MEMORY_RO	KEEL_U64(0x20000)
#define KEEL_EFI_MEMORY_SP	KEEL_U64(0x40000) /* for a specific purpose: not for general use */
#define KEEL_EFI_MEMORY_RUNTIME KEEL_U64(0x8000000000000000)

/*
 * EFI_MEMORY_DESCRIPTOR as it stands in the firmware's arrays (UEFI 2.10, 7.2.3). Arrays of it
 * have a stride of their own, which may be larger than this structure.
 */
struct keel_efi_descriptor {
	uint32_t type;
	uint32_t pad;
	uint64_t phys;	    /* PhysicalStart, bytes */
	uint64_t virt;	    /* VirtualStart, bytes */
	uint64_t pages;	    /* NumberOfPages, of 4 KiB */
	uint64_t attribute; /* KEEL_EFI_MEMORY_ bits, capabilities rather than settings */
};

/*
 * One range of the sorted, merged, overlap-free memory map. phys and bytes are multiples of
 * 4 KiB; bytes is not zero; neighbours that could be one range are one range.
 */
struct keel_memory_range {
	uint64_t phys;
	uint64_t bytes;
	uint64_t virt;	    /* its address in the direct map, or 0 when it is not mapped there */
	uint64_t attribute; /* as in the firmware's descriptor; 0 where there is none */
	uint32_t type;	    /* enum keel_memory_range_type, or from KEEL_MEMORY_TYPE_OEM on */
	uint32_t reserved;  /* 0 */
};

/*
 * One mapping of the kernel root: `bytes` from `virt` on lead to physical memory from `phys` on.
 * All three are multiples of 4 KiB. The mappings are sorted by virt and do not overlap.
 */
struct keel_mapping {
	uint64_t virt;
	uint64_t phys; /* 0 and without meaning for KEEL_RIGHTS_NONE */
	uint64_t bytes;
	uint8_t rights;	     /* enum keel_rights */
	uint8_t memory_type; /* enum keel_memory_type */
	uint8_t region;	     /* enum keel_region */
	/*
	 * For KEEL_RIGHTS_NONE: KEEL_LEVEL_PT, PD or PDPT, the lowest level whose tables are in
	 * place. Otherwise 0.
	 */
	uint8_t level;
	/*
	 * 0: a plain mapping. Otherwise the mapping is one %esp fixup window: the first so many
	 * pages (1 to 16) of every KEEL_ESPFIX_STEP_BYTES step lead to the same pages from phys on,
	 * the rest of each step is absent; bytes is KEEL_ESPFIX_WINDOW_BYTES.
	 */
	uint32_t repeat_pages;
};

/* A loaded segment of the kernel. virt, phys and bytes are multiples of 4 KiB. */
struct keel_segment {
	uint64_t virt;
	uint64_t phys;
	uint64_t bytes;
	uint32_t rights; /* enum keel_rights: R, RW or RX */
	uint32_t reserved;
};

/* One enabled CPU of the ACPI MADT (ACPI 6.5, 5.2.12.2 and 5.2.12.12). CPU 0 is the running one. */
struct keel_cpu {
	uint32_t apic_id;  /* local APIC or x2APIC ID */
	uint32_t acpi_uid; /* ACPI processor UID */
	uint64_t gdt_phys; /* one page each; direct-map aliases of them are writable */
	uint64_t entry_stack_phys;
	uint64_t tss_phys;
	uint64_t ist_stacks_phys; /* DF, NMI, DB, MCE in this order, 2 pages each */
	uint64_t stack_phys;	  /* KEEL_STACK_BYTES, the stack in the kernel stack region */
	uint64_t espfix_phys;	  /* this CPU's 64-byte ministack */
};

/* How a CPU is, as its mailbox says. */
enum keel_cpu_state {
	KEEL_CPU_MISSING, /* it did not come in time, and will not any more */
	KEEL_CPU_WAITING, /* it waits for `entry` */
	KEEL_CPU_RUNNING  /* it has left its mailbox; CPU 0 from the start */
};

/* Bits of keel_mailbox.differed: what was not as on CPU 0, before Keel made it so. */
#define KEEL_CPU_DIFFERED_MTRRS	 0x1 /* any MTRR (SDM vol. 3A 11.11) */
#define KEEL_CPU_DIFFERED_PAT	 0x2 /* not as the firmware had it on CPU 0 */
#define KEEL_CPU_DIFFERED_X2APIC 0x4 /* the mode of the local APIC */

/*
 * Where a started CPU waits: in 64-bit mode, on the kernel root, interrupts off, in the waiting
 * page (KEEL_CEA_WAITING_PAGE). It looks at nothing but its own mailbox, a cache line. To start it,
 * write `argument`, then `entry` in one atomic store that comes after it (__ATOMIC_RELEASE). The
 * CPU flushes its TLB, global entries too, sets `state`, and enters the function with `argument` in
 * RDI, its number in RSI, and RSP at the top of its stack less 8. All else is as for CPU 0 at the
 * kernel's entry. A CPU that is never told waits for ever, and needs this array, the waiting page
 * and the kernel root until then.
 */
struct keel_mailbox {
	uint64_t entry;	   /* a function of the kernel; 0: wait */
	uint64_t argument; /* whatever the kernel likes */
	uint32_t state;	   /* enum keel_cpu_state */
	uint32_t differed; /* KEEL_CPU_DIFFERED_ bits */
	uint64_t reserved[5];
};

/* One I/O APIC of the MADT (ACPI 6.5, 5.2.12.3). */
struct keel_io_apic {
	uint64_t phys;	 /* page-aligned: what its fixmap slot maps */
	uint32_t offset; /* of the registers in that page */
	uint32_t id;
	uint32_t gsi_base; /* first global system interrupt */
	uint32_t slot;	   /* its fixmap slot */
};

/* Pixel formats of a framebuffer (UEFI 2.10, 12.9 "Graphics Output Protocol"). */
enum keel_pixel_format {
	KEEL_PIXEL_NONE,   /* there is no framebuffer */
	KEEL_PIXEL_RGBX32, /* red in the lowest byte */
	KEEL_PIXEL_BGRX32, /* blue in the lowest byte */
	KEEL_PIXEL_MASKS   /* as the masks say */
};

struct keel_framebuffer {
	uint64_t phys; /* page-aligned or not, as the firmware gave it */
	/* As the firmware gave it; or stride x height pixels, where the firmware gave less. */
	uint64_t bytes;
	uint64_t virt;	/* its write-combining mapping, a direct-map address */
	uint32_t width; /* pixels */
	uint32_t height;
	uint32_t stride; /* pixels from one line to the next */
	uint32_t format; /* enum keel_pixel_format */
	uint32_t bytes_per_pixel;
	uint32_t red_mask, green_mask, blue_mask; /* also set for RGBX32 and BGRX32 */
};

/*
 * A screen that can be drawn on: each has a framebuffer of its own, mapped write-combining. EDID is
 * what the monitor says of itself, blocks of 128 bytes (VESA E-EDID A2), as the firmware has it
 * (UEFI 2.10, 12.9.2: EFI_EDID_ACTIVE_PROTOCOL, else EFI_EDID_DISCOVERED_PROTOCOL). Nobody has
 * looked whether it makes sense.
 */
struct keel_screen {
	struct keel_framebuffer framebuffer;
	const void *edid;    /* NULL: the firmware has none */
	uint64_t edid_bytes; /* 0 then */
};

/*
 * A file that was loaded for the kernel: whole pages of type KEEL_MEMORY_TYPE_MODULE, zero from the
 * file's end to the end of the last page. An empty file takes no memory: phys and data are 0.
 */
struct keel_module {
	uint64_t phys;	     /* multiple of 4 KiB */
	uint64_t bytes;	     /* of the file, which need not be whole pages */
	void *data;	     /* phys in the direct map */
	const char *name;    /* the path, as the configuration has it */
	const char *options; /* what follows the path there; "" if nothing */
};

/* Where boot_info.random_seed comes from. */
enum keel_random_source {
	KEEL_RANDOM_NONE,    /* there is no source; the seed is all zero */
	KEEL_RANDOM_EFI_RNG, /* EFI_RNG_PROTOCOL, its default algorithm (UEFI 2.10, 37.5) */
	KEEL_RANDOM_RDRAND   /* the CPU's RDRAND instruction */
};

#define KEEL_RANDOM_SEED_BYTES 32

/* Where boot_info.tsc_hz comes from. */
enum keel_tsc_source {
	KEEL_TSC_UNKNOWN,    /* tsc_hz is 0 */
	KEEL_TSC_CPUID_15H,  /* CPUID leaf 15h: crystal clock and ratio (SDM vol. 2A, CPUID) */
	KEEL_TSC_HYPERVISOR, /* CPUID leaf 40000010h, as VMware, QEMU and KVM define it */
};

/* Stages whose duration is measured. */
enum keel_stage {
	KEEL_STAGE_LOAD,   /* kernel and modules: check, place, read */
	KEEL_STAGE_SETUP,  /* console, ACPI, graphics, allocations */
	KEEL_STAGE_PLAN,   /* descriptors to checked plan, summed over all passes */
	KEEL_STAGE_TABLES, /* plan to page tables, summed over all passes */
	KEEL_STAGE_EXIT,   /* final GetMemoryMap and ExitBootServices */
	KEEL_STAGE_SVAM,   /* SetVirtualAddressMap, with the switch to Keel's tables */
	KEEL_STAGE_JUMP,   /* from there to the last measurement before the jump */
	KEEL_STAGE_COUNT
};

/* State of the runtime services (boot_info.runtime_state). */
enum keel_runtime_state {
	KEEL_RUNTIME_VIRTUAL,	  /* SetVirtualAddressMap succeeded; call them in the EFI region */
	KEEL_RUNTIME_UNSUPPORTED, /* EFI_RT_PROPERTIES_TABLE: it is not offered, so not called */
	KEEL_RUNTIME_FAILED /* it failed, or its result makes no sense: do not call anything */
};

/* Whether the firmware started Keel only because it is signed (UEFI 2.10, 32.3). */
enum keel_secure_boot {
	KEEL_SECURE_BOOT_ABSENT, /* the firmware has no such thing */
	KEEL_SECURE_BOOT_OFF,
	KEEL_SECURE_BOOT_SETUP, /* it waits for its first key, and enforces nothing */
	KEEL_SECURE_BOOT_ON	/* or nobody can tell: the firmware's answer was an error */
};

/* Whether what was started was measured into a TPM (boot_info.measured). */
enum keel_measured {
	KEEL_MEASURED_NOT, /* there is no TPM 2.0 */
	KEEL_MEASURED_ALL,
	KEEL_MEASURED_PARTLY /* something was not measured or is not in the log: the registers and
				the log need not agree */
};

#define KEEL_PCR_BYTES 32 /* SHA-256 */

/* Bits of boot_info.flags. */
#define KEEL_FLAG_RUNTIME_CODE_WRITABLE	 0x1 /* and executable: some of it */
#define KEEL_FLAG_STALE_SYSTEM_TABLE_CRC 0x2 /* the firmware left a CRC32 stale */
#define KEEL_FLAG_X2APIC		 0x4 /* the local APIC is in x2APIC mode */

struct keel_boot_info {
	uint64_t magic;	  /* KEEL_BOOT_INFO_MAGIC */
	uint32_t version; /* KEEL_BOOT_INFO_VERSION of the Keel that filled it in */
	uint32_t size;	  /* bytes of this structure that are filled in */
	uint64_t flags;	  /* KEEL_FLAG_ bits */

	/* Memory: sorted, merged, checked, with Keel's own types. */
	const struct keel_memory_range *memory_ranges;
	uint64_t memory_range_count;
	/* The kernel root's mappings: what Keel planned, and what the tables hold. */
	const struct keel_mapping *mappings;
	uint64_t mapping_count;

	/*
	 * The firmware's own final memory map, in its order. VirtualStart is filled in for each
	 * descriptor that has an address in the EFI region (KEEL_EFI_ALIGN, layout.h).
	 */
	const void *efi_map;
	uint64_t efi_map_bytes;
	uint64_t efi_map_stride;
	uint32_t efi_map_version;
	uint32_t phys_bits; /* the CPU's MAXPHYADDR, bits */
	/*
	 * A copy of the Memory Attributes Table (UEFI 2.10, 4.6.4), header and all; NULL if none.
	 */
	const void *efi_memory_attributes;
	uint64_t efi_memory_attributes_bytes;

	/* Page tables: one contiguous block. */
	uint64_t tables_phys;
	uint64_t tables_planned;       /* pages of 4 KiB; the block may have more */
	uint64_t tables_used;	       /* pages that were written; equal to tables_planned */
	uint64_t kernel_root_phys;     /* PML4 that is in CR3 at entry */
	uint64_t transition_root_phys; /* PML4 of SetVirtualAddressMap; no longer in use */
	uint64_t landing_root_phys;    /* PML4 of the jump itself; no longer in use */
	uint32_t largest_leaf_level;   /* KEEL_LEVEL_PD, or KEEL_LEVEL_PDPT with 1 GB pages */
	uint32_t segment_count;

	/*
	 * The kernel image: the physical address of a byte is virt - KEEL_TEXT_START + phys_base.
	 */
	const struct keel_segment *segments;
	uint64_t phys_base; /* modulo 2^64; 0 where VA = PA + KEEL_TEXT_START */
	uint64_t kernel_virt;
	uint64_t kernel_bytes; /* from the first segment's first byte to the last one's last */
	uint64_t entry_virt;

	/* CPUs. */
	const struct keel_cpu *cpus;
	uint64_t cpu_count;
	uint64_t idt_phys;	  /* the page that is the IDT; all gates are absent */
	uint64_t vsyscall_phys;	  /* the page behind the vsyscall address */
	uint64_t local_apic_phys; /* its registers; 0: there is none, or it is switched off */
	const struct keel_io_apic *io_apics;
	uint64_t io_apic_count;
	uint64_t early_console_phys; /* the UART behind KEEL_FIXMAP_EARLY_CONSOLE */

	/* Firmware. */
	uint64_t efi_system_table_virt; /* in the EFI region, where the table lies in it */
	uint64_t efi_system_table_phys;
	uint64_t efi_vendor_phys;	/* FirmwareVendor before SetVirtualAddressMap, CHAR16 */
	uint64_t efi_config_table_phys; /* ConfigurationTable before SetVirtualAddressMap */
	uint64_t efi_config_table_count;
	uint32_t runtime_state; /* enum keel_runtime_state */
	/*
	 * EFI_RT_PROPERTIES_TABLE bits; 0x3fff when there is none. Those of UpdateCapsule,
	 * QueryCapsuleCapabilities and QueryVariableInfo are clear where the firmware is older than
	 * EFI 2.0, which brought them, or is known to hang in them.
	 */
	uint32_t runtime_supported;
	uint64_t runtime_status; /* EFI_STATUS of SetVirtualAddressMap */
	uint64_t rsdp_phys;	 /* ACPI 2.0 or later if there is one, else 1.0 */
	uint64_t smbios_phys;	 /* 32-bit entry point */
	uint64_t smbios3_phys;	 /* 64-bit entry point */

	struct keel_framebuffer framebuffer; /* of the screen that the person sees */

	/* Time stamp counter at EFI entry and at the jump; the duration of each stage, in ticks. */
	uint64_t entry_tsc;
	uint64_t jump_tsc;
	uint64_t stage_ticks[KEEL_STAGE_COUNT];
	uint64_t exit_tries; /* calls of ExitBootServices, at least 1 */

	uint64_t direct_map_left_out_bytes; /* memory beyond the direct map's end */

	/*
	 * A free page below 0x9f000, zeroed, of type KEEL_MEMORY_TYPE_CPU_AREA: room for the code
	 * with which the kernel starts other CPUs (SIPI vector = address / 4 KiB). 0 if there was
	 * none, or if Keel has started the CPUs and one is missing: should it come late, it halts
	 * in that page.
	 */
	uint64_t ap_start_phys;

	/* From here on: version 2. */

	/*
	 * What was chosen to be started, in UTF-8 without control characters other than tabs. Never
	 * NULL; "" where there is nothing to say.
	 */
	const char *command_line; /* the configuration's options for the kernel */
	const char *entry_title;  /* title of the entry in keel.conf; "load options" for those;
				     "" without configuration */
	const char *kernel_path;  /* as the configuration has it; "" for the built-in self-check */
	const char *boot_device;  /* device path of the volume, as text (UEFI 2.10, 10.6), with ?
				     for control characters; "" when the firmware cannot tell */

	const struct keel_module *modules; /* in the configuration's order */
	uint64_t module_count;

	/*
	 * Add this, modulo 2^64, to an address in the kernel's file to get where it is at run time.
	 */
	uint64_t kernel_slide;
	/*
	 * When the configuration asks for symbols and the kernel's file has them: the contents of
	 * .symtab, Elf64_Sym of 24 bytes each, and of its string table, as they stand in the file.
	 * Otherwise NULL and 0. Values are addresses in the file: see kernel_slide.
	 */
	const void *symbols;
	uint64_t symbol_count;
	const char *symbol_names; /* its last byte is zero */
	uint64_t symbol_names_bytes;

	uint8_t random_seed
		[KEEL_RANDOM_SEED_BYTES]; /* the only copy in memory: wipe it after use */
	uint32_t random_source;		  /* enum keel_random_source */
	uint32_t tsc_source;		  /* enum keel_tsc_source */
	uint64_t tsc_hz; /* ticks of the time stamp counter a second; 0 if not known */

	/* Of KEEL_STAGE_LOAD: ticks inside the firmware's Read calls, and bytes that they read. */
	uint64_t read_ticks;
	uint64_t read_bytes;

	/*
	 * Where keel.efi itself was, of type KEEL_MEMORY_TYPE_LOADER_CODE, but for modules that
	 * came inside it; for debuggers.
	 */
	uint64_t loader_phys;
	uint64_t loader_bytes;

	/*
	 * The exception that SetVirtualAddressMap ended with, if it did: runtime_state is then
	 * KEEL_RUNTIME_FAILED, and runtime_status EFI_ABORTED. All zero otherwise. A call through a
	 * null pointer may leave rip zero, too: runtime_status is what tells.
	 */
	uint64_t runtime_fault_rip; /* address of the instruction, or behind it: SDM vol. 3A 6.5 */
	uint64_t runtime_fault_cr2;
	uint32_t runtime_fault_vector;
	uint32_t runtime_fault_error; /* its error code; 0 if it has none */

	/* From here on: version 3. */

	/*
	 * If the kernel asked for started CPUs (<keel/request.h>): a mailbox for each element of
	 * `cpus`, in memory of type KEEL_MEMORY_TYPE_CPU_AREA. Otherwise NULL.
	 */
	struct keel_mailbox *mailboxes;
	uint64_t cpus_waiting;	    /* CPUs that wait in them */
	uint64_t waiting_page_phys; /* what is behind KEEL_CEA_WAITING_PAGE; 0: nothing */

	const char *
		keel_version; /* of the loader: "0.9.0", with "+" and its commit if it is no release */
	uint32_t secure_boot; /* enum keel_secure_boot, as Keel was started */
	uint32_t reserved;    /* 0 */

	/*
	 * The same as the members with _phys, in the direct map; 0 where there is none, and where
	 * Keel does not map it. What these lead to holds physical addresses: such a table is
	 * reached at KEEL_DIRECT_MAP(address) if the range in memory_ranges that holds it has a
	 * virt. It does for the tables that docs/protocol.md lists, as far as they make sense.
	 */
	uint64_t rsdp_virt;
	uint64_t smbios_virt;
	uint64_t smbios3_virt;
	uint64_t efi_config_table_virt;

	/* All screens, the one of `framebuffer` first; 0 where that is KEEL_PIXEL_NONE. */
	const struct keel_screen *screens;
	uint64_t screen_count;

	/*
	 * Measured boot, where the firmware has a TPM 2.0. Configuration, load options and the
	 * kernel's options were extended into register 8; driver, kernel and modules into 9; as
	 * events of type EV_IPL whose text is the path, before they were used.
	 *
	 * tpm_log: a copy of the firmware's log, TCG_PCR_EVENT and TCG_PCR_EVENT2 (TCG PC Client
	 * Platform Firmware Profile 1.05, 10.2). tpm_final_events: TCG_PCR_EVENT2 that were logged
	 * later, but before the exit; what the exit itself logs is in the firmware's final events
	 * table only. NULL where there is none.
	 */
	const void *tpm_log;
	uint64_t tpm_log_bytes;
	const void *tpm_final_events;
	uint64_t tpm_final_events_bytes;
	uint32_t measured; /* enum keel_measured */
	uint32_t tpm_pcrs; /* a bit for each register whose value is below: 0x300, or 0 */
	uint8_t tpm_pcr8[KEEL_PCR_BYTES]; /* as the TPM told them after the last measurement */
	uint8_t tpm_pcr9[KEEL_PCR_BYTES];
};

/* Whether this boot_info has the member, for those that came with a later version. */
#define KEEL_BOOT_INFO_HAS(info, member) \
	((info)->size >=                 \
	 offsetof(struct keel_boot_info, member) + sizeof(((struct keel_boot_info *)0)->member))

/* What keel_boot_info_check says. */
enum keel_boot_info_error {
	KEEL_BOOT_INFO_GOOD,
	KEEL_BOOT_INFO_NONE,	  /* a null pointer, or one that is not aligned to 8 */
	KEEL_BOOT_INFO_BAD_MAGIC, /* not from Keel, or from one with another contract */
	KEEL_BOOT_INFO_TOO_OLD,	  /* this Keel is older than the header of the kernel */
	KEEL_BOOT_INFO_BAD_SIZE	  /* the version is right, the size is too small for it */
};

/*
 * The first thing for a kernel to call, with what it found in RDI. It reads the first 16 bytes
 * only, and holds for kernels that were compiled with an older version of this header than Keel's.
 */
static inline enum keel_boot_info_error keel_boot_info_check(const struct keel_boot_info *info)
{
	if (!info || (uintptr_t)info % 8)
		return KEEL_BOOT_INFO_NONE;
	if (info->magic != KEEL_BOOT_INFO_MAGIC)
		return KEEL_BOOT_INFO_BAD_MAGIC;
	if (info->version < KEEL_BOOT_INFO_VERSION)
		return KEEL_BOOT_INFO_TOO_OLD;
	if (info->size < sizeof(*info))
		return KEEL_BOOT_INFO_BAD_SIZE;
	return KEEL_BOOT_INFO_GOOD;
}

#endif
