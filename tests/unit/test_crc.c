/* SPDX-License-Identifier: BSD-2-Clause */
/* CRC-32: the check value that catalogues of CRCs give for it, in one piece and in two. */
#include "check.h"
#include "lib/crc.h"

static void crc_of_the_standard(void **state)
{
	(void)state;
	assert_int_equal(crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(crc32(crc32(0, "1234", 4), "56789", 5), 0xcbf43926);
	assert_int_equal(crc32(0, "", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc_of_the_standard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
