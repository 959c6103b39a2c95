/* SPDX-License-Identifier: BSD-2-Clause */
/* The strict part of the audit; see strict.h. */
#include <stddef.h>
#include "audit/clock.h"
#include "audit/elsewhere.h"
#include "audit/finding.h"
#include "audit/mark.h"
#include "audit/names.h"
#include "audit/service.h"
#include "audit/strict.h"
#include "audit/variables.h"
#include "audit/wrong_arguments.h"
#include "firmware.h"

/* Returns the last count; 0 if there was none. */
static uint32_t monotonic_count(void)
{
	uint32_t first = 0, second = 0;
	efi_status status;

	if (!service_begin(SERVICE_GET_NEXT_HIGH_MONOTONIC_COUNT, "counts up"))
		return 0;
	status = CALL(GET_NEXT_HIGH_MONOTONIC_COUNT, ADDRESS(&first));
	/* Most firmware has no EFI_RT_PROPERTIES_TABLE that could say so in advance. */
	if (status != EFI_UNSUPPORTED &&
	    judge(KEEL_FINDING_MONOTONIC_COUNT, "status", EFI_SUCCESS, status) &&
	    judge(KEEL_FINDING_MONOTONIC_COUNT, "status", EFI_SUCCESS,
		  CALL(GET_NEXT_HIGH_MONOTONIC_COUNT, ADDRESS(&second))))
		judge_true(KEEL_FINDING_MONOTONIC_COUNT, second > first, "second count", second);
	point_end();
	return second;
}

/* The entry of SetVirtualAddressMap is not among those that the call converts: it is physical. */
static void second_call(void)
{
	const uint64_t at = service_address(SERVICE_SET_VIRTUAL_ADDRESS_MAP);
	const uint64_t arguments[SERVICE_ARGUMENTS] = { boot->efi_map_bytes, boot->efi_map_stride,
							boot->efi_map_version,
							ADDRESS(boot->efi_map) };

	if (!service_begin(SERVICE_SET_VIRTUAL_ADDRESS_MAP, "refuses a second call"))
		return;
	judge(KEEL_FINDING_SVAM_TWICE, "status", EFI_UNSUPPORTED,
	      service_call_at(SERVICE_SET_VIRTUAL_ADDRESS_MAP, firmware_runtime_virt(at),
			      arguments));
	point_end();
}

/* 8.2.3: data is added to what is there; nothing and no attributes delete. */
static void append(void)
{
	static const uint16_t name[] = u"KeelSelfCheckAppend";
	static const char whole[] = "beginning and end";
	const uint64_t first = sizeof("beginning") - 1;

	if (!variable_begin("appends, and deletes by attributes 0"))
		return;
	if (variable_create(name, &own_vendor, whole, first)) {
		if (judge(KEEL_FINDING_VARIABLE_ATTRIBUTES, "status of appending", EFI_SUCCESS,
			  variable_set(name, &own_vendor,
				       OWN_ATTRIBUTES | EFI_VARIABLE_APPEND_WRITE,
				       sizeof(whole) - first, whole + first)))
			variable_judge(name, &own_vendor, whole, sizeof(whole));
		if (!judge(KEEL_FINDING_VARIABLE_ATTRIBUTES, "status of deletion by attributes 0",
			   EFI_SUCCESS, variable_set(name, &own_vendor, 0, 0, NULL)))
			variable_delete(name, &own_vendor);
	}
	point_end();
}

/* A name that is the beginning of another, and one that differs in case only. */
static void similar_names(void)
{
	static const uint16_t *const names[] = { u"KeelSelfCheckName", u"KeelSelfCheckName2",
						 u"KeelSelfCheckNAME" };
	/* Each has a length of its own: all of them are the beginning of this. */
	static const char text[] = "as long as it takes";
	static const uint8_t lengths[] = { 3, 7, 19 };
	unsigned created = 0;

	if (!variable_begin("keeps similar names apart"))
		return;
	while (created < 3 && variable_create(names[created], &own_vendor, text, lengths[created]))
		created++;
	for (unsigned n = 0; n < created; n++) {
		char back[64];
		uint64_t bytes = sizeof(back);

		variable_get(names[n], &own_vendor, back, &bytes, NULL);
		judge(KEEL_FINDING_VARIABLE_MIXED, "bytes of a similar name", lengths[n], bytes);
	}
	while (created)
		variable_delete(names[--created], &own_vendor);
	point_end();
}

