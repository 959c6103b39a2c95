/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runtime services with arguments that the UEFI specification names as wrong: what they have to
 * answer stands with each service's description in UEFI 2.10, 8.2 to 8.5. UpdateCapsule is not
 * among them: what a board does with a capsule that it should refuse is not for trying.
 */
#include <stdbool.h>
#include <stddef.h>
#include <keel/report.h>
#include "audit/answers.h"
#include "audit/wrong_arguments.h"

#define NV 0x1
#define BS 0x2
#define RT 0x4
/* Of no meaning in UEFI 2.10, 8.2.1. */
#define UNKNOWN_ATTRIBUTE 0x10000

#define CAPSULE_POPULATE_SYSTEM_TABLE 0x20000

static const struct efi_guid vendor = KEEL_VARIABLE_VENDOR;
static const uint16_t missing[] = u"KeelNoSuchVariable", empty[] = u"";

/* 8.5.3: persistence is a condition of the flag that is set here. */
static const struct {
	struct efi_guid guid;
	uint32_t header_bytes, flags, image_bytes;
} capsule = { { 0x6b65656c, 1, 2, { 3 } }, 28, CAPSULE_POPULATE_SYSTEM_TABLE, 28 };
static const void *const capsules[] = { &capsule };

/* For results. */
static uint64_t out[3], bytes;
static uint8_t data[64];
static struct efi_guid out_vendor;
static uint16_t out_name[32];

struct limit {
	const char *what;
	uint64_t arguments[SERVICE_ARGUMENTS];
	uint32_t answers; /* right ones */
	uint8_t service;
	uint8_t bytes;	   /* what `bytes` holds before the call */
	bool unknown_name; /* what `out_name` holds: a name that does not exist, or "" */
};

#define LIMIT(service, what, answers, bytes, unknown, ...)                        \
	{                                                                         \
		what, { __VA_ARGS__ }, answers, SERVICE_##service, bytes, unknown \
	}
#define A(x) ADDRESS(x)

