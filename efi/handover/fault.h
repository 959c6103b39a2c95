/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions from Keel's own tables to the kernel: those in a call of the firmware end the call,
 * all others are fatal. NMIs, and interrupts, should the firmware turn them on, go by: nobody here
 * could do anything about them. fault.c makes the descriptor table, fault_entry.S is what it leads
 * to.
 */
#ifndef EFI_HANDOVER_FAULT_H
#define EFI_HANDOVER_FAULT_H

#define FAULT_VECTORS	 32 /* exceptions */
#define FAULT_STUB_BYTES 5

#define FAULT_CATCH  0
#define FAULT_VECTOR 8
#define FAULT_RIP    16
#define FAULT_CR2    24
#define FAULT_COUNT  32
#define FAULT_ERROR  40

#ifndef __ASSEMBLER__

#include <stdint.h>

/* The last exception. The offsets above are for fault_entry.S. */
struct fault {
	uint64_t catch; /* stack pointer to go back to; 0: no call of the firmware is going on */
	uint64_t vector;
	uint64_t rip; /* where it happened */
	uint64_t cr2;
	uint64_t count; /* of exceptions so far */
	uint64_t error; /* its error code, 0 if it has none */
};

extern struct fault fault __attribute__((visibility("hidden")));

extern const uint8_t fault_stubs[]
	__attribute__((visibility("hidden"))); /* one for each vector, FAULT_STUB_BYTES apart */
extern const uint8_t fault_ignore[] __attribute__((visibility("hidden")));

/*
 * From now on exceptions lead here; `fatal` is called for those in Keel itself. Runs on Keel's
 * segments and stack, interrupts off; page tables may still be the firmware's.
 */
void fault_prepare(void (*fatal)(const struct fault *fault));

/*
 * Double faults and NMIs get stacks of their own, whatever becomes of the stack pointer: those of
 * the TSS in the GDT, which is loaded. For once Keel's tables are in use.
 */
void fault_use_own_stacks(void);

/*
 * Calls the firmware's function with these four arguments. If it ends with an exception,
 * fault.count has grown, and the result means nothing.
 */
uint64_t fault_call(void *function, uint64_t first, uint64_t second, uint64_t third, void *fourth);

/* For fault_entry.S. */
_Noreturn void fault_fatal(void);

#endif
#endif