/* 8.2.3, 8.2.6: not without a descriptor that is signed, respectively not any more. */
static void authenticated(void)
{
	static const uint16_t name[] = u"KeelSelfCheckSigned";
	static const uint32_t attributes[] = { EFI_VARIABLE_AUTHENTICATED,
					       EFI_VARIABLE_TIME_BASED_AUTHENTICATED };
	static const char data[] = "not signed by anybody";

	if (!variable_begin("refuses what should be signed and is not"))
		return;
	for (unsigned n = 0; n < sizeof(attributes) / sizeof(attributes[0]); n++) {
		const efi_status status = variable_set(
			name, &own_vendor, OWN_ATTRIBUTES | attributes[n], sizeof(data), data);

		if (judge_true(KEEL_FINDING_VARIABLE_ATTRIBUTES, status != EFI_SUCCESS,
			       "attributes that were taken without a signature", attributes[n]))
			continue;
		variable_set(name, &own_vendor, OWN_ATTRIBUTES | attributes[n], 0, NULL);
	}
	point_end();
}

/* The firmware's own flags; the same value, so that nothing changes where it is taken. */
static void protected_flags(void)
{
	uint8_t value = 0;
	uint64_t bytes = sizeof(value);
	uint32_t attributes = 0;

	if (!service_begin(SERVICE_SET_VARIABLE, "lets nobody write SecureBoot"))
		return;
	if (variable_get(u"SecureBoot", &global_vendor, &value, &bytes, &attributes) !=
	    EFI_SUCCESS) {
		point_skip("there is no such variable");
		return;
	}
	judge_true(KEEL_FINDING_SECURE_BOOT_VARIABLES,
		   variable_set(u"SecureBoot", &global_vendor, attributes, bytes, &value) !=
			   EFI_SUCCESS,
		   "SecureBoot was written, value", value);
	point_end();
}

/* 8.5.3: whether a capsule would be taken. It is a header alone, of a kind that nobody knows. */
void audit_capsule_query(void)
{
	static const struct {
		struct efi_guid guid;
		uint32_t header_bytes, flags, image_bytes;
	} capsule = { { 0x6b65656c, 1, 2, { 3 } }, 28, 0, 28 };
	static const void *const capsules[] = { &capsule };
	uint64_t maximum = 0;
	uint32_t reset_type = 0;
	efi_status status;

	if (!service_begin(SERVICE_QUERY_CAPSULE_CAPABILITIES, "answers"))
		return;
	status = CALL(QUERY_CAPSULE_CAPABILITIES, ADDRESS(capsules), 1, ADDRESS(&maximum),
		      ADDRESS(&reset_type));
	judge_true(KEEL_FINDING_CAPSULE_QUERY,
		   status == EFI_SUCCESS || status == EFI_UNSUPPORTED ||
			   status == EFI_INVALID_PARAMETER || status == EFI_OUT_OF_RESOURCES,
		   "status", status);
	point_end();
}

/* 4.6.2: what the table excludes is there all the same, and says that it is not supported. */
static void excluded_services(void)
{
	for (enum service service = 0; service < SERVICE_COUNT; service++) {
		if (service == SERVICE_SET_VIRTUAL_ADDRESS_MAP || !service_is_excluded(service))
			continue;
		point_begin_firmware("%s, which is excluded, says so", service_name(service));
		judge(KEEL_FINDING_PROPERTIES_EXCLUDED, service_name(service), EFI_UNSUPPORTED,
		      service_call_excluded(service));
		point_end();
	}
}

void audit_strict(bool again)
{
	uint32_t high_count;

	mark_judge(again);
	audit_clock_strict();
	high_count = monotonic_count();
	append();
	similar_names();
	authenticated();
	protected_flags();
	audit_elsewhere();
	audit_wrong_arguments();
	excluded_services();
	second_call();
	mark_leave(high_count);
}
