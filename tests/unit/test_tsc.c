/* SPDX-License-Identifier: BSD-2-Clause */
/* The time stamp counter's rate, as CPUs and hypervisors tell it or do not. */
#include "check.h"
#include <keel/boot_info.h>
#include "lib/tsc.h"

#define LEAVES 3

/* What CPUID answers: all else is zero. */
static struct {
	uint32_t leaf;
	struct cpuid answer;
} leaves[LEAVES];

static struct cpuid fake(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid nothing = { 0 };

	assert_int_equal(subleaf, 0);
	for (unsigned n = 0; n < LEAVES; n++)
		if (leaves[n].leaf == leaf)
			return leaves[n].answer;
	return nothing;
}

/* Leaf 0 says how many leaves there are, leaf 1 whether this is a hypervisor's guest. */
static void expect_rate(uint32_t last, struct cpuid ratio, uint64_t hz, uint32_t source)
{
	uint32_t found = ~0u;

	leaves[0].leaf = 0;
	leaves[0].answer = (struct cpuid){ .eax = last };
	leaves[1].leaf = 0x15;
	leaves[1].answer = ratio;
	assert_int_equal(tsc_frequency(fake, &found), hz);
	assert_int_equal(found, source);
}

static void from_the_crystal(void **state)
{
	(void)state;
	memset(leaves, 0, sizeof(leaves));
	/* 38.4 MHz times 104 / 2: a rate that some have. */
	expect_rate(0x16, (struct cpuid){ 2, 104, 38400000, 0 }, 1996800000, KEEL_TSC_CPUID_15H);
	expect_rate(0x15, (struct cpuid){ 2, 104, 38400000, 0 }, 1996800000, KEEL_TSC_CPUID_15H);
	/* 24 MHz times 250 / 1 does not fit into 32 bits. */
	expect_rate(0x20, (struct cpuid){ 1, 250, 24000000, 0 }, 6000000000, KEEL_TSC_CPUID_15H);
}

static void not_known(void **state)
{
	(void)state;
	memset(leaves, 0, sizeof(leaves));
	expect_rate(0x14, (struct cpuid){ 2, 104, 38400000, 0 }, 0, KEEL_TSC_UNKNOWN);
	expect_rate(0x16, (struct cpuid){ 0, 104, 38400000, 0 }, 0, KEEL_TSC_UNKNOWN);
	expect_rate(0x16, (struct cpuid){ 2, 0, 38400000, 0 }, 0, KEEL_TSC_UNKNOWN);
	expect_rate(0x16, (struct cpuid){ 2, 104, 0, 0 }, 0, KEEL_TSC_UNKNOWN);
}

static struct cpuid guest(uint32_t leaf, uint32_t subleaf)
{
	const uint32_t hypervisor = leaves[0].answer.ecx;

	(void)subleaf;
	switch (leaf) {
	case 1:
		return (struct cpuid){ .ecx = hypervisor };
	case 0x40000000:
		return leaves[1].answer;
	case 0x40000010:
		return leaves[2].answer;
	default:
		return (struct cpuid){ 0 };
	}
}

static void from_the_hypervisor(void **state)
{
	uint32_t source;

	(void)state;
	memset(leaves, 0, sizeof(leaves));
	leaves[0].answer.ecx = 1u << 31;
	leaves[1].answer.eax = 0x40000010;
	leaves[2].answer.eax = 4300000; /* kHz */
	assert_int_equal(tsc_frequency(guest, &source), 4300000000);
	assert_int_equal(source, KEEL_TSC_HYPERVISOR);
	leaves[1].answer.eax = 0x4000000f;
	assert_int_equal(tsc_frequency(guest, &source), 0);
	assert_int_equal(source, KEEL_TSC_UNKNOWN);
	leaves[1].answer.eax = 0x40000010;
	leaves[0].answer.ecx = 0;
	assert_int_equal(tsc_frequency(guest, &source), 0);
	assert_int_equal(source, KEEL_TSC_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_the_crystal),
		cmocka_unit_test(not_known),
		cmocka_unit_test(from_the_hypervisor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
