/* SPDX-License-Identifier: BSD-2-Clause */
/* Runtime code and whether it changes; see code.h. */
#include "audit/code.h"
#include "audit/finding.h"
#include "firmware.h"
#include "found.h"

/* A run of executable leaves in the EFI region. More of them than firmware has pieces of code. */
#define RUNS_AT_MOST 128
static uint64_t sums[RUNS_AT_MOST];

static uint64_t sum_of(const struct found_run *run)
{
	const uint64_t *word = (const uint64_t *)run->virt;
	uint64_t sum = 0;

	for (uint64_t n = run->bytes / sizeof(*word); n; n--)
		sum = (sum << 1 | sum >> 63) + *word++;
	return sum;
}

/* Where code may be written, data lies between it. */
static bool is_code(const struct found_run *run)
{
	return run->row == KEEL_REGION_EFI && run->rights == RIGHTS_RX;
}

static unsigned for_each(void (*visit)(const struct found_run *run, uint64_t *sum))
{
	unsigned count = 0;

	for (uint64_t n = 0; n < found_run_count && count < RUNS_AT_MOST; n++)
		if (is_code(&found_runs[n]))
			visit(&found_runs[n], &sums[count++]);
	return count;
}

static void remember(const struct found_run *run, uint64_t *sum)
{
	*sum = sum_of(run);
}

static void compare(const struct found_run *run, uint64_t *sum)
{
	if (sum_of(run) != *sum)
		finding(KEEL_FINDING_CODE_CHANGED, "code at %lx, %lu bytes", run->virt, run->bytes);
}

void code_remember(void)
{
	for_each(remember);
}

void code_judge(void)
{
	point_begin_firmware("its read-only code is the same after the calls");
	if (for_each(compare))
		point_end();
	else
		point_skip("the firmware's runtime code is writable, or there is none");
}
