/* SPDX-License-Identifier: BSD-2-Clause */
/* How much room there has to be before a report may be written to the firmware's flash. */
#include "check.h"
#include <keel/report.h>

static void room_for_others_has_to_remain(void **state)
{
	const uint64_t spare = KEEL_REPORT_SPARE_BYTES;

	(void)state;
	assert_true(keel_report_fits(1000, spare + 1000, 1000));
	assert_false(keel_report_fits(1000, spare + 999, 1000));
	assert_false(keel_report_fits(1000, 1000, 1000));
	assert_false(keel_report_fits(1000, 0, UINT64_MAX));
	assert_true(keel_report_fits(KEEL_REPORT_BYTES, UINT64_MAX, UINT64_MAX));
}

static void no_longer_than_a_variable_may_be(void **state)
{
	(void)state;
	assert_false(keel_report_fits(1000, UINT64_MAX, 999));
	assert_false(keel_report_fits(1, UINT64_MAX, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_for_others_has_to_remain),
		cmocka_unit_test(no_longer_than_a_variable_may_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
