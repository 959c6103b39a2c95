/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints the rows of include/keel/layout.h, one a line, for tests that are not written in C:
 * kind, id, first byte, last byte, name, separated by tabs.
 */
#include <inttypes.h>
#include <stdio.h>
#include <keel/layout.h>

int main(void)
{
#define KEEL_ROW(id, next, kind, name)                                                        \
	printf("%s\t%s\t%016" PRIx64 "\t%016" PRIx64 "\t%s\n", #kind, #id, KEEL_##id##_START, \
	       KEEL_##id##_LAST, name);
	KEEL_LAYOUT(KEEL_ROW)
#undef KEEL_ROW
	return 0;
}
