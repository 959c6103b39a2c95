/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The x86-64 kernel memory map (4-level paging): the only place where its numbers stand. The
 * builder, the self-check, the host tool and the pictures are all derived from this table.
 *
 * The document that the map comes from (Linux, Documentation/arch/x86/x86_64/mm.rst of 4.x)
 * gives the direct map's end as ffffc8ffffffffff and its size as 105 TB. Those two contradict
 * each other: 105 TB from ffff800000000000 end at ffffe8ffffffffff, which is also the only end
 * that meets the next row. Keel uses that one.
 *
 * Usable from C, from C++ (from C++11 on) and from assembly.
 */
#ifndef KEEL_LAYOUT_H
#define KEEL_LAYOUT_H

#ifdef __ASSEMBLER__
#define KEEL_U64(x) x
#else
#include <stdint.h>
#define KEEL_U64(x) UINT64_C(x)
#endif

#define KEEL_PAGE_SHIFT 12
#define KEEL_PAGE_SIZE	KEEL_U64(0x1000)
#define KEEL_SIZE_2M	KEEL_U64(0x200000)
#define KEEL_SIZE_1G	KEEL_U64(0x40000000)

/*
 * The rows, first and last byte. Between the named regions lie holes, which are rows too, so that
 * every byte of the 64-bit space belongs to exactly one row.
 */
/* clang-format off */
#define KEEL_USER_START			KEEL_U64(0x0000000000000000)
#define KEEL_USER_LAST			KEEL_U64(0x00007fffffffffff)
#define KEEL_NONCANONICAL_START		KEEL_U64(0x0000800000000000)
#define KEEL_NONCANONICAL_LAST		KEEL_U64(0xffff7fffffffffff)
#define KEEL_DIRECT_MAP_START		KEEL_U64(0xffff800000000000)
#define KEEL_DIRECT_MAP_LAST		KEEL_U64(0xffffe8ffffffffff)
#define KEEL_HOLE_DIRECT_MAP_START	KEEL_U64(0xffffe90000000000)
#define KEEL_HOLE_DIRECT_MAP_LAST	KEEL_U64(0xffffe9ffffffffff)
#define KEEL_STACKS_START		KEEL_U64(0xffffea0000000000)
#define KEEL_STACKS_LAST		KEEL_U64(0xfffffbffffffffff)
#define KEEL_HOLE_STACKS_START		KEEL_U64(0xfffffc0000000000)
#define KEEL_HOLE_STACKS_LAST		KEEL_U64(0xfffffdffffffffff)
#define KEEL_CPU_ENTRY_AREA_START	KEEL_U64(0xfffffe0000000000)
#define KEEL_CPU_ENTRY_AREA_LAST	KEEL_U64(0xfffffe7fffffffff)
#define KEEL_HOLE_CPU_ENTRY_AREA_START	KEEL_U64(0xfffffe8000000000)
#define KEEL_HOLE_CPU_ENTRY_AREA_LAST	KEEL_U64(0xfffffeffffffffff)
#define KEEL_ESPFIX_START		KEEL_U64(0xffffff0000000000)
#define KEEL_ESPFIX_LAST		KEEL_U64(0xffffff7fffffffff)
#define KEEL_HOLE_ESPFIX_START		KEEL_U64(0xffffff8000000000)
#define KEEL_HOLE_ESPFIX_LAST		KEEL_U64(0xffffffeeffffffff)
#define KEEL_EFI_START			KEEL_U64(0xffffffef00000000)
#define KEEL_EFI_LAST			KEEL_U64(0xfffffffeffffffff)
#define KEEL_HOLE_EFI_START		KEEL_U64(0xffffffff00000000)
#define KEEL_HOLE_EFI_LAST		KEEL_U64(0xffffffff7fffffff)
#define KEEL_TEXT_START			KEEL_U64(0xffffffff80000000)
#define KEEL_TEXT_LAST			KEEL_U64(0xffffffff9fffffff)
#define KEEL_MODULES_START		KEEL_U64(0xffffffffa0000000)
#define KEEL_MODULES_LAST		KEEL_U64(0xfffffffffeffffff)
#define KEEL_FIXMAP_START		KEEL_U64(0xffffffffff000000)
#define KEEL_FIXMAP_LAST		KEEL_U64(0xffffffffff5fffff)
#define KEEL_VSYSCALL_START		KEEL_U64(0xffffffffff600000)
#define KEEL_VSYSCALL_LAST		KEEL_U64(0xffffffffff600fff)
#define KEEL_HOLE_VSYSCALL_START	KEEL_U64(0xffffffffff601000)
#define KEEL_HOLE_VSYSCALL_LAST		KEEL_U64(0xffffffffffdfffff)
#define KEEL_HOLE_ERR_PTR_START		KEEL_U64(0xffffffffffe00000)
#define KEEL_HOLE_ERR_PTR_LAST		KEEL_U64(0xffffffffffffffff)

