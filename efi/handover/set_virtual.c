/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SetVirtualAddressMap (UEFI 2.10, 8.4), and what came of it. It works once, and it is called with
 * boot services gone: whatever it does, short of never returning, the kernel is started, and told.
 */
#include "firmware.h"
#include "lib/x86.h"
#include "lib/crc.h"

#define RT_SET_VIRTUAL_ADDRESS_MAP KEEL_U64(0x80) /* EFI_RT_SUPPORTED_..., UEFI 2.10, 4.6.2 */

/* The descriptors with an address, in the firmware's order and with its stride. */
void runtime_map_collect(const struct loader *l, void *to, uint64_t *bytes)
{
	const struct mm_descriptors *all = &l->request.descriptors;
	char *at = to;

	for (uint64_t n = 0; n < mm_descriptor_count(all); n++) {
		if (!mm_descriptor(all, n)->virt)
			continue;
		memcpy(at, mm_descriptor(all, n), all->stride);
		/* Firmware converts by this bit, even where its own map forgot it. */
		((struct keel_efi_descriptor *)at)->attribute |= KEEL_EFI_MEMORY_RUNTIME;
		at += all->stride;
	}
	*bytes = at - (char *)to;
}

/* The descriptor of the runtime map in which a virtual or physical address lies, or NULL. */
static const struct keel_efi_descriptor *find(const struct loader *l, uint64_t address, bool virt)
{
	const struct mm_descriptors map = { l->runtime_map, l->runtime_map_bytes,
					    l->request.descriptors.stride };

	for (uint64_t n = 0; n < mm_descriptor_count(&map); n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(&map, n);

		if (address - (virt ? d->virt : d->phys) < d->pages << KEEL_PAGE_SHIFT)
			return d;
	}
	return NULL;
}

uint64_t runtime_virt(const struct loader *l, uint64_t phys)
{
	const struct keel_efi_descriptor *d = find(l, phys, false);

	return d ? d->virt + (phys - d->phys) : KEEL_DIRECT_MAP(phys);
}

/* The CRC32 of a table's header covers the table with the field itself as zero. */
static bool crc_is_stale(EFI_TABLE_HEADER *header)
{
	const uint32_t stored = header->CRC32;
	uint32_t computed;

	if (header->HeaderSize > KEEL_PAGE_SIZE)
		return true;
	header->CRC32 = 0;
	computed = crc32(0, header, header->HeaderSize);
	header->CRC32 = stored;
	return stored != computed;
}

/* Has every runtime function moved into the EFI region? Two of them are not converted. */
static bool functions_moved(const struct loader *l, const EFI_RUNTIME_SERVICES *services)
{
	const uint64_t pointers[] = {
		(uintptr_t)services->GetTime,	    (uintptr_t)services->SetTime,
		(uintptr_t)services->GetWakeupTime, (uintptr_t)services->SetWakeupTime,
		(uintptr_t)services->GetVariable,   (uintptr_t)services->GetNextVariableName,
		(uintptr_t)services->SetVariable,   (uintptr_t)services->GetNextHighMonotonicCount,
		(uintptr_t)services->ResetSystem,
	};

	for (unsigned n = 0; n < sizeof(pointers) / sizeof(pointers[0]); n++)
		if (!find(l, pointers[n], true))
			return false;
	return true;
}

/* Success is not believed: some firmware returns it and has converted nothing. */
static enum keel_runtime_state examine(struct loader *l)
{
	const uint64_t services_virt = (uintptr_t)l->system->RuntimeServices;
	const struct keel_efi_descriptor *d = find(l, services_virt, true);

	if (!d || d->phys + (services_virt - d->virt) != (uintptr_t)l->runtime ||
	    !functions_moved(l, l->runtime))
		return KEEL_RUNTIME_FAILED;
	if (crc_is_stale(&l->system->Hdr) || crc_is_stale(&l->runtime->Hdr))
		l->info->flags |= KEEL_FLAG_STALE_SYSTEM_TABLE_CRC;
	return KEEL_RUNTIME_VIRTUAL;
}

void runtime_set_virtual(struct loader *l)
{
	EFI_STATUS status;

	if (!(l->info->runtime_supported & RT_SET_VIRTUAL_ADDRESS_MAP)) {
		l->info->runtime_state = KEEL_RUNTIME_UNSUPPORTED;
		return;
	}
	status =
		fault_call(l->runtime->SetVirtualAddressMap, l->runtime_map_bytes,
			   l->request.descriptors.stride, l->info->efi_map_version, l->runtime_map);
	if (fault.count) {
		status = EFI_ABORTED;
		l->info->runtime_fault_rip = fault.rip;
		l->info->runtime_fault_cr2 = fault.cr2;
		l->info->runtime_fault_vector = fault.vector;
		l->info->runtime_fault_error = fault.error;
	}
	l->info->runtime_status = status;
	l->info->runtime_state = EFI_ERROR(status) ? KEEL_RUNTIME_FAILED : examine(l);
}
