/* SPDX-License-Identifier: BSD-2-Clause */
/* Which firmware has which quirks: by all of the vendor's name, and by nothing less. */
#include "check.h"
#include "lib/quirks.h"

static void apple(void **state)
{
	(void)state;
	assert_int_equal(quirks_of_vendor(u"Apple"), QUIRK_EFI_1_10);
}

static void others(void **state)
{
	static const uint16_t *const vendors[] = { u"",
						   u"A",
						   u"Appl",
						   u"Apples",
						   u"apple",
						   u"Apple Inc.",
						   u"American Megatrends",
						   u"EDK II",
						   u"INSYDE Corp." };

	(void)state;
	for (size_t n = 0; n < sizeof(vendors) / sizeof(vendors[0]); n++)
		assert_int_equal(quirks_of_vendor(vendors[n]), 0);
	assert_int_equal(quirks_of_vendor(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(apple),
		cmocka_unit_test(others),
	};

	return cmocka_run_group_tests_name("quirks", tests, NULL, NULL);
}