/* ROW(id, id of the next row, kind, what it is called where a person reads it) */
#define KEEL_LAYOUT(ROW)                                                                 \
	ROW(USER,                NONCANONICAL,        HOLE,   "user space")              \
	ROW(NONCANONICAL,        DIRECT_MAP,          HOLE,   "non-canonical")           \
	ROW(DIRECT_MAP,          HOLE_DIRECT_MAP,     REGION, "direct map")              \
	ROW(HOLE_DIRECT_MAP,     STACKS,              HOLE,   "hole")                    \
	ROW(STACKS,              HOLE_STACKS,         REGION, "kernel stacks")           \
	ROW(HOLE_STACKS,         CPU_ENTRY_AREA,      HOLE,   "hole")                    \
	ROW(CPU_ENTRY_AREA,      HOLE_CPU_ENTRY_AREA, REGION, "cpu_entry_area")          \
	ROW(HOLE_CPU_ENTRY_AREA, ESPFIX,              HOLE,   "hole")                    \
	ROW(ESPFIX,              HOLE_ESPFIX,         REGION, "%esp fixup stacks")       \
	ROW(HOLE_ESPFIX,         EFI,                 HOLE,   "hole")                    \
	ROW(EFI,                 HOLE_EFI,            REGION, "EFI region")              \
	ROW(HOLE_EFI,            TEXT,                HOLE,   "hole")                    \
	ROW(TEXT,                MODULES,             REGION, "kernel text")             \
	ROW(MODULES,             FIXMAP,              REGION, "modules")                 \
	ROW(FIXMAP,              VSYSCALL,            REGION, "fixmap")                  \
	ROW(VSYSCALL,            HOLE_VSYSCALL,       REGION, "vsyscall")                \
	ROW(HOLE_VSYSCALL,       HOLE_ERR_PTR,        HOLE,   "hole")                    \
	ROW(HOLE_ERR_PTR,        USER,                HOLE,   "hole (ERR_PTR)")
/* clang-format on */

/*
 * Kernel stacks: one slot for each CPU, in the CPUs' order in boot_info. The stack fills the upper
 * part of its slot, the lower part is absent and is the guard. The top of CPU n's stack is
 * KEEL_STACKS_START + (n + 1) * KEEL_STACK_SLOT_BYTES.
 */
#define KEEL_STACK_SLOT_BYTES KEEL_U64(0x10000)
#define KEEL_STACK_BYTES      KEEL_U64(0x8000)

/*
 * cpu_entry_area: page 0 is the IDT (read-only, shared by all CPUs); then one block of
 * KEEL_CEA_PAGES pages for each CPU. Page numbers within a block; the pages that are not named
 * are absent: they are the guards below each IST stack, and one above the last.
 */
#define KEEL_CEA_PAGES		  16
#define KEEL_CEA_GDT_PAGE	  0 /* read-only; the guard of the entry stack */
#define KEEL_CEA_ENTRY_STACK_PAGE 1 /* TSS.RSP0 is the end of this page */
#define KEEL_CEA_TSS_PAGE	  2 /* read-only */
#define KEEL_CEA_DF_STACK_PAGE	  4 /* each IST stack is KEEL_CEA_IST_STACK_PAGES long */
#define KEEL_CEA_NMI_STACK_PAGE	  7
#define KEEL_CEA_DB_STACK_PAGE	  10
#define KEEL_CEA_MCE_STACK_PAGE	  13
#define KEEL_CEA_IST_STACK_PAGES  2
#define KEEL_CEA_CPU_START(cpu) \
	(KEEL_CPU_ENTRY_AREA_START + KEEL_PAGE_SIZE + (cpu) * (KEEL_CEA_PAGES * KEEL_PAGE_SIZE))

/*
 * The waiting page: the row's last page, read-only and executable, in which started CPUs wait. It
 * is mapped only if the kernel has asked for them (<keel/request.h>). The last CPU whose block fits
 * ends before it.
 */
#define KEEL_CEA_WAITING_PAGE (KEEL_CPU_ENTRY_AREA_LAST + 1 - KEEL_PAGE_SIZE)

/* IST index (TSS.ISTn, 1 to 7) of each exception that has a stack of its own. */
#define KEEL_IST_DF  1
#define KEEL_IST_NMI 2
#define KEEL_IST_DB  3
#define KEEL_IST_MCE 4

/*
 * %esp fixup stacks: a ministack of 64 bytes for each CPU, 64 to a page. Each page appears at every
 * 64 KiB step of a 4 GiB window, so that bits 31:16 of the stack pointer can be the user's own.
 * A window holds 16 pages, which is 1024 CPUs. CPU n's ministack begins at
 *	START + (n / 1024) * WINDOW + (n / 64 % 16) * page + (n % 64) * 64   (+ k * 64 KiB).
 */
