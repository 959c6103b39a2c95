/* SPDX-License-Identifier: BSD-2-Clause */
/* What is there behind a reset; see mark.h. */
#include "audit/finding.h"
#include "audit/mark.h"
#include "audit/service.h"
#include "audit/variables.h"

static const uint16_t name[] = u"KeelSelfCheckMark";

/* The count is there twice, once with each bit turned over: any other value shows. */
struct mark {
	char text[32];
	uint32_t high_count, turned_over;
};

_Static_assert(sizeof(struct mark) == 40, "what is compared has no padding");

static struct mark mark_of(uint32_t high_count)
{
	return (struct mark){ "left for the next strict run", high_count, ~high_count };
}

/* By one for the reset, and by one for the call; an application that asks for it is in between. */
static void judge_high_count(uint32_t before)
{
	uint32_t after = 0;

	if (!service_begin(SERVICE_GET_NEXT_HIGH_MONOTONIC_COUNT, "counts resets"))
		return;
	if (!before) {
		point_skip("the run before the reset was given no count");
		return;
	}
	if (CALL(GET_NEXT_HIGH_MONOTONIC_COUNT, ADDRESS(&after)) == EFI_SUCCESS &&
	    after < before + KEEL_U64(2))
		finding(KEEL_FINDING_MONOTONIC_RESET, "%u before the reset, %u behind it", before,
			after);
	point_end();
}

/* Returns whether the count in it can be believed. */
static bool judge_content(const struct mark *found, uint64_t bytes, uint32_t attributes)
{
	const struct mark whole = mark_of(found->high_count);

	judge(KEEL_FINDING_VARIABLE_RESET, "bytes", sizeof(whole), bytes);
	judge(KEEL_FINDING_VARIABLE_RESET, "attributes", OWN_ATTRIBUTES, attributes);
	return judge_true(KEEL_FINDING_VARIABLE_RESET,
			  !__builtin_memcmp(found, &whole, sizeof(whole)), "content differs, count",
			  found->high_count);
}

void mark_judge(bool expected)
{
	struct mark found = { 0 };
	uint64_t bytes = sizeof(found);
	uint32_t attributes = 0;
	efi_status status;
	bool is_whole;

	if (!service_begin(SERVICE_SET_VARIABLE, "has kept over a reset what the last run left"))
		return;
	status = variable_get(name, &own_vendor, &found, &bytes, &attributes);
	if (status == EFI_NOT_FOUND && !expected) {
		point_skip("no run is known to have left anything");
		return;
	}
	is_whole = judge(KEEL_FINDING_VARIABLE_RESET, "status of what the last run left",
			 EFI_SUCCESS, status) &&
		   judge_content(&found, bytes, attributes);
	point_end();
	if (is_whole)
		judge_high_count(found.high_count);
}

void mark_leave(uint32_t high_count)
{
	const struct mark mark = mark_of(high_count);

	if (!variable_begin("takes a mark for the next run"))
		return;
	variable_create(name, &own_vendor, &mark, sizeof(mark));
	point_end();
}

void mark_delete(void)
{
	struct mark found;
	uint64_t bytes = sizeof(found);

	if (!service_is_offered(SERVICE_SET_VARIABLE) ||
	    variable_get(name, &own_vendor, &found, &bytes, NULL) == EFI_NOT_FOUND)
		return;
	if (!service_begin(SERVICE_SET_VARIABLE, "deletes what a strict run left"))
		return;
	variable_delete(name, &own_vendor);
	point_end();
}
