/* SPDX-License-Identifier: BSD-2-Clause */
/* The CPU's state around a call; see cpu_state.h. */
#include <keel/layout.h>
#include "audit/cpu_state.h"
#include "audit/finding.h"
#include "cpu.h"
#include "mtrr.h"

static const struct {
	const char *name;
	enum keel_finding finding;
} rows[STATE_COUNT] = {
	[STATE_CR0] = { "CR0", KEEL_FINDING_CONTROL_REGISTERS },
	[STATE_CR3] = { "CR3", KEEL_FINDING_CONTROL_REGISTERS },
	[STATE_CR4] = { "CR4", KEEL_FINDING_CONTROL_REGISTERS },
	[STATE_DR7] = { "DR7", KEEL_FINDING_DEBUG_REGISTERS },
	[STATE_EFER] = { "EFER", KEEL_FINDING_MSRS },
	[STATE_PAT] = { "PAT", KEEL_FINDING_MSRS },
	[STATE_MTRRS] = { "sum of the MTRRs", KEEL_FINDING_MSRS },
	[STATE_FS_BASE] = { "base of FS", KEEL_FINDING_MSRS },
	[STATE_GS_BASE] = { "base of GS", KEEL_FINDING_MSRS },
	[STATE_GDTR] = { "base of the GDT", KEEL_FINDING_DESCRIPTOR_TABLES },
	[STATE_GDT_LIMIT] = { "limit of the GDT", KEEL_FINDING_DESCRIPTOR_TABLES },
	[STATE_IDTR] = { "base of the IDT", KEEL_FINDING_DESCRIPTOR_TABLES },
	[STATE_IDT_LIMIT] = { "limit of the IDT", KEEL_FINDING_DESCRIPTOR_TABLES },
	[STATE_TR] = { "TR", KEEL_FINDING_DESCRIPTOR_TABLES },
	[STATE_FCW] = { "FCW", KEEL_FINDING_FPU },
	[STATE_MXCSR] = { "MXCSR", KEEL_FINDING_FPU },
};

void cpu_state_take(uint64_t state[STATE_COUNT])
{
	struct table_register gdtr, idtr;
	uint64_t dr7;
	uint32_t mxcsr;
	uint16_t tr, fcw;

	asm volatile("sgdt %0; sidt %1; str %2" : "=m"(gdtr), "=m"(idtr), "=r"(tr));
	asm volatile("mov %%dr7, %0" : "=r"(dr7));
	asm volatile("fnstcw %0; stmxcsr %1" : "=m"(fcw), "=m"(mxcsr));
	state[STATE_CR0] = read_cr0();
	state[STATE_CR3] = read_cr3();
	state[STATE_CR4] = read_cr4();
	state[STATE_DR7] = dr7;
	state[STATE_EFER] = read_msr(MSR_EFER);
	state[STATE_PAT] = read_msr(KEEL_PAT_MSR);
	state[STATE_MTRRS] = mtrr_sum();
	state[STATE_FS_BASE] = read_msr(MSR_FS_BASE);
	state[STATE_GS_BASE] = read_msr(MSR_GS_BASE);
	state[STATE_GDTR] = gdtr.base;
	state[STATE_GDT_LIMIT] = gdtr.limit;
	state[STATE_IDTR] = idtr.base;
	state[STATE_IDT_LIMIT] = idtr.limit;
	state[STATE_TR] = tr;
	state[STATE_FCW] = fcw;
	state[STATE_MXCSR] = mxcsr & ~0x3fu; /* the flags of what happened are nobody's */
}

static void put_back(const uint64_t state[STATE_COUNT])
{
	const struct table_register gdtr = { (uint16_t)state[STATE_GDT_LIMIT], state[STATE_GDTR] };
	const struct table_register idtr = { (uint16_t)state[STATE_IDT_LIMIT], state[STATE_IDTR] };
	const uint32_t mxcsr = (uint32_t)state[STATE_MXCSR];
	const uint16_t fcw = (uint16_t)state[STATE_FCW];

	asm volatile("lgdt %0; lidt %1" : : "m"(gdtr), "m"(idtr));
	write_cr0(state[STATE_CR0]);
	write_cr4(state[STATE_CR4]);
	write_cr3(state[STATE_CR3]);
	asm volatile("mov %0, %%dr7" : : "r"(state[STATE_DR7]));
	write_msr(MSR_EFER, state[STATE_EFER]);
	write_msr(KEEL_PAT_MSR, state[STATE_PAT]);
	write_msr(MSR_FS_BASE, state[STATE_FS_BASE]);
	write_msr(MSR_GS_BASE, state[STATE_GS_BASE]);
	asm volatile("fldcw %0; ldmxcsr %1" : : "m"(fcw), "m"(mxcsr));
}

void cpu_state_expect(const uint64_t state[STATE_COUNT], const char *caller)
{
	uint64_t now[STATE_COUNT];
	bool same = true;

	cpu_state_take(now);
	for (unsigned n = 0; n < STATE_COUNT; n++) {
		if (now[n] == state[n])
			continue;
		finding(rows[n].finding, "%s: %s was %lx, is %lx", caller, rows[n].name, state[n],
			now[n]);
		same = false;
	}
	if (!same)
		put_back(state);
}
