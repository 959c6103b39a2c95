/* SPDX-License-Identifier: BSD-2-Clause */
/* The real-time clock and the alarm; see clock.h. */
#include <stddef.h>
#include "audit/answers.h"
#include "audit/clock.h"
#include "audit/finding.h"
#include "audit/service.h"
#include "report.h"

/* 8.3.1 */
struct capabilities {
	uint32_t resolution; /* in counts per second */
	uint32_t accuracy;   /* in parts per million million */
	uint8_t sets_to_zero;
};

#define UNSPECIFIED_TIME_ZONE 2047

static bool exists(const struct efi_time *t)
{
	return t->year >= 1900 && t->year <= 9999 && t->month >= 1 && t->month <= 12 &&
	       t->day >= 1 && t->day <= 31 && t->hour <= 23 && t->minute <= 59 && t->second <= 59 &&
	       t->nanosecond <= 999999999 && t->daylight <= 3 &&
	       (t->time_zone == UNSPECIFIED_TIME_ZONE ||
		(t->time_zone >= -1440 && t->time_zone <= 1440));
}

/* In an order of its own: larger is later. */
static uint64_t order(const struct efi_time *t)
{
	return ((((t->year * UINT64_C(13) + t->month) * 32 + t->day) * 24 + t->hour) * 60 +
		t->minute) *
		       60 +
	       t->second;
}

static bool read_time(struct efi_time *t, struct capabilities *c)
{
	return judge(KEEL_FINDING_TIME_FAILS, "status", EFI_SUCCESS,
		     CALL(GET_TIME, ADDRESS(t), ADDRESS(c)));
}

static void get_time(void)
{
	struct efi_time first = { 0 }, second = { 0 };
	struct capabilities c = { 0 };

	if (!service_begin(SERVICE_GET_TIME, "gives a time, and a later one"))
		return;
	if (read_time(&first, &c) && read_time(&second, NULL)) {
		judge_true(KEEL_FINDING_TIME_RANGE, exists(&first), "order of a time",
			   order(&first));
		judge_true(KEEL_FINDING_TIME_BACKWARDS, order(&second) >= order(&first),
			   "order of the second time", order(&second));
		judge_true(KEEL_FINDING_TIME_CAPABILITIES, c.resolution != 0, "resolution",
			   c.resolution);
	}
	point_end();
	comment("GetTime %04u-%02u-%02u %02u:%02u:%02u resolution=%u accuracy=%u", first.year,
		first.month, first.day, first.hour, first.minute, first.second, c.resolution,
		c.accuracy);
}

static void set_same_time(void)
{
	struct efi_time now = { 0 };
	efi_status status;

	if (!service_begin(SERVICE_SET_TIME, "sets the time that was read"))
		return;
	if (CALL(GET_TIME, ADDRESS(&now), 0) != EFI_SUCCESS || !exists(&now)) {
		point_skip("GetTime gave no time");
		return;
	}
	status = CALL(SET_TIME, ADDRESS(&now));
	if (status != EFI_UNSUPPORTED)
		judge(KEEL_FINDING_SET_TIME_FAILS, "status", EFI_SUCCESS, status);
	point_end();
}

struct alarm {
	uint8_t enabled, pending;
	struct efi_time time;
	efi_status status;
};

static struct alarm read_alarm(void)
{
	struct alarm a = { 0 };

	a.status =
		CALL(GET_WAKEUP_TIME, ADDRESS(&a.enabled), ADDRESS(&a.pending), ADDRESS(&a.time));
	return a;
}

static void get_wakeup_time(void)
{
	struct alarm a;

	if (!service_begin(SERVICE_GET_WAKEUP_TIME, "answers"))
		return;
	a = read_alarm();
	if (a.status != EFI_UNSUPPORTED)
		judge(KEEL_FINDING_WAKEUP_FAILS, "status", EFI_SUCCESS, a.status);
	point_end();
}

void audit_clock(void)
{
	get_time();
	set_same_time();
	get_wakeup_time();
}

