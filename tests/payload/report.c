/* SPDX-License-Identifier: BSD-2-Clause */
/* The report; see report.h. TAP: "Test Anything Protocol", version 14. */
#include "report.h"
#include "serial.h"

#define LINE_BYTES 200

static struct {
	unsigned number; /* of the open point, or of the last one */
	unsigned failed;
	unsigned skipped;
	unsigned excused;
} count;

/* The first failures in words, to be said once more at the end, where a person looks. */
#define KEPT_LINES 10
static char kept[KEPT_LINES][LINE_BYTES];
static unsigned kept_count;

/* The open point, and its first mismatch. */
static struct {
	char description[LINE_BYTES];
	unsigned mismatches;
	const char *what;
	uint64_t address;
	char expected[24], found[24];
} point;

#define FORMAT_ARGUMENTS(line, text)                              \
	do {                                                      \
		__builtin_va_list arguments;                      \
		__builtin_va_start(arguments, text);              \
		format_list(line, sizeof(line), text, arguments); \
		__builtin_va_end(arguments);                      \
	} while (0)

static void say(const char *text, ...) PRINTF_LIKE(1, 2);

static void say(const char *text, ...)
{
	char line[LINE_BYTES];

	FORMAT_ARGUMENTS(line, text);
	serial_write(line);
	serial_write("\n");
}

void comment(const char *text, ...)
{
	char line[LINE_BYTES];

	FORMAT_ARGUMENTS(line, text);
	serial_write(*line ? "# " : "#");
	serial_write(line);
	serial_write("\n");
}

void show(enum screen_colour colour, const char *text, ...)
{
	char line[LINE_BYTES];

	FORMAT_ARGUMENTS(line, text);
	comment("%s", line);
	screen_line(colour, line);
}

void report_begin(void)
{
	say("TAP version 14");
}

bool report_all_passed(void)
{
	return count.failed == 0;
}

void report_end(void)
{
	unsigned passed = count.number - count.failed - count.excused;
	char result[64], shown[64];

	if (count.failed)
		format(result, sizeof(result), "%u of %u checks failed", count.failed,
		       count.number);
	else
		format(result, sizeof(result), "All %u checks passed", count.number);
	format(shown, sizeof(shown), "%s, %u skipped", result, count.skipped);
	screen_large(count.failed ? SCREEN_BAD : SCREEN_GOOD, shown, true);
	if (count.skipped)
		comment("%u skipped", count.skipped);
	if (count.excused)
		show(SCREEN_DIM, "%u in which the firmware deviates", count.excused);
	comment("%u passed, %u failed", passed, count.failed);
	say("1..%u", count.number);
	const bool again = count.failed && screen_turn_over();

	for (unsigned n = 0; n < kept_count; n++) {
		comment("%s", kept[n]);
		if (again)
			screen_line(SCREEN_BAD, kept[n]);
	}
}

void report_bail_out(const char *text, ...)
{
	char line[LINE_BYTES];

	FORMAT_ARGUMENTS(line, text);
	say("Bail out! %s", line);
	screen_line(SCREEN_BAD, line);
	if (screen_turn_over())
		screen_line(SCREEN_BAD, line);
	screen_large(SCREEN_BAD, "The self-check had to stop", true);
}

void point_begin(const char *description, ...)
{
	FORMAT_ARGUMENTS(point.description, description);
	point.mismatches = 0;
	count.number++;
}

/* A directive is what follows the description, "" for none. */
static void show_failure(const char *directive)
{
	char line[LINE_BYTES];

	if (!*directive && kept_count < KEPT_LINES)
		format(kept[kept_count++], LINE_BYTES, "%s: %s at %016lx: expected %s, found %s",
		       point.description, point.what, point.address, point.expected, point.found);
	say("not ok %u - %s%s", count.number, point.description, directive);
	say("  ---");
	say("  what: %s", point.what);
	say("  address: 0x%016lx", point.address);
	say("  expected: %s", point.expected);
	say("  found: %s", point.found);
	say("  mismatches: %u", point.mismatches);
	say("  ...");

	format(line, sizeof(line), "not ok %u - %s", count.number, point.description);
	screen_line(*directive ? SCREEN_TEXT : SCREEN_BAD, line);
	format(line, sizeof(line), "    %s at %016lx: expected %s, found %s", point.what,
	       point.address, point.expected, point.found);
	screen_line(SCREEN_TEXT, line);
}

void point_end(void)
{
	if (point.mismatches == 0) {
		say("ok %u - %s", count.number, point.description);
		return;
	}
	count.failed++;
	show_failure("");
}

void point_end_todo(void)
{
	if (point.mismatches == 0) {
		point_end();
		return;
	}
	count.excused++;
	show_failure(" # TODO the firmware deviates from its specification");
}

void point_skip(const char *reason)
{
	count.skipped++;
	say("ok %u - %s # SKIP %s", count.number, point.description, reason);
}

static bool is_first_mismatch(const char *what, uint64_t address)
{
	if (point.mismatches++)
		return false;
	point.what = what;
	point.address = address;
	return true;
}

bool expect(const char *what, uint64_t address, uint64_t expected, uint64_t found)
{
	if (expected == found)
		return true;
	if (is_first_mismatch(what, address)) {
		format(point.expected, sizeof(point.expected), "0x%lx", expected);
		format(point.found, sizeof(point.found), "0x%lx", found);
	}
	return false;
}

bool expect_text(const char *what, uint64_t address, const char *expected, const char *found)
{
	if (expected == found)
		return true;
	if (is_first_mismatch(what, address)) {
		format(point.expected, sizeof(point.expected), "%s", expected);
		format(point.found, sizeof(point.found), "%s", found);
	}
	return false;
}
