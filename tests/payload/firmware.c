/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's memory map; see firmware.h. UEFI 2.10, 7.2.3 "GetMemoryMap". */
#include <stddef.h>
#include "firmware.h"
#include "report.h"

uint64_t firmware_count(void)
{
	return boot->efi_map_stride ? boot->efi_map_bytes / boot->efi_map_stride : 0;
}

/* UEFI 2.10, 7.2.1: its own, and all that it leaves to OEMs and OS loaders. */
bool firmware_has_type(uint32_t type)
{
	return type < KEEL_MEMORY_TYPE_UEFI_COUNT || type >= KEEL_MEMORY_TYPE_OEM;
}

static bool is_sound(const struct keel_efi_descriptor *d)
{
	const uint64_t limit_pages = (UINT64_C(1) << boot->phys_bits) / KEEL_PAGE_SIZE;
	const uint64_t first_page = d->phys / KEEL_PAGE_SIZE;

	return firmware_has_type(d->type) && d->pages != 0 && d->phys % KEEL_PAGE_SIZE == 0 &&
	       first_page < limit_pages && d->pages <= limit_pages - first_page;
}

static const struct keel_efi_descriptor *descriptor(uint64_t n)
{
	return (const void *)((const char *)boot->efi_map + n * boot->efi_map_stride);
}

const struct keel_efi_descriptor *firmware_descriptor(uint64_t n)
{
	return is_sound(descriptor(n)) ? descriptor(n) : NULL;
}

uint64_t firmware_virt(uint64_t n)
{
	return descriptor(n)->virt;
}

bool firmware_is_memory(uint32_t type)
{
	switch (type) {
	case KEEL_MEMORY_TYPE_LOADER_CODE:
	case KEEL_MEMORY_TYPE_LOADER_DATA:
	case KEEL_MEMORY_TYPE_BOOT_SERVICES_CODE:
	case KEEL_MEMORY_TYPE_BOOT_SERVICES_DATA:
	case KEEL_MEMORY_TYPE_RUNTIME_SERVICES_CODE:
	case KEEL_MEMORY_TYPE_RUNTIME_SERVICES_DATA:
	case KEEL_MEMORY_TYPE_CONVENTIONAL:
	case KEEL_MEMORY_TYPE_ACPI_RECLAIM:
	case KEEL_MEMORY_TYPE_ACPI_NVS:
	case KEEL_MEMORY_TYPE_PERSISTENT:
		return true;
	}
	return false;
}

/* Nobody may touch that: it is mapped nowhere, whatever else a descriptor says of it. */
static bool holds_unaccepted(const struct keel_efi_descriptor *d)
{
	for (uint64_t n = 0; n < firmware_count(); n++) {
		const struct keel_efi_descriptor *other = firmware_descriptor(n);

		if (other && other->type == KEEL_MEMORY_TYPE_UNACCEPTED &&
		    d->phys < other->phys + firmware_bytes(other) &&
		    other->phys < d->phys + firmware_bytes(d))
			return true;
	}
	return false;
}

bool firmware_is_runtime(const struct keel_efi_descriptor *d)
{
	return firmware_means_runtime(d->type, d->attribute) && !holds_unaccepted(d);
}

static uint64_t convert(uint64_t address, bool to_virt)
{
	for (uint64_t n = 0; n < firmware_count(); n++) {
		const struct keel_efi_descriptor *d = firmware_descriptor(n);

		if (!d || !firmware_is_runtime(d))
			continue;
		if (address - (to_virt ? d->phys : d->virt) < firmware_bytes(d))
			return address + (to_virt ? d->virt - d->phys : d->phys - d->virt);
	}
	return address;
}

uint64_t firmware_runtime_virt(uint64_t phys)
{
	return convert(phys, true);
}

uint64_t firmware_runtime_phys(uint64_t virt)
{
	return convert(virt, false);
}

enum keel_memory_type firmware_memory_type(uint32_t type, uint64_t attribute)
{
	/* The bits are capabilities; boards offer write-back on flash and ECAM. */
	if (type == KEEL_MEMORY_TYPE_MMIO || type == KEEL_MEMORY_TYPE_MMIO_PORT)
		return KEEL_MEMORY_UC;
	if (attribute & KEEL_EFI_MEMORY_WB)
		return KEEL_MEMORY_WB;
	if (attribute & KEEL_EFI_MEMORY_WT)
		return KEEL_MEMORY_WT;
	return attribute & KEEL_EFI_MEMORY_WC ? KEEL_MEMORY_WC : KEEL_MEMORY_UC;
}

struct firmware_span firmware_span(uint64_t phys)
{
	struct firmware_span span = { .end = UINT64_C(1) << boot->phys_bits };

	for (uint64_t n = 0; n < firmware_count(); n++) {
		const struct keel_efi_descriptor *d = firmware_descriptor(n);

		if (!d || d->phys + firmware_bytes(d) <= phys)
			continue;
		uint64_t boundary = d->phys > phys ? d->phys : d->phys + firmware_bytes(d);

		if (boundary < span.end)
			span.end = boundary;
		if (d->phys > phys || (span.known && !span.memory))
			continue;
		span.known = true;
		span.memory = firmware_is_memory(d->type);
		span.type = d->type;
		span.attribute = d->attribute;
	}
	return span;
}

bool firmware_all_memory(uint64_t phys, uint64_t bytes)
{
	const uint64_t limit = UINT64_C(1) << boot->phys_bits;

	if (phys >= limit || bytes > limit - phys)
		return false;
	for (const uint64_t end = phys + bytes; phys < end;) {
		const struct firmware_span span = firmware_span(phys);

		if (!span.memory)
			return false;
		phys = span.end;
	}
	return true;
}
