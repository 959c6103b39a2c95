/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other CPUs: each looks at itself and leaves what it found to the boot CPU, which alone
 * reports. What they find stands at the lower end of their stacks, where there is room for any
 * number of CPUs; all access to it goes through the direct map.
 */
#ifndef PAYLOAD_OTHER_CPU_H
#define PAYLOAD_OTHER_CPU_H

#include <stdbool.h>
#include <stdint.h>
#include "cpu.h"
#include "fault.h"
#include "report.h"

/* How far a CPU has come, in this order. */
enum other_cpu_state {
	OTHER_CPU_ABSENT,
	OTHER_CPU_RUNS,	 /* in kernel text, on its own stack */
	OTHER_CPU_WAITS, /* has looked at itself, and halts until there is an NMI */
	OTHER_CPU_DONE,	 /* has looked at the new mapping too; halts for good, or watches calls */
	OTHER_CPU_DIED	 /* an exception that nobody expected */
};

/* What a CPU finds. An access: other_cpu_fault(), or PROBE_NO_FAULT. */
enum other_cpu_finding {
	/* From here on, all CPUs have to find the same. */
	FOUND_CR0,
	FOUND_CR3,
	FOUND_CR4,
	FOUND_EFER,
	FOUND_PAT,

	FOUND_SEGMENTS, /* CS, SS, DS, ES */
	FOUND_BASES, /* FS, GS, and the bases of both and of the kernel's GS, put together by OR */
	FOUND_FPU,   /* FCW, MXCSR */

	/* At the function that the mailbox named. */
	FOUND_RAX,
	FOUND_ARGUMENT,
	FOUND_NUMBER,
	FOUND_RSP,
	FOUND_OTHERS, /* all other general registers, put together by OR */
	FOUND_RFLAGS, /* IF, DF, TF, NT, AC, IOPL */

	FOUND_APIC_ID,

	FOUND_RSP_PAGE,
	FOUND_FAULT_PAGE, /* where the frame of those accesses' exceptions lies */
	FOUND_GUARD,

	FOUND_GDT,
	FOUND_GDT_LIMIT,
	FOUND_IDT,
	FOUND_IDT_LIMIT,
	FOUND_TR,

	FOUND_DB_TOP, /* where the frame that the CPU pushed ends */
	FOUND_NMI_TOP,

	FOUND_TEXT,
	FOUND_LOWER_HALF,
	FOUND_NONCANONICAL,

	FOUND_MINISTACK_FIRST, /* aliases */
	FOUND_MINISTACK_LAST,

	FOUND_MAPPED_LATE,

	FOUND_MTRRS, /* mtrr_sum(): the same for all CPUs again */
	FOUND_COUNT
};

struct other_cpu {
	uint32_t state; /* enum other_cpu_state; atomic */
	uint64_t found[FOUND_COUNT];
	struct fault death; /* and where, for OTHER_CPU_DIED */
	uint64_t death_rip;
};

static inline uint64_t other_cpu_fault(uint64_t vector, uint64_t error)
{
	return vector << 32 | error;
}

/* The page that the boot CPU maps while the others wait for their NMI: the first free slot. */
#define OTHER_CPU_MAPPED_LATE KEEL_FIXMAP_SLOT(KEEL_FIXMAP_SLOTS)
extern uint64_t other_cpu_mapped_phys; /* stands in its first bytes too */

/* What a CPU is to find in its ministack: its address, which no other one has. */
static inline uint64_t other_cpu_pattern(uint64_t cpu)
{
	return boot->cpus[cpu].espfix_phys;
}

/* The number in boot_info of the CPU that this runs on. */
uint64_t cpu_number(void);

struct other_cpu *other_cpu(uint64_t cpu);
enum other_cpu_state other_cpu_state(uint64_t cpu);

/* Fills in what all CPUs have to find alike, as it is on this one. */
void find_common(uint64_t found[FOUND_COUNT]);

/* Waits for the state, or a later one, for some seconds at most. */
bool other_cpu_reaches(uint64_t cpu, enum other_cpu_state state);

/* For the mailboxes. */
extern const char other_cpu_entry[];

/* The part of check_other_cpus() that compares what they found. */
void check_cpu_findings(void);

/* An exception on any CPU but the first: it shares nothing with how that one recovers. */
void other_cpu_exception(struct fault_frame *frame);

#endif
