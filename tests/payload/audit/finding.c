/* SPDX-License-Identifier: BSD-2-Clause */
/* Findings; see finding.h. */
#include "audit/finding.h"
#include "audit/service.h"

#define DETAIL_BYTES   100
#define LEFT_OUT_BYTES 32

static const struct keel_finding_row rows[] = KEEL_FINDING_ROWS;
static const char *const severities[] = KEEL_SEVERITY_WORDS;

static struct {
	unsigned times;
	char detail[DETAIL_BYTES];
} found[KEEL_FINDING_COUNT];

void finding(enum keel_finding id, const char *detail, ...)
{
	char text[DETAIL_BYTES];
	__builtin_va_list arguments;

	__builtin_va_start(arguments, detail);
	format_list(text, sizeof(text), detail, arguments);
	__builtin_va_end(arguments);
	if (!found[id].times++)
		__builtin_memcpy(found[id].detail, text, sizeof(text));
	comment("finding %s: %s", rows[id].identifier, text);
	point_found(rows[id].identifier);
}

bool judge(enum keel_finding id, const char *what, uint64_t expected, uint64_t value)
{
	/* That it has ended so is a finding of its own. */
	if (value == SERVICE_FAULTED)
		return false;
	if (expected != value)
		finding(id, "%s: expected 0x%lx, found 0x%lx", what, expected, value);
	return expected == value;
}

bool judge_true(enum keel_finding id, bool good, const char *what, uint64_t value)
{
	if (!good)
		finding(id, "%s: 0x%lx", what, value);
	return good;
}

unsigned finding_count(enum keel_severity least)
{
	unsigned count = 0;

	for (unsigned id = 0; id < KEEL_FINDING_COUNT; id++)
		count += found[id].times && rows[id].severity >= least;
	return count;
}

/* The next finding behind (severity, id), the gravest first; KEEL_FINDING_COUNT at the end. */
static unsigned next_finding(unsigned *severity, unsigned id)
{
	for (;; (*severity)--, id = 0) {
		for (; id < KEEL_FINDING_COUNT; id++)
			if (found[id].times && rows[id].severity == *severity)
				return id;
		if (*severity == 0)
			return KEEL_FINDING_COUNT;
	}
}

static size_t format_finding(char *line, size_t bytes, unsigned id)
{
	return format(line, bytes, "# finding %s %s x%u: %s", severities[rows[id].severity],
		      rows[id].identifier, found[id].times, found[id].detail);
}

size_t finding_lines(char *text, size_t bytes)
{
	unsigned severity = KEEL_SEVERITY_COUNT - 1, left_out = 0, id = 0;
	size_t used = 0;

	*text = 0;
	while ((id = next_finding(&severity, id)) < KEEL_FINDING_COUNT) {
		char line[DETAIL_BYTES + 64];
		const size_t length = format_finding(line, sizeof(line), id++);

		if (left_out || used + length + 1 + LEFT_OUT_BYTES > bytes) {
			left_out++;
			continue;
		}
		used += format(text + used, bytes - used, "%s\n", line);
	}
	if (left_out)
		used += format(text + used, bytes - used, "# and %u findings more\n", left_out);
	return used;
}

static void show_words(unsigned id)
{
	const bool grave = rows[id].severity == KEEL_SEVERITY_GRAVE;

	show(grave ? SCREEN_BAD : SCREEN_TEXT, "%s (%s): %s", rows[id].identifier,
	     severities[rows[id].severity], rows[id].meaning);
	show(SCREEN_DIM, "    %s", found[id].detail);
	comment("    a kernel: %s (%s)", rows[id].advice, rows[id].section);
}

void findings_show(void)
{
	const unsigned all = finding_count(KEEL_SEVERITY_REMARK);
	unsigned severity = KEEL_SEVERITY_COUNT - 1, id = 0;

	show(all ? SCREEN_TEXT : SCREEN_GOOD, "This board's UEFI: %u findings, %u of them grave",
	     all, finding_count(KEEL_SEVERITY_GRAVE));
	while ((id = next_finding(&severity, id)) < KEEL_FINDING_COUNT)
		show_words(id++);
}
