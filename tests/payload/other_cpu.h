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
	OTHER_CPU_DONE,	 /* has looked at the new mapping too, and halts for good */
	OTHER_CPU_DIED	 /* an exception that nobody expected */
};

/* Registers that all CPUs have in common. */
enum common_register { COMMON_CR0, COMMON_CR3, COMMON_CR4, COMMON_EFER, COMMON_PAT, COMMON_COUNT };

/* Tried accesses. PROBE_NO_FAULT in vector: it worked. In the registers of a function's result. */
struct other_cpu_access {
	uint64_t vector;
	uint64_t error;
};

struct other_cpu {
	uint32_t state; /* enum other_cpu_state; atomic */
	uint32_t apic_id;
	uint64_t common[COMMON_COUNT];
	uint64_t mtrrs; /* mtrr_sum() */
	struct table_register gdtr, idtr;
	uint16_t tr;
	uint64_t rsp;
	struct other_cpu_access guard, text, lower_half, noncanonical;
	/* Where the frame that the CPU pushed ends: an exception of those accesses, #DB, NMI. */
	uint64_t fault_top, db_top, nmi_top;
	uint64_t ministack[2]; /* the first and the last alias */
	uint64_t mapped_late;
	struct fault death;
	uint64_t death_rip;
};

/* The page that the boot CPU maps while the others wait for their NMI: the first free slot. */
#define OTHER_CPU_MAPPED_LATE KEEL_FIXMAP_SLOT(KEEL_FIXMAP_SLOTS)
extern uint64_t other_cpu_mapped_phys; /* stands in its first bytes too */

/* Of the ministack aliases that are read, from the first. */
#define OTHER_CPU_LAST_ALIAS (KEEL_ESPFIX_WINDOW_BYTES - KEEL_ESPFIX_STEP_BYTES)

/* What a CPU is to find in its ministack: its address, which no other one has. */
static inline uint64_t other_cpu_pattern(uint64_t cpu)
{
	return boot->cpus[cpu].espfix_phys;
}

/* Addresses in a CPU's entry area: of a page, and where an IST stack begins as RSP. */
static inline uint64_t area_page(uint64_t cpu, unsigned page)
{
	return KEEL_CEA_CPU_START(cpu) + page * KEEL_PAGE_SIZE;
}

static inline uint64_t ist_top(uint64_t cpu, unsigned page)
{
	return area_page(cpu, page + KEEL_CEA_IST_STACK_PAGES);
}

/* The number in boot_info of the CPU that this runs on. */
uint64_t cpu_number(void);

struct other_cpu *other_cpu(uint64_t cpu);
enum other_cpu_state other_cpu_state(uint64_t cpu);
void common_registers(uint64_t common[COMMON_COUNT]);

/* Waits for the state, or a later one, at most about that long. */
bool other_cpu_reaches(uint64_t cpu, enum other_cpu_state state, unsigned microseconds);

/* An exception on any CPU but the first: it shares nothing with how that one recovers. */
void other_cpu_exception(struct fault_frame *frame);

#endif
