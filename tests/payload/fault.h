/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions: probes that are meant to fault and recover, and everything else, which ends the run.
 */
#ifndef PAYLOAD_FAULT_H
#define PAYLOAD_FAULT_H

#define VECTOR_DB  1
#define VECTOR_NMI 2
#define VECTOR_UD  6
#define VECTOR_DF  8
#define VECTOR_GP  13
#define VECTOR_PF  14
#define VECTOR_MC  18

/* Error code of a page fault (SDM vol. 3A 4.7). */
#define PF_PRESENT 0x1
#define PF_WRITE   0x2
#define PF_USER	   0x4
#define PF_FETCH   0x10

#ifndef __ASSEMBLER__

#include <stdint.h>

#define PROBE_NO_FAULT UINT64_MAX

/* What happened: a vector with its error code and CR2, or PROBE_NO_FAULT. */
struct fault {
	uint64_t vector;
	uint64_t error;
	uint64_t cr2;
	uint64_t rip;
};

/* Of the last access that probe_resume was set for. */
extern struct fault probe_fault;
/* Where a fault goes on, 0: nowhere; and with which stack pointer. */
extern uint64_t probe_resume, probe_rsp;

enum probe_access {
	PROBE_READ,
	PROBE_WRITE, /* of the byte that was read there before; of 0 where that faulted */
	PROBE_FETCH, /* calls the address: a RET has to stand there, in case that it works */
};

/* The registers as exceptions.S and the CPU push them. */
struct fault_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

/* Fills in the gates of the exceptions, in the IDT's page, as fault_set_gate() does. */
void fault_init(uint64_t idt_phys);

#define GATE_INTERRUPT 0x8e /* present, DPL 0, 64-bit interrupt gate */
#define GATE_DPL3      0x60 /* ring 3 may raise it with INT */

/* A gate of the IDT that is loaded, through its writable alias. type 0: no gate. */
void fault_set_gate(unsigned vector, const char *handler, uint8_t ist, uint8_t type);

/* From now on this exception arrives on the stack of that IST entry; 0: on the current one. */
void fault_set_stack(unsigned vector, uint8_t ist);

/* Accesses one byte, and comes back whatever happens. */
struct fault probe(enum probe_access access, uint64_t virt);

/* A register that need not be there, which probe_fault tells: 0 then. */
uint64_t probe_msr(uint32_t msr);

/* What is going on, for the message of an exception that nobody expected; NULL: nothing special. */
extern const char *fault_activity;

#endif
#endif
