/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions: probes that are meant to fault and recover, and everything else, which ends the run.
 */
#ifndef PAYLOAD_FAULT_H
#define PAYLOAD_FAULT_H

#include <stdint.h>

#define VECTOR_DB  1
#define VECTOR_NMI 2
#define VECTOR_DF  8
#define VECTOR_GP  13
#define VECTOR_PF  14
#define VECTOR_MC  18

/* Error code of a page fault (SDM vol. 3A 4.7). */
#define PF_PRESENT 0x1
#define PF_WRITE   0x2
#define PF_FETCH   0x10

#define PROBE_NO_FAULT UINT64_MAX

/* What happened: a vector with its error code and CR2, or PROBE_NO_FAULT. */
struct fault {
	uint64_t vector;
	uint64_t error;
	uint64_t cr2;
};

enum probe_access {
	PROBE_READ,
	PROBE_WRITE, /* of the byte that was read there before; where that faults too, see there */
	PROBE_FETCH, /* calls the address: a RET has to stand there, in case that it works */
};

/* The registers as exceptions.S and the CPU push them. */
struct fault_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

/* Fills in the gates of the IDT that is loaded, through its writable alias. */
void fault_init(void);

/* Accesses one byte, and comes back whatever happens. */
struct fault probe(enum probe_access access, uint64_t virt);

/* What is going on, for the message of an exception that nobody expected; NULL: nothing special. */
extern const char *fault_activity;

#endif
