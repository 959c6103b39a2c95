/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware, handed over as kexec does it: SetVirtualAddressMap has been called, and Linux maps
 * the runtime services where they are. It gets the runtime ranges with their addresses in the EFI
 * region, and what SetVirtualAddressMap has changed as it was before.
 */
#include <keel/runtime.h>
#include "linux.h"

static struct mm_descriptors firmware_map(void)
{
	return (struct mm_descriptors){ (void *)boot->efi_map, boot->efi_map_bytes,
					boot->efi_map_stride };
}

/* Some firmware moves addresses in its configuration table along with its services. */
static uint64_t physical(uint64_t address)
{
	const struct mm_descriptors map = firmware_map();

	for (uint64_t n = 0; n < mm_descriptor_count(&map); n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(&map, n);

		if (d->virt && address - d->virt < d->pages << KEEL_PAGE_SHIFT)
			return address - d->virt + d->phys;
	}
	return address;
}

static struct keel_efi_config_entry *config_table(void)
{
	return (struct keel_efi_config_entry *)boot->efi_config_table_virt;
}

static void correct_config_table(void)
{
	for (uint64_t n = 0; config_table() && n < boot->efi_config_table_count; n++) {
		struct keel_efi_config_entry *entry = config_table() + n;

		if (physical(entry->table_phys) != entry->table_phys)
			entry->table_phys = physical(entry->table_phys);
	}
}

/* Only what has an address in the EFI region: Linux maps each of these, and nothing else. */
static void fill_map(struct efi_info *info)
{
	const struct mm_descriptors map = firmware_map();
	struct keel_efi_descriptor *to = pages_take(mm_descriptor_count(&map) * sizeof(*to));
	const uint64_t phys = KEEL_DIRECT_MAP_PHYS((uint64_t)to);
	uint32_t count = 0;

	for (uint64_t n = 0; n < mm_descriptor_count(&map); n++)
		if (mm_descriptor(&map, n)->virt)
			to[count++] = *mm_descriptor(&map, n);
	info->memdesc_size = sizeof(*to);
	info->memdesc_version = boot->efi_map_version;
	info->memmap = (uint32_t)phys;
	info->memmap_hi = (uint32_t)(phys >> 32);
	info->memmap_size = count * info->memdesc_size;
}

void efi_fill(struct boot_params *params)
{
	struct setup_efi *efi;

	params->acpi_rsdp_addr = physical(boot->rsdp_phys);
	if (boot->runtime_state != KEEL_RUNTIME_VIRTUAL) {
		say("linux: note: the firmware's services have no virtual addresses: Linux starts without them");
		return;
	}
	correct_config_table();
	fill_map(&params->efi_info);
	params->efi_info.loader_signature = EFI_LOADER_SIGNATURE;
	params->efi_info.systab = (uint32_t)boot->efi_system_table_phys;
	params->efi_info.systab_hi = (uint32_t)(boot->efi_system_table_phys >> 32);
	efi = pages_take(sizeof(*efi));
	efi->fw_vendor = boot->efi_vendor_phys;
	efi->tables = boot->efi_config_table_phys;
	efi->smbios = physical(boot->smbios_phys);
	params_add(params, &efi->list, SETUP_EFI, sizeof(*efi) - sizeof(efi->list));
}

/* For tables of any kind: the logs of a TPM that edk2 keeps have as much, all others less. */
#define TABLE_BYTES (UINT64_C(64) << 10)

const struct piece *efi_kept(void)
{
	struct piece *kept = pages_take(boot->efi_config_table_count * sizeof(*kept));

	for (uint64_t n = 0; config_table() && n < boot->efi_config_table_count; n++) {
		kept[n].phys = config_table()[n].table_phys & ~(KEEL_PAGE_SIZE - 1);
		kept[n].bytes = TABLE_BYTES;
	}
	return kept;
}
