/* SPDX-License-Identifier: BSD-2-Clause */
/* The Memory Attributes Table and the rights in it; see firmware.h. UEFI 2.10, 4.6.4. */
#include <stddef.h>
#include "efi.h"
#include "firmware.h"
#include "found.h"
#include "report.h"

static const struct efi_memory_attributes *table(void)
{
	return boot->efi_memory_attributes;
}

static const struct keel_efi_descriptor *entry_at(uint64_t n)
{
	return (const void *)((const char *)(table() + 1) + n * table()->entry_bytes);
}

static uint64_t end_of(const struct keel_efi_descriptor *d)
{
	return d->phys + firmware_bytes(d);
}

/* "Each entry shall describe memory that lies in one runtime descriptor", of the same type. */
static bool lies_in_descriptor(const struct keel_efi_descriptor *entry)
{
	for (uint64_t n = 0; n < firmware_count(); n++) {
		const struct keel_efi_descriptor *d = firmware_descriptor(n);

		if (d && firmware_is_runtime(d) && d->type == entry->type &&
		    d->phys <= entry->phys && end_of(entry) <= end_of(d))
			return true;
	}
	return false;
}

bool firmware_attributes_are_there(void)
{
	const uint64_t bytes = boot->efi_memory_attributes_bytes;

	return table() && bytes >= sizeof(*table()) && table()->count &&
	       table()->entry_bytes >= sizeof(struct keel_efi_descriptor) &&
	       table()->entry_bytes % sizeof(uint64_t) == 0 &&
	       (bytes - sizeof(*table())) / table()->entry_bytes >= table()->count;
}

static bool check_attributes(void)
{
	uint64_t end = 0;

	if (!firmware_attributes_are_there())
		return false;
	for (uint64_t n = 0; n < table()->count; n++) {
		const struct keel_efi_descriptor *e = entry_at(n);
		bool runtime_type = e->type == KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE ||
				    e->type == KEEL_MEMORY_TYPE_RUNTIME_SERVICES_DATA;

		if (!runtime_type || e->pages == 0 || e->phys < end || end_of(e) <= e->phys ||
		    !lies_in_descriptor(e))
			return false;
		end = end_of(e);
	}
	return true;
}

bool firmware_has_attributes(void)
{
	static enum { UNKNOWN, YES, NO } answer;

	if (answer == UNKNOWN)
		answer = check_attributes() ? YES : NO;
	return answer == YES;
}

/* RO and XP are the only rights in the table; data that has neither is data all the same. */
static uint8_t rights_of(uint32_t type, uint64_t attribute)
{
	bool code = type == KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE;
	bool read_only = attribute & KEEL_EFI_MEMORY_RO;
	bool no_execute = attribute & KEEL_EFI_MEMORY_XP || (!code && !read_only);

	return (uint8_t)((read_only ? 0 : RIGHT_W) | (no_execute ? 0 : RIGHT_X));
}

uint8_t firmware_rights(const struct keel_efi_descriptor *d, uint64_t phys, uint64_t *end)
{
	*end = end_of(d);
	if (!firmware_has_attributes())
		return rights_of(d->type, 0);
	for (uint64_t n = 0; n < table()->count; n++) {
		const struct keel_efi_descriptor *e = entry_at(n);

		if (end_of(e) <= phys)
			continue;
		if (e->phys > phys) {
			if (e->phys < *end)
				*end = e->phys;
			return rights_of(d->type, 0);
		}
		if (end_of(e) < *end)
			*end = end_of(e);
		return rights_of(d->type, e->attribute);
	}
	return rights_of(d->type, 0);
}
