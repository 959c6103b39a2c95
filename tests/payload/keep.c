/* SPDX-License-Identifier: BSD-2-Clause */
/* The report in a UEFI variable; see keep.h. UEFI 2.10, 8.2. */
#include <keel/report.h>
#include "checks.h"
#include "keep.h"
#include "report.h"
#include "service.h"

static const struct efi_guid vendor = KEEL_VARIABLE_VENDOR;
static const uint16_t name[] = KEEL_REPORT_NAME;

static char text[KEEL_REPORT_BYTES];
static uint64_t text_bytes;
static bool done;

static bool has_room(void)
{
	text_bytes = report_text(text, sizeof(text));
	return variables_have_room(text_bytes);
}

static efi_status write(void)
{
	return CALL(SET_VARIABLE, ADDRESS(name), ADDRESS(&vendor), KEEL_REPORT_ATTRIBUTES,
		    text_bytes, ADDRESS(text));
}

/* What else there is to know of reading a variable is known from another one. */
static void expect_kept(void)
{
	static char back[KEEL_REPORT_BYTES];
	uint64_t bytes = sizeof(back);

	expect_status("status of reading back", EFI_SUCCESS,
		      CALL(GET_VARIABLE, ADDRESS(name), ADDRESS(&vendor), 0, ADDRESS(&bytes),
			   ADDRESS(back)));
	expect("bytes", 0, text_bytes, bytes);
	expect("content is the same", 0, 0,
	       (uint64_t)(__builtin_memcmp(text, back, text_bytes) != 0));
}

void keep_report(void)
{
	done = true;
	if (!service_begin(SERVICE_SET_VARIABLE, "keeps this report for the next boot"))
		return;
	if (!service_is_offered(SERVICE_QUERY_VARIABLE_INFO)) {
		point_skip("the firmware cannot be asked how much room there is");
		return;
	}
	if (!has_room()) {
		point_skip("too little room for variables");
		return;
	}
	expect_status("status", EFI_SUCCESS, write());
	if (service_is_offered(SERVICE_GET_VARIABLE))
		expect_kept();
	point_end();
}

void keep_what_there_is(void)
{
	if (done || !service_is_offered(SERVICE_SET_VARIABLE))
		return;
	done = true;
	efi_prepare_cpu();
	if (has_room())
		write();
}
