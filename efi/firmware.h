/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the loader knows while it works, and the steps it goes through. Each step is one file;
 * efi_main in main.c calls them in order.
 *
 * Errors: a step that fails has said so on the console, with the values, before it returns its
 * EFI_STATUS; efi_main then frees everything and returns that status to the firmware.
 */
#ifndef EFI_LOADER_H
#define EFI_LOADER_H

#include <efi.h>
#include <stdarg.h>
#include <keel/boot_info.h>
#include "config/config.h"
#include "elf/elf.h"
#include "handover/fault.h"
#include "mm.h"

/* Also right where rounding up would wrap: a damaged volume may have files of any size. */
#define BYTES_TO_PAGES(bytes) (((bytes) >> KEEL_PAGE_SHIFT) + !!((bytes) & (KEEL_PAGE_SIZE - 1)))

/* IA32_MTRRCAP.VCNT is 8 bits wide (SDM vol. 3A 11.11.1); each range has two ends. */
#define MAX_BOUNDARIES (2 * 255)

/* Blocks of pages from the firmware, so that a failure can give all of them back. */
struct block {
	uint64_t phys;
	uint64_t pages; /* 0: not allocated */
};

enum block_id {
	BLOCK_OPTIONS,	 /* what the load options say, and the image's folder */
	BLOCK_CONFIG,	 /* what keel.conf says, as text and as structures */
	BLOCK_MODULES,	 /* the list of modules */
	BLOCK_KERNEL,	 /* the kernel's segments */
	BLOCK_SYMBOLS,	 /* its symbol table, if that is wanted */
	BLOCK_CPU_AREA,	 /* descriptor tables and stacks */
	BLOCK_BOOT_INFO, /* what the kernel gets to read */
	BLOCK_WORK,	 /* what only the loader needs */
	BLOCK_TABLES,	 /* page tables, to the page */
	BLOCK_AP_START,	 /* a page below 1 MiB for starting other CPUs */
	BLOCK_LEVELS,	 /* for leaving 5-level paging, if the firmware uses it */
	BLOCK_COUNT
};

/* ACPI's enabled CPUs and I/O APICs, as acpi.c finds them. */
struct acpi_facts {
	const void *madt;     /* NULL: none; then there is one CPU */
	bool has_local_apics; /* entries of the old kind, of enabled CPUs */
	uint64_t cpu_count;
	uint64_t io_apic_count;
	uint64_t local_apic_phys;
	uint64_t early_console_phys;
	uint32_t own_apic_id; /* of the CPU that runs */
};

struct loader {
	EFI_HANDLE image;
	EFI_LOADED_IMAGE *loaded;
	EFI_SYSTEM_TABLE *system;
	EFI_BOOT_SERVICES *boot;
	EFI_RUNTIME_SERVICES *runtime;

	struct block blocks[BLOCK_COUNT];
	struct keel_boot_info *info; /* in BLOCK_BOOT_INFO */
	/* Collected before that block exists, then copied into it. */
	struct keel_boot_info facts;

	/* What to start. All of it lies in BLOCK_OPTIONS and BLOCK_CONFIG. */
	struct config config;
	const struct config_entry *entry;
	const char *folder;	     /* where relative paths begin; UTF-8, from \ to \ */
	struct keel_module *modules; /* as many as the entry has, in BLOCK_MODULES */
	uint64_t module_count;	     /* that are loaded */
	char *boot_device;	     /* device path, in pool memory; NULL: not known */

	struct mm_machine machine;
	uint64_t boundaries[MAX_BOUNDARIES];
	uint32_t cpu_features; /* CPU_ bits of cpu.h */

	struct elf_image elf;
	struct elf_symbols symbols;
	struct acpi_facts acpi;
	uint64_t attributes_bytes; /* of the Memory Attributes Table, header and all */
	uint64_t attributes_capacity;
	bool attributes_changed; /* since they were read before */

	/* The arrays in BLOCK_BOOT_INFO. */
	void *descriptors; /* the firmware's map */
	struct keel_cpu *cpus;
	struct keel_io_apic *io_apics;
	struct keel_segment *info_segments;
	struct keel_module *info_modules;
	void *attributes_copy;

	/* Memory map and plan; the arrays lie in the blocks above. */
	struct mm_request request;
	struct mm_memory_map planned_map; /* what the tables were built from */
	struct mm_memory_map map;	  /* what the kernel gets, with Keel's own types */
	struct mm_fixmap_slot *slots;
	struct mm_plan kernel_plan;
	struct mm_plan transition_plan;
	struct mm_plan landing_plan;
	struct keel_mapping *plan_work;
	void *map_work;
	struct keel_memory_range *own; /* Keel's blocks and the modules, while the map is built */
	struct mm_outcome outcome;
	struct mm_pool pool;
	uint64_t kernel_root;
	uint64_t transition_root;
	uint64_t landing_root;
	uint64_t landing_phys; /* two pages for the last instruction */
	void *runtime_map;     /* the RUNTIME descriptors for SetVirtualAddressMap */
	uint64_t runtime_map_bytes;
	void *planned_runtime_map; /* the same, when the tables were built */
	uint64_t planned_runtime_bytes;
	uint64_t tables_planned; /* pages */
	uint64_t map_capacity;	 /* bytes of the buffer for the firmware's map */
	uint64_t map_key;

