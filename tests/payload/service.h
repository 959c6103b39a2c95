/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls of runtime services at their virtual addresses, watched: a fault in firmware comes back as
 * a status, and what the calling convention keeps is compared after each call. UEFI 2.10, 2.3.4
 * "x64 Platforms", and chapter 8.
 */
#ifndef PAYLOAD_SERVICE_H
#define PAYLOAD_SERVICE_H

#include <stdbool.h>
#include <stdint.h>
#include "efi.h"

enum service {
	SERVICE_GET_TIME,
	SERVICE_SET_TIME,
	SERVICE_GET_WAKEUP_TIME,
	SERVICE_SET_WAKEUP_TIME,
	SERVICE_GET_VARIABLE,
	SERVICE_GET_NEXT_VARIABLE_NAME,
	SERVICE_SET_VARIABLE,
	SERVICE_SET_VIRTUAL_ADDRESS_MAP,
	SERVICE_GET_NEXT_HIGH_MONOTONIC_COUNT,
	SERVICE_UPDATE_CAPSULE,
	SERVICE_QUERY_CAPSULE_CAPABILITIES,
	SERVICE_QUERY_VARIABLE_INFO,
	SERVICE_COUNT
};

#define SERVICE_ARGUMENTS 5

/* Not a status that firmware can return: it raised an exception instead. */
#define SERVICE_FAULTED UINT64_MAX

/* The table's pointer to the service as it stands there; 0 where services cannot be used. */
uint64_t service_address(enum service service);
/* Whether the firmware's table is long enough to have it. */
bool service_exists(enum service service);

/* The firmware says that it offers it, and services can be used at all. */
bool service_is_offered(enum service service);

/*
 * Opens a point about the service; closes it as skipped and returns false where it is not offered.
 */
bool service_begin(enum service service, const char *what);

/* Calls it, at an address of its own or, for 0, at the table's. */
efi_status service_call_at(enum service service, uint64_t address,
			   const uint64_t arguments[SERVICE_ARGUMENTS]);

/* Arguments are numbers: pointers go through ADDRESS(). */
#define ADDRESS(pointer) ((uint64_t)(pointer))
#define CALL(service, ...) \
	service_call_at(SERVICE_##service, 0, (const uint64_t[SERVICE_ARGUMENTS]){ __VA_ARGS__ })

void expect_status(const char *what, efi_status expected, efi_status found);

/* Right answers, as a set of EFI_STATUS values: in some cases there are two. */
#define ANSWER_INVALID	   (1u << 2)
#define ANSWER_UNSUPPORTED (1u << 3)
#define ANSWER_TOO_SMALL   (1u << 5)
#define ANSWER_NOT_FOUND   (1u << 14)
void expect_answer(const char *what, uint32_t answers, efi_status found);

/* The last point: what was seen over all calls. */
void service_check_calls(void);

#endif
