/* SPDX-License-Identifier: BSD-2-Clause */
/* What calls cost; see cost.h. */
#include "audit/cost.h"
#include "cpu.h"
#include "fault.h"

/* SDM vol. 4, 2.4: from Nehalem on. AMD's CPUs have none: the read faults there. */
#define MSR_SMI_COUNT 0x34

static struct {
	uint64_t start, smis;
} call;

static struct {
	uint64_t last; /* 0: none */
	uint64_t gap;  /* the longest since the call began; atomic */
} look;

static void take_larger(uint64_t *most, uint64_t value)
{
	if (value > *most)
		*most = value;
}

bool cost_counts_smis(void)
{
	static enum { UNKNOWN, YES, NO } answer;

	if (answer == UNKNOWN) {
		probe_msr(MSR_SMI_COUNT);
		answer = probe_fault.vector == PROBE_NO_FAULT ? YES : NO;
	}
	return answer == YES;
}

static uint64_t smi_count(void)
{
	return cost_counts_smis() ? read_msr(MSR_SMI_COUNT) : 0;
}

void cost_begin(void)
{
	call.smis = smi_count();
	__atomic_store_n(&look.gap, 0, __ATOMIC_RELAXED);
	call.start = read_tsc();
}

uint64_t cost_end(struct cost *cost)
{
	const uint64_t ticks = read_tsc() - call.start;

	cost->calls++;
	take_larger(&cost->ticks_most, ticks);
	take_larger(&cost->gap_most, __atomic_load_n(&look.gap, __ATOMIC_RELAXED));
	take_larger(&cost->smis_most, smi_count() - call.smis);
	return ticks;
}

void cost_look_anew(void)
{
	look.last = 0;
}

void cost_look(void)
{
	const uint64_t now = read_tsc();

	if (look.last && now - look.last > __atomic_load_n(&look.gap, __ATOMIC_RELAXED))
		__atomic_store_n(&look.gap, now - look.last, __ATOMIC_RELAXED);
	look.last = now;
}
