/* SPDX-License-Identifier: BSD-2-Clause */
/* What ConvertPointer has answered; see converted.h. UEFI 2.10, 7.1.1 and 8.4.2. */
#include "audit/converted.h"
#include "audit/finding.h"
#include "driver/record.h"
#include "efi.h"
#include "firmware.h"
#include "firmware_tables.h"
#include "follow_tables.h"

#define EFI_OPTIONAL_PTR 0x1

/* NULL: the driver was not started. */
static const struct driver_record *record_of_driver(void)
{
	static const struct efi_guid guid = DRIVER_GUID;
	const uint64_t phys = config_table(&guid);
	const struct driver_record *record = (const void *)KEEL_DIRECT_MAP(phys);

	if (!phys || !is_reached(phys, sizeof(*record)))
		return NULL;
	return record->magic == DRIVER_MAGIC && record->version == DRIVER_VERSION &&
			       record->trial_count <= DRIVER_TRIALS_MOST
		       ? record
		       : NULL;
}

/* A driver's own pointer, or one that may be NULL, is to be given another address, or none. */
static void judge_conversion(const struct driver_trial *t)
{
	const uint64_t expected = t->before ? firmware_runtime_virt(t->before) : 0;

	if (t->status != EFI_SUCCESS)
		finding(KEEL_FINDING_CONVERT_POINTER, "of %lx: EFI status 0x%lx", t->before,
			t->status);
	else if (t->after != expected)
		finding(KEEL_FINDING_CONVERT_POINTER, "of %lx: expected %lx, found %lx", t->before,
			expected, t->after);
}

/* What comes of a pointer that is refused UEFI leaves open. */
static void judge_refusal(const struct driver_trial *t)
{
	const uint64_t expected = t->before ? EFI_NOT_FOUND : EFI_INVALID_PARAMETER;

	if (t->status != expected)
		finding(KEEL_FINDING_WRONG_ARGUMENTS,
			"ConvertPointer of %lx: EFI status 0x%lx, expected 0x%lx", t->before,
			t->status, expected);
}

static void judge_trials(const struct driver_record *record)
{
	for (const struct driver_trial *t = record->trials;
	     t < record->trials + record->trial_count; t++) {
		if (t->before ? firmware_runtime_virt(t->before) != t->before
			      : t->disposition & EFI_OPTIONAL_PTR)
			judge_conversion(t);
		else
			judge_refusal(t);
	}
}

/* Where not, the point is skipped. */
static bool can_be_judged(const struct driver_record *record)
{
	if (!record)
		point_skip("no audit.efi of this version was started");
	else if (!efi_runtime_services())
		point_skip("runtime services cannot be used");
	else if (!(boot->runtime_supported & EFI_RT_SUPPORTED_CONVERT_POINTER))
		point_skip("EFI_RT_PROPERTIES_TABLE does not offer ConvertPointer");
	else
		return true;
	return false;
}

void audit_converted(void)
{
	const struct driver_record *record = record_of_driver();

	point_begin_firmware("a driver is notified, and its pointers are converted");
	if (!can_be_judged(record))
		return;
	if (!record->notified)
		finding(KEEL_FINDING_EVENT_LOST, "audit.efi was not called");
	else if (record->notified > 1)
		finding(KEEL_FINDING_EVENT_TWICE, "audit.efi was called %u times",
			record->notified);
	judge_trials(record);
	comment("ConvertPointer notified=%u trials=%lu", record->notified, record->trial_count);
	point_end();
}