/* An hour, which no time zone and no end of a month hides; then the time that it is again. */
static void set_other_time(void)
{
	struct efi_time now = { 0 }, other, found = { 0 };

	if (!service_begin(SERVICE_SET_TIME, "sets another time, which reads back"))
		return;
	if (CALL(GET_TIME, ADDRESS(&now), 0) != EFI_SUCCESS || !exists(&now)) {
		point_skip("GetTime gave no time");
		return;
	}
	other = now;
	other.hour = (uint8_t)(now.hour ? now.hour - 1 : 1);
	if (CALL(SET_TIME, ADDRESS(&other)) == EFI_SUCCESS) {
		CALL(GET_TIME, ADDRESS(&found), 0);
		CALL(SET_TIME, ADDRESS(&now));
		judge_true(KEEL_FINDING_SET_TIME_LOST, order(&found) - order(&other) < 60,
			   "hour that reads back", found.hour);
	}
	point_end();
}

/* What was read, and exactly that: an alarm that is off is turned off. */
static void put_alarm_back(const struct alarm *a)
{
	if (a->status == EFI_SUCCESS)
		CALL(SET_WAKEUP_TIME, a->enabled, a->enabled ? ADDRESS(&a->time) : 0);
}

static void set_same_alarm(void)
{
	struct alarm a;
	efi_status status;

	if (!service_begin(SERVICE_SET_WAKEUP_TIME, "sets what was read"))
		return;
	a = read_alarm();
	if (a.status == EFI_SUCCESS) {
		status = CALL(SET_WAKEUP_TIME, a.enabled, a.enabled ? ADDRESS(&a.time) : 0);
		if (status != EFI_UNSUPPORTED)
			judge(KEEL_FINDING_WAKEUP_FAILS, "status", EFI_SUCCESS, status);
	}
	point_end();
}

/* 8.3: each field just outside its range, in an otherwise good time. */
static void try_times(enum service service, const struct efi_time *now)
{
#define FIELD(name, value)                                                                  \
	{                                                                                   \
#name " " #value, offsetof(struct efi_time, name), sizeof(now->name), value \
	}
	static const struct {
		const char *what;
		uint8_t offset, bytes;
		int32_t value;
	} fields[] = {
		FIELD(year, 1899),
		FIELD(year, 10000),
		FIELD(month, 0),
		FIELD(month, 13),
		FIELD(day, 0),
		FIELD(day, 32),
		FIELD(hour, 24),
		FIELD(minute, 60),
		FIELD(second, 60),
		FIELD(time_zone, 1441),
		FIELD(time_zone, -1441),
		FIELD(daylight, 4),
		FIELD(nanosecond, 1000000000),
	};
#undef FIELD
	const bool alarm = service == SERVICE_SET_WAKEUP_TIME;

	for (unsigned n = 0; n < sizeof(fields) / sizeof(fields[0]); n++) {
		struct efi_time time = *now;
		const uint64_t arguments[SERVICE_ARGUMENTS] = { alarm ? 1 : ADDRESS(&time),
								alarm ? ADDRESS(&time) : 0 };

		__builtin_memcpy((char *)&time + fields[n].offset, &fields[n].value,
				 fields[n].bytes);
		judge_answer(service, fields[n].what,
			     ANSWER_INVALID | (alarm ? ANSWER_UNSUPPORTED : 0),
			     service_call_at(service, 0, arguments));
	}
}

static void set_wrong_times(void)
{
	struct efi_time now = { 0 };
	const struct alarm alarm = read_alarm();

	if (CALL(GET_TIME, ADDRESS(&now), 0) != EFI_SUCCESS)
		return;
	if (service_begin(SERVICE_SET_WAKEUP_TIME, "refuses times out of range")) {
		try_times(SERVICE_SET_WAKEUP_TIME, &now);
		put_alarm_back(&alarm);
		point_end();
	}
	if (service_begin(SERVICE_SET_TIME, "refuses times out of range")) {
		try_times(SERVICE_SET_TIME, &now);
		/* It may have taken a wrong time for a right one. */
		CALL(SET_TIME, ADDRESS(&now));
		point_end();
	}
}

void audit_clock_strict(void)
{
	set_other_time();
	set_same_alarm();
	set_wrong_times();
}