	bool noted;	 /* report_begin has left its note */
	bool exiting;	 /* ExitBootServices was called: firmware's console is gone */
	bool own_tables; /* CR3 is Keel's: firmware's mappings are gone, but for the identity map */
	struct fault_gate gates[FAULT_VECTORS]; /* of the interrupt descriptor table */
	uint64_t stage_start;
};

/* console.c: formatted text; %s char string, %u decimal, %x hex, %p 16 hex digits (all 64-bit). */
void console_start(struct loader *l);
void say(const struct loader *l, const char *format, ...);
EFI_STATUS fail(const struct loader *l, EFI_STATUS status, const char *format, ...);
/* After ExitBootServices: on COM1 and the framebuffer, then the machine is halted. */
_Noreturn void panic(const struct loader *l, const char *format, ...);

/* memory.c: blocks, and the plain C memory functions. */
EFI_STATUS block_allocate(struct loader *l, enum block_id id, uint64_t pages, const char *what);
EFI_STATUS block_allocate_below(struct loader *l, enum block_id id, uint64_t last, uint64_t pages);
EFI_STATUS block_allocate_at(struct loader *l, enum block_id id, uint64_t phys, uint64_t pages);
/* For what is not a block: with a message on failure. */
EFI_STATUS pages_allocate(struct loader *l, uint64_t pages, const char *what, uint64_t *phys);
void block_free(struct loader *l, enum block_id id);
void blocks_free(struct loader *l);
void *memcpy(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *left, const void *right, size_t bytes);

/* protocol.c: an interface of a handle (which may be NULL), or the first of all; NULL if there is none. */
void *protocol_of(const struct loader *l, EFI_HANDLE handle, const EFI_GUID *guid);
void *protocol(const struct loader *l, const EFI_GUID *guid);

/* Steps, in order. */
EFI_STATUS cpu_examine(struct loader *l);	 /* cpu.c */
void firmware_examine(struct loader *l);	 /* firmware.c */
bool attributes_refresh(struct loader *l);	 /* firmware.c: false if it outgrew its copy */
void acpi_examine(struct loader *l);		 /* acpi.c */
void graphics_examine(struct loader *l);	 /* graphics.c */
EFI_STATUS image_examine(struct loader *l);	 /* image.c */
void random_seed(struct loader *l);		 /* random.c */
EFI_STATUS configuration_read(struct loader *l); /* choose.c */
EFI_STATUS kernel_load(struct loader *l);	 /* kernel.c */
EFI_STATUS modules_load(struct loader *l);	 /* modules.c */
EFI_STATUS workspace_allocate(struct loader *l); /* workspace.c */
void cpu_area_fill(struct loader *l);		 /* cpu_area.c */
void report_write(struct loader *l);		 /* report.c: what the last run left behind */
EFI_STATUS tables_prepare(struct loader *l);	 /* build.c */
EFI_STATUS handover(struct loader *l);		 /* handover.c; returns only on failure */

/*
 * build.c: from the firmware's map, as it is now, to page tables. tables_build makes plan and
 * tables from the map that memory_map_get has read last; tables_review tells whether they still
 * hold for a map that was read later, and brings the kernel's copy of the memory map up to date.
 */
EFI_STATUS memory_map_get(struct loader *l);
EFI_STATUS tables_build(struct loader *l, const struct mm_notes *notes);
struct mm_result tables_review(struct loader *l, bool *current);

/* report.c: leaves a note for the next boot, in case the self-check hangs; and takes it back. */
void report_begin(struct loader *l);
void report_withdraw(const struct loader *l);

/*
 * report.c: for panic(), leaves its words for the next boot, if that is possible. To be called with
 * the firmware's own page tables and exception handlers in place, or through fault_call.
 */
void report_keep(const struct loader *l, const char *format, va_list arguments);

/* acpi.c: fills in the arrays whose sizes acpi_examine has found. */
void acpi_fill(const struct loader *l, struct keel_cpu *cpus, struct keel_io_apic *io_apics);

/* texts.c: the texts that the kernel gets, and what points to them. At 0 it only measures. */
uint64_t texts_lay_out(struct loader *l, uint64_t start);

/* What the steps leave behind that is not a block; each may be called at any time. */
void modules_free(struct loader *l);
void image_free(struct loader *l);

/* image.c: the folder that keel.efi came from, from \ to \, in so many bytes at most. */
uint64_t image_folder_bytes(const struct loader *l);
void image_folder(const struct loader *l, char *to);

/* levels.c: 5-level paging, where the firmware uses it, goes when Keel's tables come. */
EFI_STATUS levels_prepare(struct loader *l);
void levels_leave(const struct loader *l);

/* runtime.c: SetVirtualAddressMap, on the transition tables. Its failure is told to the kernel. */
void runtime_map_collect(const struct loader *l, void *to, uint64_t *bytes);
void runtime_set_virtual(struct loader *l);
/* Where a physical address of the firmware's is in the EFI region, else in the direct map. */
uint64_t runtime_virt(const struct loader *l, uint64_t phys);

/* Adds the ticks since the last call, or since the stage began, to a stage. */
void stage_begin(struct loader *l);
void stage_end(struct loader *l, enum keel_stage stage);

#endif
