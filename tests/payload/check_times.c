/* SPDX-License-Identifier: BSD-2-Clause */
/* The real-time clock and the alarm, with times that do not exist. UEFI 2.10, 8.3. */
#include <stddef.h>
#include "checks.h"
#include "report.h"
#include "service.h"

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
		expect_answer(fields[n].what, ANSWER_INVALID | (alarm ? ANSWER_UNSUPPORTED : 0),
			      service_call_at(service, 0, arguments));
	}
}

void check_times(void)
{
	struct efi_time now = { 0 };
	uint8_t enabled = 0, pending = 0;
	struct efi_time alarm = { 0 };

	if (!service_is_offered(SERVICE_GET_TIME) || CALL(GET_TIME, ADDRESS(&now), 0))
		return;
	if (service_begin(SERVICE_SET_WAKEUP_TIME, "refuses times out of range")) {
		efi_status status = CALL(GET_WAKEUP_TIME, ADDRESS(&enabled), ADDRESS(&pending),
					 ADDRESS(&alarm));

		try_times(SERVICE_SET_WAKEUP_TIME, &now);
		if (status == EFI_SUCCESS)
			CALL(SET_WAKEUP_TIME, enabled, enabled ? ADDRESS(&alarm) : 0);
		point_end_todo();
	}
	if (service_begin(SERVICE_SET_TIME, "refuses times out of range")) {
		try_times(SERVICE_SET_TIME, &now);
		point_end_todo();
	}
	/* This also undoes what a wrong time did that was taken for a right one. */
	if (service_begin(SERVICE_SET_TIME, "sets the time that was read")) {
		efi_status status = CALL(SET_TIME, ADDRESS(&now));

		if (status != EFI_UNSUPPORTED)
			expect_status("status", EFI_SUCCESS, status);
		point_end();
	}
}
