/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * x86-64 paging-structure formats, 4-level paging: Intel SDM vol. 3A, 4.5 "4-Level Paging and
 * 5-Level Paging", tables 4-15 to 4-20; AMD APM vol. 2, 5.3 "Long-Mode Page Translation".
 *
 * Levels are counted from the page upwards: 1 = PT, 2 = PD, 3 = PDPT, 4 = PML4. A leaf at level 1
 * is a 4 KiB page, at level 2 a 2 MiB page, at level 3 a 1 GiB page; level 4 has no leaves.
 *
 * Usable from C and from assembly.
 */
#ifndef KEEL_PAGING_H
#define KEEL_PAGING_H

#include <keel/layout.h>

#define KEEL_LEVEL_PT	1
#define KEEL_LEVEL_PD	2
#define KEEL_LEVEL_PDPT 3
#define KEEL_LEVEL_PML4 4

/* Bits of an entry. Bits 51:12 hold an address; which of them depends on the level and on PS. */
#define KEEL_PTE_P	   KEEL_U64(0x1)    /* present */
#define KEEL_PTE_RW	   KEEL_U64(0x2)    /* writable */
#define KEEL_PTE_US	   KEEL_U64(0x4)    /* reachable from ring 3 */
#define KEEL_PTE_PWT	   KEEL_U64(0x8)    /* bit 0 of the PAT index */
#define KEEL_PTE_PCD	   KEEL_U64(0x10)   /* bit 1 of the PAT index */
#define KEEL_PTE_A	   KEEL_U64(0x20)   /* accessed */
#define KEEL_PTE_D	   KEEL_U64(0x40)   /* dirty; leaves only */
#define KEEL_PTE_PS	   KEEL_U64(0x80)   /* at level 2 and 3: this entry is a leaf */
#define KEEL_PTE_PAT_4K	   KEEL_U64(0x80)   /* bit 2 of the PAT index in a level 1 leaf */
#define KEEL_PTE_G	   KEEL_U64(0x100)  /* global: survives a load of CR3; leaves only */
#define KEEL_PTE_PAT_LARGE KEEL_U64(0x1000) /* bit 2 of the PAT index in a level 2 or 3 leaf */
#define KEEL_PTE_NX	   KEEL_U64(0x8000000000000000) /* no instruction fetches */

#define KEEL_PTE_ADDRESS    KEEL_U64(0x000ffffffffff000) /* a table, or a 4 KiB page */
#define KEEL_PTE_ADDRESS_2M KEEL_U64(0x000fffffffe00000)
#define KEEL_PTE_ADDRESS_1G KEEL_U64(0x000fffffc0000000)

/*
 * IA32_PAT (MSR 277h, SDM vol. 3A 11.12) as Keel loads it, index 0 in the low byte:
 * WB, WC, UC-, UC, WB, WP, UC-, WT. Indices 0, 2 and 3 mean the same as after reset.
 */
#define KEEL_PAT_MSR   0x277
#define KEEL_PAT_VALUE KEEL_U64(0x0407050600070106)

/* PAT encodings, as they stand in a byte of IA32_PAT (SDM vol. 3A table 11-10). */
#define KEEL_PAT_UC	  0
#define KEEL_PAT_WC	  1
#define KEEL_PAT_WT	  4
#define KEEL_PAT_WP	  5
#define KEEL_PAT_WB	  6
#define KEEL_PAT_UC_MINUS 7

#ifndef __ASSEMBLER__

/* A memory type of a mapping; the value is its index into the PAT that Keel loads. */
enum keel_memory_type {
	KEEL_MEMORY_WB = 0,	  /* write-back */
	KEEL_MEMORY_WC = 1,	  /* write-combining */
	KEEL_MEMORY_UC_MINUS = 2, /* uncached, unless an MTRR says write-combining */
	KEEL_MEMORY_UC = 3,	  /* uncached */
	KEEL_MEMORY_WP = 5,	  /* write-protected */
	KEEL_MEMORY_WT = 7,	  /* write-through */
};

/*
 * What a mapping permits. No value says writable and executable, but for the two that firmware
 * forces on us.
 */
enum keel_rights {
	/* Nothing is mapped, but the tables down to the mapping's `level` are in place. */
	KEEL_RIGHTS_NONE,
	KEEL_RIGHTS_R,	    /* read-only, not executable */
	KEEL_RIGHTS_RW,	    /* writable, not executable */
	KEEL_RIGHTS_RX,	    /* read-only, executable */
	KEEL_RIGHTS_USER_R, /* read-only, not executable, reachable from ring 3 (vsyscall) */
	/*
	 * Writable and executable: runtime services code for which the firmware gives no usable
	 * Memory Attributes Table, and runtime memory in the identity map that lives during
	 * SetVirtualAddressMap, which relocates code in place.
	 */
	KEEL_RIGHTS_FIRMWARE_RWX,
	/*
	 * The same for all other memory of that identity map. In these leaves, and in those of the
	 * EFI region, A and D are clear at first: they tell later what was used.
	 */
	KEEL_RIGHTS_WATCHED_RWX,
	KEEL_RIGHTS_COUNT
};

#endif
#endif
