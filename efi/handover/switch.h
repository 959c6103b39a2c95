/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two moments at which the ground changes: Keel's tables, and the kernel's first instruction.
 */
#ifndef EFI_HANDOVER_SWITCH_H
#define EFI_HANDOVER_SWITCH_H

#ifndef __ASSEMBLER__

#include <stdint.h>

/* Operand of LGDT and LIDT. */
struct table_register {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

/*
 * Loads a GDT that has Keel's selectors (keel/selectors.h), and all segment registers from it: from
 * then on the firmware's GDT need not be there. TR stays.
 */
void load_segments(const struct table_register *gdt);

/* Everything for the last steps; the offsets below are for switch.S. */
struct departure {
	uint64_t kernel_root;
	uint64_t landing_root;
	uint64_t cr4;
	uint64_t stack;	    /* RSP at the entry point */
	uint64_t boot_info; /* RDI at the entry point */
	uint64_t landing;   /* address of the instruction that loads CR3 */
	struct table_register gdt;
	struct table_register idt;
};

/* Leaves for the kernel. Runs on the transition tables, interrupts off. */
_Noreturn void depart(const struct departure *departure);

/* The instruction that ends right before the kernel's entry point, `bytes` long. */
extern const uint8_t landing_code[] __attribute__((visibility("hidden")));
extern const uint8_t landing_code_end[] __attribute__((visibility("hidden")));

#endif

#define DEPARTURE_KERNEL_ROOT  0
#define DEPARTURE_LANDING_ROOT 8
#define DEPARTURE_CR4	       16
#define DEPARTURE_STACK	       24
#define DEPARTURE_BOOT_INFO    32
#define DEPARTURE_LANDING      40
#define DEPARTURE_GDT	       48
#define DEPARTURE_IDT	       58

#endif
