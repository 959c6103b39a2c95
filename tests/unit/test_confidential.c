/* SPDX-License-Identifier: BSD-2-Clause */
/* Guests with encrypted memory, by what CPUID and one register say. */
#include "check.h"
#include "lib/confidential.h"

#define SEV_STATUS 0xc0010131

/* What the CPU answers; all else is zero. */
static struct {
	uint32_t last, last_extended;
	struct cpuid tdx;    /* leaf 21h */
	uint32_t encryption; /* leaf 8000001fh, EAX */
	bool has_status;
	uint64_t status;
} cpu;

static struct cpuid fake_cpuid(uint32_t leaf, uint32_t subleaf)
{
	assert_int_equal(subleaf, 0);
	switch (leaf) {
	case 0:
		return (struct cpuid){ .eax = cpu.last };
	case 0x21:
		assert_true(cpu.last >= leaf); /* beyond the last one, old CPUs answer anything */
		return cpu.tdx;
	case 0x80000000:
		return (struct cpuid){ .eax = cpu.last_extended };
	case 0x8000001f:
		assert_true(cpu.last_extended >= leaf);
		return (struct cpuid){ .eax = cpu.encryption };
	}
	return (struct cpuid){ 0 };
}

/* Reading a register that is not there ends in an exception. */
static uint64_t fake_msr(uint32_t msr)
{
	assert_int_equal(msr, SEV_STATUS);
	assert_true(cpu.has_status);
	return cpu.status;
}

static void expect_none(void)
{
	assert_null(confidential_guest(fake_cpuid, fake_msr));
}

static void expect_guest(const char *name)
{
	const char *found = confidential_guest(fake_cpuid, fake_msr);

	assert_non_null(found);
	assert_string_equal(found, name);
}

static int start_anew(void **state)
{
	(void)state;
	memset(&cpu, 0, sizeof(cpu));
	cpu.last = 0x1f;
	cpu.last_extended = 0x80000008;
	return 0;
}

static const struct cpuid tdx = { .ebx = 0x65746e49, .ecx = 0x20202020, .edx = 0x5844546c };

static void ordinary_machines_are_none(void **state)
{
	(void)state;
	expect_none();
	cpu.last_extended = 0x80000021;
	expect_none();
	cpu.encryption = 1; /* SME alone: the register is not read */
	expect_none();
	cpu.last = 0x24;
	expect_none();
}

static void amd_hosts_are_none(void **state)
{
	(void)state;
	cpu.last_extended = 0x8000001f;
	cpu.encryption = 0x1b;
	cpu.has_status = true;
	expect_none();
	cpu.status = 0x8; /* other bits do not make a guest */
	expect_none();
}

static void sev(void **state)
{
	(void)state;
	cpu.last_extended = 0x8000001f;
	cpu.encryption = 2;
	cpu.has_status = true;
	cpu.status = 1;
	expect_guest("AMD SEV");
	cpu.status = 3;
	expect_guest("AMD SEV-ES");
	cpu.status = 7;
	expect_guest("AMD SEV-SNP");
}

static void intel_tdx(void **state)
{
	(void)state;
	cpu.last = 0x21;
	cpu.tdx = tdx;
	expect_guest("Intel TDX");
	cpu.tdx.ecx = 0;
	expect_none();
	cpu.tdx = tdx;
	cpu.tdx.edx = 0;
	expect_none();
	cpu.tdx = tdx;
	cpu.tdx.ebx = 0;
	expect_none();
	cpu.tdx = tdx;
	cpu.last = 0x20;
	expect_none();
}

#define TEST(function) cmocka_unit_test_setup(function, start_anew)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ordinary_machines_are_none),
		TEST(amd_hosts_are_none),
		TEST(sev),
		TEST(intel_tdx),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
