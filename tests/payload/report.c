/* SPDX-License-Identifier: BSD-2-Clause */
/* The report; see report.h. TAP: "Test Anything Protocol", version 14. */
#include <keel/report.h>
#include "report.h"
#include "serial.h"

#define LINE_BYTES     200
#define LEFT_OUT_BYTES 32 /* of a line that says how many more there are */

static struct {
	unsigned number; /* of the open point, or of the last one */
	unsigned failed;
	unsigned skipped;
	unsigned blamed; /* points that ended with a finding about the firmware */
} count;

/*
 * The first points that did not pass, in words: to be said once more at the end, where a person
 * looks, and to be kept.
 */
static struct {
	char text[KEEL_REPORT_BYTES / 2];
	size_t bytes;
	unsigned left_out;
} failures;

/* Why the run ended early; "" if it did not. */
static char stopped[LINE_BYTES];

/* The open point, and its first mismatch. */
static struct {
	char description[LINE_BYTES];
	unsigned mismatches;
	const char *what;
	uint64_t address;
	char expected[24], found[24];
	bool about_firmware;
	const char *finding; /* the first one about the firmware, or NULL */
} point;

#define FORMAT_ARGUMENTS(line, text)                              \
	do {                                                      \
		__builtin_va_list arguments;                      \
		__builtin_va_start(arguments, text);              \
		format_list(line, sizeof(line), text, arguments); \
		__builtin_va_end(arguments);                      \
	} while (0)

/* The command line comes from outside: what it says must not forge a line, nor move the cursor. */
static void write_line(const char *before, char *line)
{
	for (char *c = line; *c; c++)
		if ((uint8_t)*c < ' ' || *c == 0x7f)
			*c = *c == '\t' ? ' ' : '?';
	serial_write(before);
	serial_write(line);
	serial_write("\n");
}

static void say(const char *text, ...) PRINTF_LIKE(1, 2);

static void say(const char *text, ...)
{
	char line[LINE_BYTES];

	FORMAT_ARGUMENTS(line, text);
	write_line("", line);
}

void comment(const char *text, ...)
{
	char line[LINE_BYTES];

	FORMAT_ARGUMENTS(line, text);
	write_line(*line ? "# " : "#", line);
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

static void format_result(char *text, size_t bytes)
{
	if (*stopped)
		format(text, bytes, "Bail out! %s", stopped);
	else if (count.failed)
		format(text, bytes, "%u of %u checks failed", count.failed, count.number);
	else
		format(text, bytes, "All %u checks passed", count.number);
}

static size_t format_left_out(char *text, size_t bytes, unsigned left_out)
{
	*text = 0;
	return left_out ? format(text, bytes, "# and %u more\n", left_out) : 0;
}

/* As many whole lines as there is room for, and a last one that counts the others. */
static size_t add_failures(char *text, size_t bytes)
{
	const char *line = failures.text;
	unsigned left_out = failures.left_out;
	size_t used = 0;

	while (*line) {
		size_t n = 0;

		while (line[n++] != '\n')
			;
		if (left_out > failures.left_out || used + n + LEFT_OUT_BYTES > bytes)
			left_out++;
		else
			for (size_t i = 0; i < n; i++)
				text[used++] = line[i];
		line += n;
	}
	return used + format_left_out(text + used, bytes - used, left_out);
}

size_t report_text(char *text, size_t bytes)
{
	char result[LINE_BYTES], ticks[LINE_BYTES];
	size_t used;

	format_result(result, sizeof(result));
	format_ticks(ticks, sizeof(ticks));
	used = format(text, bytes,
		      KEEL_REPORT_FIRST_LINE
		      "\n# %s, %u skipped, %u with findings about the firmware\n# %s\n",
		      result, count.skipped, count.blamed, ticks);
	return used + add_failures(text + used, bytes - used);
}

/* On the screen, line by line. */
static void show_failures_again(void)
{
	for (char *line = failures.text, *end; *line; line = end + 1) {
		for (end = line; *end != '\n'; end++)
			;
		*end = 0;
		screen_line(SCREEN_BAD, line + 2);
	}
}

void report_end(void)
{
	unsigned passed = count.number - count.failed - count.blamed;
	char line[LINE_BYTES], shown[LINE_BYTES];

	format_result(line, sizeof(line));
	format(shown, sizeof(shown), "%s, %u skipped", line, count.skipped);
	screen_large(count.failed ? SCREEN_BAD : SCREEN_GOOD, shown, true);
	if (count.skipped)
		comment("%u skipped", count.skipped);
	if (count.blamed)
		comment("%u with findings about the firmware", count.blamed);
	comment("%u passed, %u failed", passed, count.failed);
	say("1..%u", count.number);
	serial_write(failures.text);
	format_left_out(line, sizeof(line), failures.left_out);
	serial_write(line);
	if (count.failed && screen_turn_over())
		show_failures_again();
}

void report_bail_out(const char *text, ...)
{
	FORMAT_ARGUMENTS(stopped, text);
	say("Bail out! %s", stopped);
	screen_line(SCREEN_BAD, stopped);
	if (screen_turn_over())
		screen_line(SCREEN_BAD, stopped);
	screen_large(SCREEN_BAD, "The self-check had to stop", true);
}

static void open_point(bool about_firmware)
{
	point.mismatches = 0;
	point.about_firmware = about_firmware;
	point.finding = NULL;
	count.number++;
}

void point_begin(const char *description, ...)
{
	FORMAT_ARGUMENTS(point.description, description);
	open_point(false);
}

void point_begin_firmware(const char *description, ...)
{
	char text[LINE_BYTES];

	FORMAT_ARGUMENTS(text, description);
	format(point.description, sizeof(point.description), "firmware: %s", text);
	open_point(true);
}

/* Lines for which there is no room are counted, and so is each that follows one. */
static void keep_failure(void)
{
	char *end = failures.text + failures.bytes;

	if (failures.left_out || sizeof(failures.text) - failures.bytes <= LINE_BYTES) {
		failures.left_out++;
		return;
	}
	end += format(end, LINE_BYTES, "# not ok %u - %s: %s at %016lx: expected %s, found %s",
		      count.number, point.description, point.what, point.address, point.expected,
		      point.found);
	*end++ = '\n';
	failures.bytes = (size_t)(end - failures.text);
}

static void show_failure(void)
{
	char line[LINE_BYTES];

	say("not ok %u - %s", count.number, point.description);
	say("  ---");
	say("  what: %s", point.what);
	say("  address: 0x%016lx", point.address);
	say("  expected: %s", point.expected);
	say("  found: %s", point.found);
	say("  mismatches: %u", point.mismatches);
	say("  ...");

	format(line, sizeof(line), "not ok %u - %s", count.number, point.description);
	screen_line(SCREEN_BAD, line);
	format(line, sizeof(line), "    %s at %016lx: expected %s, found %s", point.what,
	       point.address, point.expected, point.found);
	screen_line(SCREEN_TEXT, line);
}

void point_end(void)
{
	if (point.mismatches) {
		count.failed++;
		keep_failure();
		show_failure();
	} else if (point.finding) {
		count.blamed++;
		say("not ok %u - %s # TODO the firmware: %s", count.number, point.description,
		    point.finding);
	} else {
		say("ok %u - %s", count.number, point.description);
	}
}

void point_found(const char *identifier)
{
	if (point.about_firmware && !point.finding)
		point.finding = identifier;
}

void point_skip(const char *reason)
{
	if (point.finding) {
		point_end();
		return;
	}
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
