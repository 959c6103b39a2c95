/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the services of EFI 2.0 may be called; see efi_2.h. UEFI 2.10, 4.2 and 4.3. */
#include <stddef.h>
#include "efi.h"
#include "audit/efi_2.h"
#include "firmware.h"
#include "report.h"

#define REVISION_2_00 0x20000

struct vendor {
	const uint16_t *name;
	uint64_t bytes;
};

#define VENDOR(text)               \
	{                          \
		text, sizeof(text) \
	}

/*
 * Firmware that hangs. MacBookPro15,2 does in QueryVariableInfo (shim, pull request 690); Linux
 * calls no service of EFI 2.0 on any Mac (drivers/firmware/efi/efi.c).
 */
static const struct vendor hanging[] = { VENDOR(u"Apple") };

/* What is at this physical address, if all of it is memory; else NULL. */
static const void *memory_at(uint64_t phys, uint64_t bytes)
{
	struct firmware_span span;

	if (phys >> boot->phys_bits)
		return NULL;
	span = firmware_span(phys);
	return span.memory && bytes <= span.end - phys ? (const void *)KEEL_DIRECT_MAP(phys) : NULL;
}

bool efi_2_exists(void)
{
	const struct efi_system_table *system =
		memory_at(boot->efi_system_table_phys, sizeof(*system));
	const struct efi_runtime_services *services = NULL;

	if (system)
		services = memory_at(firmware_runtime_phys((uint64_t)system->runtime_services),
				     sizeof(*services));
	return services && system->header.revision >= REVISION_2_00 &&
	       services->header.revision >= REVISION_2_00 &&
	       services->header.header_bytes >= sizeof(*services);
}

bool efi_2_hangs(void)
{
	for (unsigned n = 0; n < sizeof(hanging) / sizeof(hanging[0]); n++) {
		const void *name = memory_at(boot->efi_vendor_phys, hanging[n].bytes);

		if (name && !__builtin_memcmp(name, hanging[n].name, hanging[n].bytes))
			return true;
	}
	return false;
}
