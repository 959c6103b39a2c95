/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report: TAP version 14 on the serial port, the most important of it on the screen.
 *
 * One point is open at a time, between point_begin() and point_end(). Everything that does not
 * match in between belongs to it: the first mismatch is shown, the others are counted.
 */
#ifndef PAYLOAD_REPORT_H
#define PAYLOAD_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <keel/boot_info.h>
#include "screen.h"

/* What the kernel was given at entry. */
extern const struct keel_boot_info *boot;

#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

/*
 * %s %c %u %x with l, width, '-' and '0'. A text that does not fit ends in '~'. They return how
 * long the text is that is in the buffer, without its zero.
 */
size_t format_list(char *buffer, size_t bytes, const char *text, __builtin_va_list arguments);
size_t format(char *buffer, size_t bytes, const char *text, ...) PRINTF_LIKE(3, 4);

/* A comment on the serial port. */
void comment(const char *text, ...) PRINTF_LIKE(1, 2);
/* A comment on the serial port that is a line of the screen too. */
void show(enum screen_colour colour, const char *text, ...) PRINTF_LIKE(2, 3);

void report_begin(void);
/* Summary and plan. */
void report_end(void);

/*
 * What is worth keeping, lines that begin with #: the result as it will be if the open point
 * passes, durations, the first points that did not pass. Returns the bytes without the zero at its
 * end.
 */
size_t report_text(char *text, size_t bytes);
/* The loader's stages, in show_map.c. */
void format_ticks(char *text, size_t bytes);

/* Has every point passed so far? */
bool report_all_passed(void);
/* Nothing more can be found out: says why, and ends the test run. Does not switch anything off. */
void report_bail_out(const char *text, ...) PRINTF_LIKE(1, 2);

void point_begin(const char *description, ...) PRINTF_LIKE(1, 2);
/* A point that is about the firmware and not about the map; it is described as "firmware: ...". */
void point_begin_firmware(const char *description, ...) PRINTF_LIKE(1, 2);
void point_end(void);
/* Instead of point_end(): this could not be tried. */
void point_skip(const char *reason);
/*
 * There is a finding about the firmware (audit/finding.h), with this identifier. The open point, if
 * it is about the firmware, says so and fails nothing; one about the map is not touched by that.
 */
void point_found(const char *identifier);

/* Each of these returns whether it matched; where not, the open point has failed. */
bool expect(const char *what, uint64_t address, uint64_t expected, uint64_t found);
bool expect_text(const char *what, uint64_t address, const char *expected, const char *found);

#endif
