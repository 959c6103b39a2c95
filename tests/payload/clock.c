/* SPDX-License-Identifier: BSD-2-Clause */
/* The time of day; see clock.h. UEFI 2.10, 8.3 "Time Services". */
#include <stddef.h>
#include "clock.h"
#include "efi.h"
#include "audit/service.h"

#define TIME_ZONE_UNSPECIFIED 0x7ff /* local time of an unknown place: taken for UTC */

/* Days since 1970-01-01 in the Gregorian calendar; years begin with March, leap days end them. */
static uint64_t days(uint64_t year, uint64_t month, uint64_t day)
{
	if (month < 3) {
		year--;
		month += 12;
	}
	return 365 * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 + day -
	       719469;
}

bool clock_read(struct clock *now)
{
	struct efi_time t = { 0 };

	if (!service_is_offered(SERVICE_GET_TIME) || CALL(GET_TIME, ADDRESS(&t), 0) != EFI_SUCCESS)
		return false;
	now->seconds =
		((days(t.year, t.month, t.day) * 24 + t.hour) * 60 + t.minute) * 60 + t.second;
	/* UTC = local time + zone, in minutes. */
	if (t.time_zone != TIME_ZONE_UNSPECIFIED)
		now->seconds += (uint64_t)((int64_t)t.time_zone * 60);
	now->microseconds = t.nanosecond / 1000;
	return true;
}
