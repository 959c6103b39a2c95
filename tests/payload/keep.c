/* SPDX-License-Identifier: BSD-2-Clause */
/* The report in a UEFI variable; see keep.h. UEFI 2.10, 8.2. */
#include <keel/report.h>
#include "audit/finding.h"
#include "audit/service.h"
#include "audit/variables.h"
#include "keep.h"
#include "report.h"

/* Half of what there may be: each is a write to flash. */
#define OWN_BYTES (KEEL_REPORT_BYTES / 2)

static const struct efi_guid vendor = KEEL_VARIABLE_VENDOR;
static const uint16_t name[] = KEEL_REPORT_NAME;

static char text[OWN_BYTES];
static uint64_t text_bytes;
static unsigned times;
static bool done;

static void fill_in(void)
{
	text_bytes = report_text(text, sizeof(text));
	text_bytes += finding_lines(text + text_bytes, sizeof(text) - text_bytes);
}

/* Why it cannot be kept, or NULL. Firmware that must not be asked gets the report, and no more. */
static const char *reason_against(void)
{
	if (!service_is_offered(SERVICE_SET_VARIABLE))
		return "SetVariable cannot be used";
	if (service_is_offered(SERVICE_QUERY_VARIABLE_INFO) && !variables_have_room(text_bytes))
		return "too little room for variables";
	return NULL;
}

static efi_status write(void)
{
	times++;
	return CALL(SET_VARIABLE, ADDRESS(name), ADDRESS(&vendor), KEEL_REPORT_ATTRIBUTES,
		    text_bytes, ADDRESS(text));
}

/* What else there is to know of reading a variable is known from another one. */
static void judge_kept(void)
{
	static char back[OWN_BYTES];
	uint64_t bytes = sizeof(back);
	const efi_status status = CALL(GET_VARIABLE, ADDRESS(name), ADDRESS(&vendor), 0,
				       ADDRESS(&bytes), ADDRESS(back));

	if (judge(KEEL_FINDING_VARIABLE_CONTENT, "status of reading the report", EFI_SUCCESS,
		  status) &&
	    judge(KEEL_FINDING_VARIABLE_CONTENT, "bytes of the report", text_bytes, bytes))
		judge_true(KEEL_FINDING_VARIABLE_CONTENT, !__builtin_memcmp(text, back, text_bytes),
			   "content of the report", 0);
}

void keep_report(void)
{
	const char *reason;

	done = true;
	point_begin_firmware("keeps this report for the next boot");
	fill_in();
	reason = reason_against();
	if (reason) {
		point_skip(reason);
		return;
	}
	if (judge(KEEL_FINDING_VARIABLE_REFUSED, "status of keeping the report", EFI_SUCCESS,
		  write()) &&
	    service_is_offered(SERVICE_GET_VARIABLE))
		judge_kept();
	point_end();
}

void keep_what_is_known(void)
{
	fill_in();
	if (!reason_against())
		write();
}

void keep_what_there_is(void)
{
	if (done || times >= 2 || !service_is_offered(SERVICE_SET_VARIABLE))
		return;
	done = true;
	service_init();
	keep_what_is_known();
}