/* clang-format off */
static const struct limit limits[] = {
	LIMIT(GET_TIME, "no time", ANSWER_INVALID, 0, 0, 0, 0),
	LIMIT(GET_WAKEUP_TIME, "no enabled", ANSWER_INVALID, 0, 0, 0, A(out), A(data)),
	LIMIT(GET_WAKEUP_TIME, "no pending", ANSWER_INVALID, 0, 0, A(out), 0, A(data)),
	LIMIT(GET_WAKEUP_TIME, "no time", ANSWER_INVALID, 0, 0, A(out), A(out + 1), 0),
	LIMIT(SET_WAKEUP_TIME, "enable, no time", ANSWER_INVALID, 0, 0, 1, 0),
	LIMIT(GET_VARIABLE, "no name", ANSWER_INVALID, 64, 0, 0, A(&vendor), 0, A(&bytes), A(data)),
	LIMIT(GET_VARIABLE, "no vendor", ANSWER_INVALID, 64, 0, A(missing), 0, 0, A(&bytes), A(data)),
	LIMIT(GET_VARIABLE, "no size", ANSWER_INVALID, 0, 0, A(missing), A(&vendor), 0, 0, A(data)),
	LIMIT(GET_VARIABLE, "missing name", ANSWER_NOT_FOUND, 64, 0,
	      A(missing), A(&vendor), 0, A(&bytes), A(data)),
	LIMIT(GET_VARIABLE, "empty name", ANSWER_NOT_FOUND, 64, 0,
	      A(empty), A(&vendor), 0, A(&bytes), A(data)),
	LIMIT(GET_NEXT_VARIABLE_NAME, "no size", ANSWER_INVALID, 0, 0, 0, A(out_name), A(&out_vendor)),
	LIMIT(GET_NEXT_VARIABLE_NAME, "no name", ANSWER_INVALID, 64, 0, A(&bytes), 0, A(&out_vendor)),
	LIMIT(GET_NEXT_VARIABLE_NAME, "no vendor", ANSWER_INVALID, 64, 0, A(&bytes), A(out_name), 0),
	LIMIT(GET_NEXT_VARIABLE_NAME, "small buffer", ANSWER_TOO_SMALL | ANSWER_NOT_FOUND, 2, 0,
	      A(&bytes), A(out_name), A(&out_vendor)),
	LIMIT(GET_NEXT_VARIABLE_NAME, "no terminator", ANSWER_INVALID, 4, true,
	      A(&bytes), A(out_name), A(&out_vendor)),
	LIMIT(GET_NEXT_VARIABLE_NAME, "unknown name", ANSWER_INVALID, 64, true,
	      A(&bytes), A(out_name), A(&out_vendor)),
	LIMIT(SET_VARIABLE, "no name", ANSWER_INVALID, 0, 0, 0, A(&vendor), NV | BS | RT, 4, A(data)),
	LIMIT(SET_VARIABLE, "empty name", ANSWER_INVALID, 0, 0,
	      A(empty), A(&vendor), NV | BS | RT, 4, A(data)),
	LIMIT(SET_VARIABLE, "no vendor", ANSWER_INVALID, 0, 0, A(missing), 0, NV | BS | RT, 4, A(data)),
	LIMIT(SET_VARIABLE, "no data", ANSWER_INVALID, 0, 0, A(missing), A(&vendor), NV | BS | RT, 4, 0),
	LIMIT(SET_VARIABLE, "run time only", ANSWER_INVALID, 0, 0,
	      A(missing), A(&vendor), NV | RT, 4, A(data)),
	LIMIT(SET_VARIABLE, "boot time only", ANSWER_INVALID, 0, 0,
	      A(missing), A(&vendor), NV | BS, 4, A(data)),
	LIMIT(SET_VARIABLE, "volatile", ANSWER_INVALID, 0, 0,
	      A(missing), A(&vendor), BS | RT, 4, A(data)),
	LIMIT(SET_VARIABLE, "unknown attribute", ANSWER_INVALID | ANSWER_UNSUPPORTED, 0, 0,
	      A(missing), A(&vendor), NV | BS | RT | UNKNOWN_ATTRIBUTE, 4, A(data)),
	LIMIT(SET_VARIABLE, "delete a missing one", ANSWER_NOT_FOUND, 0, 0,
	      A(missing), A(&vendor), NV | BS | RT, 0, 0),
	LIMIT(GET_NEXT_HIGH_MONOTONIC_COUNT, "no count", ANSWER_INVALID, 0, 0, 0),
	LIMIT(QUERY_CAPSULE_CAPABILITIES, "no capsules", ANSWER_INVALID | ANSWER_UNSUPPORTED, 0, 0,
	      A(capsules), 0, A(out), A(out + 1)),
	LIMIT(QUERY_CAPSULE_CAPABILITIES, "no size", ANSWER_INVALID | ANSWER_UNSUPPORTED, 0, 0,
	      A(capsules), 1, 0, A(out + 1)),
	LIMIT(QUERY_CAPSULE_CAPABILITIES, "no reset type", ANSWER_INVALID | ANSWER_UNSUPPORTED, 0, 0,
	      A(capsules), 1, A(out), 0),
	LIMIT(QUERY_VARIABLE_INFO, "no attributes", ANSWER_INVALID | ANSWER_UNSUPPORTED, 0, 0,
	      0, A(out), A(out + 1), A(out + 2)),
	LIMIT(QUERY_VARIABLE_INFO, "run time only", ANSWER_INVALID | ANSWER_UNSUPPORTED, 0, 0,
	      NV | RT, A(out), A(out + 1), A(out + 2)),
	LIMIT(QUERY_VARIABLE_INFO, "unknown attribute", ANSWER_INVALID | ANSWER_UNSUPPORTED, 0, 0,
	      UNKNOWN_ATTRIBUTE, A(out), A(out + 1), A(out + 2)),
	LIMIT(QUERY_VARIABLE_INFO, "no maximum", ANSWER_INVALID, 0, 0,
	      NV | BS | RT, 0, A(out + 1), A(out + 2)),
	LIMIT(QUERY_VARIABLE_INFO, "no remaining", ANSWER_INVALID, 0, 0,
	      NV | BS | RT, A(out), 0, A(out + 2)),
	LIMIT(QUERY_VARIABLE_INFO, "no largest", ANSWER_INVALID, 0, 0,
	      NV | BS | RT, A(out), A(out + 1), 0),
};
/* clang-format on */

#define LIMITS (sizeof(limits) / sizeof(limits[0]))

static void try_limit(const struct limit *limit)
{
	efi_status status;

	bytes = limit->bytes;
	out_vendor = vendor;
	for (unsigned n = 0; n < sizeof(missing) / sizeof(missing[0]); n++)
		out_name[n] = limit->unknown_name ? missing[n] : 0;
	status = service_call_at(limit->service, 0, limit->arguments);
	judge_answer(limit->service, limit->what, limit->answers, status);
	if (status == EFI_BUFFER_TOO_SMALL)
		judge_true(KEEL_FINDING_WRONG_ARGUMENTS, bytes > limit->bytes,
			   "bytes that are needed", bytes);
	/* It was created, then: away with it, by the name and vendor that it was created with. */
	if (limit->service == SERVICE_SET_VARIABLE && status == EFI_SUCCESS)
		CALL(SET_VARIABLE, limit->arguments[0], limit->arguments[1], limit->arguments[2], 0,
		     0);
}

void audit_wrong_arguments(void)
{
	service_arguments_are_wrong = true;
	for (unsigned n = 0; n < LIMITS;) {
		const enum service service = limits[n].service;
		const bool offered = service_begin(service, "refuses wrong arguments");

		for (; n < LIMITS && limits[n].service == service; n++)
			if (offered)
				try_limit(&limits[n]);
		if (offered)
			point_end();
	}
	service_arguments_are_wrong = false;
}
