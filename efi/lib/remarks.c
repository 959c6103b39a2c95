/* SPDX-License-Identifier: BSD-2-Clause */
#include <keel/report.h>
#include "lib/remarks.h"

static bool line_begins(const char *line, uint64_t bytes, const char *with)
{
	uint64_t n = 0;

	while (with[n] && n < bytes && line[n] == with[n])
		n++;
	return !with[n];
}

static uint64_t line_bytes(const char *line, uint64_t bytes)
{
	uint64_t n = 0;

	while (n < bytes && line[n] != '\n')
		n++;
	return n;
}

static void print_line(struct text *out, const char *line, uint64_t bytes)
{
	if (!line_begins(line, bytes, "#") || line_begins(line, bytes, KEEL_REPORT_ATTRIBUTES_LINE))
		text_print(out, "# ");
	text_print_foreign(out, line, bytes);
	text_print(out, "\n");
}

void remarks_print(struct text *out, const char *left_behind, uint64_t bytes)
{
	uint64_t length;

	if (!line_begins(left_behind, bytes, KEEL_REPORT_FIRST_LINE))
		text_print(out, KEEL_REPORT_FIRST_LINE "\n");
	for (uint64_t n = 0; n < bytes; n += length + 1) {
		length = line_bytes(left_behind + n, bytes - n);
		print_line(out, left_behind + n, length);
	}
}
