/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions from Keel's own tables to the kernel: those in a call of the firmware end the call, all
 * others end in panic(). fault.c makes the descriptor table, fault_entry.S is what it leads to.
 */
#ifndef EFI_FAULT_H
#define EFI_FAULT_H

#define FAULT_VECTORS	 32 /* exceptions; interrupts are off */
#define FAULT_STUB_BYTES 5

#define FAULT_CATCH  0
#define FAULT_VECTOR 8
#define FAULT_RIP    16
#define FAULT_CR2    24
#define FAULT_COUNT  32
#define FAULT_ERROR  40

#ifndef __ASSEMBLER__

#include <stdint.h>

struct loader;

/* Of an interrupt descriptor table (SDM vol. 3A 6.14.1). */
struct fault_gate {
	uint16_t offset_low;
	uint16_t selector;
	uint16_t type;
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};

/* The last exception. The offsets above are for fault_entry.S. */
struct fault {
	uint64_t catch; /* stack pointer to go back to; 0: no call of the firmware is going on */
	uint64_t vector;
	uint64_t rip; /* where it happened */
	uint64_t cr2;
	uint64_t count;		     /* of exceptions so far */
	uint64_t error;		     /* its error code, 0 if it has none */
	uint64_t fatal;		     /* there was one that fault_fatal had to deal with */
	const struct loader *loader; /* for panic() */
};

/* Lies among the code: keel.efi has no data of its own, and Keel's tables let it be written. */
extern struct fault fault __attribute__((visibility("hidden")));

extern const uint8_t fault_stubs[]; /* one for each vector, FAULT_STUB_BYTES apart */

/* From now on exceptions lead here. Runs on the transition tables, interrupts off. */
void fault_prepare(struct loader *l);

/*
 * Calls the firmware's function with these four arguments. If it ends with an exception, fault.count
 * has grown, and the result means nothing.
 */
uint64_t fault_call(void *function, uint64_t first, uint64_t second, uint64_t third, void *fourth);

/* For fault_entry.S: an exception in Keel itself. */
_Noreturn void fault_fatal(void);

#endif
#endif