#define KEEL_ESPFIX_STACK_BYTES	    64
#define KEEL_ESPFIX_STACKS_PER_PAGE 64
#define KEEL_ESPFIX_STEP_BYTES	    KEEL_U64(0x10000)
#define KEEL_ESPFIX_WINDOW_BYTES    KEEL_U64(0x100000000)

/*
 * EFI region: the firmware's runtime descriptors, top down in order of physical addresses: the one
 * with the highest physical address ends nearest to the region's end. Each keeps its physical
 * address modulo this, with less than that free above it, so that neighbours in physical memory are
 * neighbours here.
 */
#define KEEL_EFI_ALIGN KEEL_SIZE_2M

/*
 * Fixmap: slot n lies at KEEL_FIXMAP_TOP - n pages, as far down as KEEL_FIXMAP_START. All its page
 * tables are in place; slots that are not mapped at kernel entry are the kernel's to use.
 */
#define KEEL_FIXMAP_TOP		  KEEL_U64(0xffffffffff5ff000)
#define KEEL_FIXMAP_SLOT(n)	  (KEEL_FIXMAP_TOP - (n)*KEEL_PAGE_SIZE)
#define KEEL_FIXMAP_EARLY_CONSOLE 0 /* a UART in memory space, where ACPI SPCR names one */
#define KEEL_FIXMAP_LOCAL_APIC	  1
#define KEEL_FIXMAP_IO_APIC_FIRST 2
#define KEEL_FIXMAP_IO_APIC_COUNT 128
#define KEEL_FIXMAP_SLOTS	  130 /* slots with a fixed meaning */

/* vsyscall: offsets of the three entry points in the page; all else is filled with INT3 (0xcc). */
#define KEEL_VSYSCALL_GETTIMEOFDAY 0x000
#define KEEL_VSYSCALL_TIME	   0x400
#define KEEL_VSYSCALL_GETCPU	   0x800

#ifndef __ASSEMBLER__

#ifdef __cplusplus
#define KEEL_STATIC_ASSERT static_assert
#else
#define KEEL_STATIC_ASSERT _Static_assert
#endif

/* One enumerator for each row, in address order. */
enum keel_region {
#define KEEL_ROW(id, next, kind, name) KEEL_REGION_##id,
	KEEL_LAYOUT(KEEL_ROW)
#undef KEEL_ROW
		KEEL_REGION_COUNT
};

enum keel_row_kind {
	KEEL_ROW_HOLE,	/* nothing is mapped here when the kernel starts */
	KEEL_ROW_REGION /* a region of the map */
};

/* One row: first and last byte, inclusive, so that the last row can be written. */
struct keel_layout_row {
	uint64_t start;
	uint64_t last;
	enum keel_row_kind kind;
	const char *name; /* what the row is called where a person reads it */
};

static const struct keel_layout_row keel_layout[KEEL_REGION_COUNT] __attribute__((unused)) = {
#define KEEL_ROW(id, next, kind, name) \
	{ KEEL_##id##_START, KEEL_##id##_LAST, KEEL_ROW_##kind, name },
	KEEL_LAYOUT(KEEL_ROW)
#undef KEEL_ROW
};

/*
 * Each row is page-aligned, is not empty, and begins where the one before it ends; the last row
 * ends where the first begins (modulo 2^64), so no byte is left out.
 */
#define KEEL_ROW(id, next, kind, name)                                                        \
	KEEL_STATIC_ASSERT(KEEL_##id##_START % KEEL_PAGE_SIZE == 0, #id " starts on a page"); \
	KEEL_STATIC_ASSERT(KEEL_##id##_LAST > KEEL_##id##_START, #id " is not empty");        \
	KEEL_STATIC_ASSERT((uint64_t)(KEEL_##id##_LAST + 1) == KEEL_##next##_START,           \
			   #id " meets " #next);
KEEL_LAYOUT(KEEL_ROW)
#undef KEEL_ROW

KEEL_STATIC_ASSERT(KEEL_USER_START == 0, "the rows begin at zero");
KEEL_STATIC_ASSERT(KEEL_STACK_BYTES < KEEL_STACK_SLOT_BYTES, "a slot has room for the guard");
KEEL_STATIC_ASSERT(KEEL_CEA_MCE_STACK_PAGE + KEEL_CEA_IST_STACK_PAGES < KEEL_CEA_PAGES,
		   "an absent page ends each CPU's entry area");
KEEL_STATIC_ASSERT(KEEL_FIXMAP_TOP + KEEL_PAGE_SIZE == KEEL_VSYSCALL_START,
		   "the fixmap ends below the vsyscall page");

#endif /* !__ASSEMBLER__ */
#endif
