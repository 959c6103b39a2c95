/* SPDX-License-Identifier: BSD-2-Clause */
/* All checks of a kernel root in their order, and their results in words. */
#include "check.h"

const char *mm_violation_text(enum mm_violation violation)
{
	static const char *const text[MM_CHECK_COUNT] = {
		[MM_CHECK_OK] = "nothing is wrong",
		[MM_CHECK_ROOT] = "the root is not in the pool",
		[MM_CHECK_ABSENT] = "an absent entry is not zero",
		[MM_CHECK_OUTSIDE] = "an entry leads out of the pool of tables",
		[MM_CHECK_TWICE] = "a table is used in two places",
		[MM_CHECK_RESERVED] = "a reserved or ignored bit is set",
		[MM_CHECK_TABLE_BITS] = "an entry that leads to a table has wrong flags",
		[MM_CHECK_USER_PATH] = "the user bit does not agree with what lies below",
		[MM_CHECK_LEAF_BITS] = "a leaf has wrong accessed or dirty bits",
		[MM_CHECK_LEAF_LEVEL] = "a leaf is larger than the machine's largest",
		[MM_CHECK_LEAF_ALIGN] = "a leaf's frame is not aligned to its size",
		[MM_CHECK_LEAF_TYPE] = "a leaf has a memory type that is never used",
		[MM_CHECK_LEAF_GLOBAL] = "a leaf's global bit is wrong",
		[MM_CHECK_BOUNDARY] = "the memory type may change inside a leaf",
		[MM_CHECK_ROW] = "something is mapped where the layout has a hole",
		[MM_CHECK_USER] = "ring 3 reaches something outside vsyscall",
		[MM_CHECK_WRITE_EXECUTE] = "writable and executable outside the EFI region",
		[MM_CHECK_UNPLANNED] = "mapped, but not in the plan",
		[MM_CHECK_MISSING] = "in the plan, but not mapped",
		[MM_CHECK_PHYS] = "mapped to another physical address than planned",
		[MM_CHECK_RIGHTS] = "mapped with other rights than planned",
		[MM_CHECK_TYPE] = "mapped with another memory type than planned",
		[MM_CHECK_REPEAT] = "mapped more or less often than planned",
		[MM_CHECK_IN_PLACE] = "a table that should be in place is not",
		[MM_CHECK_FRAME] = "a frame is writable here and executable elsewhere",
		[MM_CHECK_DIRECT_MISSING] = "memory is not in the direct map",
		[MM_CHECK_DIRECT_FOREIGN] = "the direct map has something that is not memory",
		[MM_CHECK_DIRECT_PHYS] = "the direct map is not base + physical address",
		[MM_CHECK_TABLE_COUNT] = "not as many tables as planned",
		[MM_CHECK_WASTED] = "a table could be done without",
	};

	return (unsigned)violation < MM_CHECK_COUNT ? text[violation] : "unknown violation";
}

uint64_t mm_check_work_bytes(const struct mm_check *check)
{
	const uint64_t frames = check->plan->count * 2 * sizeof(uint64_t);

	return frames > check->pool->used ? frames : check->pool->used;
}

bool mm_check_kernel(const struct mm_check *check, struct mm_check_report *report)
{
	static bool (*const parts[])(const struct mm_check *, struct mm_check_report *) = {
		mm_check_entries, mm_check_rows,       mm_check_plan,	mm_check_in_place,
		mm_check_frames,  mm_check_direct_map, mm_check_tables,
	};

	*report = (struct mm_check_report){ .violation = MM_CHECK_OK };
	for (size_t n = 0; n < sizeof(parts) / sizeof(parts[0]); n++)
		if (!parts[n](check, report))
			return false;
	return true;
}
