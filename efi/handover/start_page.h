/* SPDX-License-Identifier: BSD-2-Clause */
/* The page in which other CPUs start, for other_cpus.c, which fills it in. */
#ifndef EFI_HANDOVER_START_PAGE_H
#define EFI_HANDOVER_START_PAGE_H

/* Offsets in struct start_values, for start_page.S. */
#define START_ENTRY	 0
#define START_STACK	 8
#define START_STACK_STEP 16
#define START_STACKS	 24
#define START_GATE	 32
#define START_CR0	 36
#define START_CR4	 40
#define START_EFER	 44
#define START_PROTECTED	 48
#define START_LONG	 54
#define START_GDT	 60

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

#define START_GATE_CLOSED 0x80000000u

/* What stands at the page's end. */
struct start_values {
	uint64_t entry_virt; /* a function that never returns */
	uint64_t stack_virt; /* the top of the first of `stacks` stacks, which lie a step apart */
	uint64_t stack_step_bytes;
	uint64_t stacks;
	uint32_t gate; /* CPUs that came in; with START_GATE_CLOSED no more do. Atomic */
	uint32_t cr0, cr4, efer;
	/* Far pointers, linked as offsets in the page. */
	uint32_t protected_phys;
	uint16_t protected_cs;
	uint32_t long_phys;
	uint16_t long_cs;
	uint16_t gdt_limit;
	uint32_t gdt_phys;
} __attribute__((packed));

_Static_assert(offsetof(struct start_values, gate) == START_GATE, "as in start_page.S");
_Static_assert(offsetof(struct start_values, protected_phys) == START_PROTECTED, "likewise");
_Static_assert(offsetof(struct start_values, long_phys) == START_LONG, "likewise");
_Static_assert(offsetof(struct start_values, gdt_limit) == START_GDT, "likewise");

extern const uint8_t start_page[] __attribute__((visibility("hidden")));
extern const uint8_t start_page_end[] __attribute__((visibility("hidden")));

#endif
#endif
