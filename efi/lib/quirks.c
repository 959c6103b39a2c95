/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/quirks.h"
#include <stdbool.h>

static const struct {
	const uint16_t *vendor; /* all of it */
	uint32_t quirks;
} table[] = {
	/*
	 * Macs with a T2 chip call themselves UEFI 2.40 and hang in QueryVariableInfo, at boot time
	 * too: shim, pull request 690. Linux takes all Macs for EFI 1.10:
	 * drivers/firmware/efi/efi.c, efi_systab_report_header, after kernel.org's bug 215277.
	 */
	{ u"Apple", QUIRK_EFI_1_10 },
};

static bool is_that_vendor(const uint16_t *left, const uint16_t *right)
{
	while (*left && *left == *right)
		left++, right++;
	return *left == *right;
}

uint32_t quirks_of_vendor(const uint16_t *vendor)
{
	for (unsigned n = 0; vendor && n < sizeof(table) / sizeof(table[0]); n++)
		if (is_that_vendor(vendor, table[n].vendor))
			return table[n].quirks;
	return 0;
}
