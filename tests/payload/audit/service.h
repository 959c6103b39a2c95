/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls of runtime services at their virtual addresses, each watched: what it touches, what it
 * leaves changed, how long it takes and how much stack. All of that ends as findings about the
 * firmware. UEFI 2.10, 2.3.4 "x64 Platforms", and chapter 8.
 */
#ifndef PAYLOAD_AUDIT_SERVICE_H
#define PAYLOAD_AUDIT_SERVICE_H

#include <stdbool.h>
#include <stdint.h>
#include "efi.h"
#include "fault.h"

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
	SERVICE_QUERY_CAPSULE_CAPABILITIES,
	SERVICE_QUERY_VARIABLE_INFO,
	SERVICE_COUNT
};

#define SERVICE_ARGUMENTS 5

/* Not a status that firmware can return: it raised an exception instead, or is not to be called. */
#define SERVICE_FAULTED UINT64_MAX

/* Before the first call: page tables, stacks and the state of the CPU. */
void service_init(void);

/* The table's pointer to the service as it stands there; 0 where services cannot be used. */
uint64_t service_address(enum service service);
/* Whether the firmware's table is long enough to have it. */
bool service_exists(enum service service);
const char *service_name(enum service service);

/* The firmware says that it offers it, services can be used at all, and it has not faulted yet. */
bool service_is_offered(enum service service);

/* EFI_RT_PROPERTIES_TABLE says that it is not there. */
bool service_is_excluded(enum service service);

/*
 * Opens a point about the service; closes it as skipped and returns false where it is not offered.
 */
bool service_begin(enum service service, const char *what);

/* Calls it, at an address of its own or, for 0, at the table's. */
efi_status service_call_at(enum service service, uint64_t address,
			   const uint64_t arguments[SERVICE_ARGUMENTS]);

/* Calls what EFI_RT_PROPERTIES_TABLE excludes, with nothing but zeros. */
efi_status service_call_excluded(enum service service);

/*
 * Calls it on another CPU, which may itself use no more than this one can. False where it is not
 * offered, or where no other CPU is there.
 */
bool service_call_elsewhere(enum service service, const uint64_t arguments[SERVICE_ARGUMENTS],
			    efi_status *status);

/*
 * While this is set, arguments are wrong on purpose: a service that falls over a null pointer has
 * taken it from them. It then ends, and may be called again.
 */
extern bool service_arguments_are_wrong;

/* Arguments are numbers: pointers go through ADDRESS(). */
#define ADDRESS(pointer) ((uint64_t)(pointer))
#define CALL(service, ...) \
	service_call_at(SERVICE_##service, 0, (const uint64_t[SERVICE_ARGUMENTS]){ __VA_ARGS__ })

/* ResetSystem, if it may be called; comes back where the firmware does nothing. */
void service_reset(uint32_t type);

/* For exception(): whether a service raised it and the frame was taken care of. */
bool service_exception(struct fault_frame *frame);

/* Comments: what the calls of each service cost, and the deepest stack of all. */
void service_show(void);

#endif
