/* SPDX-License-Identifier: BSD-2-Clause */
/* The EFI region, against the firmware's descriptors and its Memory Attributes Table. */
#include <stddef.h>
#include "checks.h"
#include "firmware.h"
#include "found.h"
#include "report.h"

static const struct keel_efi_descriptor *runtime_descriptor(uint64_t n)
{
	const struct keel_efi_descriptor *d = firmware_descriptor(n);

	return d && firmware_is_runtime(d) ? d : NULL;
}

/*
 * From the last descriptor to the first, downwards; what is adjacent in physical memory stays
 * adjacent, because images were split into pieces that expect each other there.
 */
static void check_placement(void)
{
	uint64_t above = KEEL_EFI_LAST + 1;
	const struct keel_efi_descriptor *next = NULL;

	point_begin("EFI region: descriptors stand top down, in the firmware's order");
	for (uint64_t n = firmware_count(); n-- > 0;) {
		const struct keel_efi_descriptor *d = runtime_descriptor(n);

		if (!d)
			continue;
		expect("modulo 2 MB", d->virt, d->phys % KEEL_EFI_ALIGN, d->virt % KEEL_EFI_ALIGN);
		expect("begins in the region", d->virt, true,
		       d->virt >= KEEL_EFI_START && d->virt <= KEEL_EFI_LAST);
		expect("ends below the one before", d->virt, true,
		       d->virt < above && firmware_bytes(d) <= above - d->virt);
		expect("less than 2 MB is left free below the one before", d->virt, true,
		       above - firmware_bytes(d) - d->virt < KEEL_EFI_ALIGN);
		if (next && d->phys + firmware_bytes(d) == next->phys)
			expect("stays adjacent", d->virt, next->virt, d->virt + firmware_bytes(d));
		above = d->virt;
		next = d;
	}
	point_end();
}

static void expect_descriptor(const struct keel_efi_descriptor *d)
{
	for (uint64_t phys = d->phys; phys < d->phys + firmware_bytes(d);) {
		uint64_t end;
		struct found_piece piece = {
			.virt = d->virt + (phys - d->phys),
			.phys = phys,
			.rights = firmware_rights(d, phys, &end),
			.memory_type = firmware_memory_type(d->type, d->attribute),
		};

		piece.bytes = end - phys;
		found_expect(&piece);
		phys = end;
	}
}

static void check_contents(void)
{
	point_begin("EFI region: each runtime descriptor, with its Memory Attributes' rights");
	for (uint64_t n = 0; n < firmware_count(); n++)
		if (runtime_descriptor(n))
			expect_descriptor(runtime_descriptor(n));
	point_end();
	point_begin("EFI region: nothing but the runtime descriptors");
	found_expect_nothing_else(KEEL_REGION_EFI);
	point_end();
}

/* Code without a usable table of attributes is writable and executable, and that is said. */
static void check_flag(void)
{
	const struct found_row *row = &found_rows[KEEL_REGION_EFI];
	bool writable_code = false;

	for (uint64_t n = row->first_run; n < row->end_run; n++)
		writable_code |= (found_runs[n].rights & RIGHTS_RWX) == RIGHTS_RWX;
	point_begin("EFI region: boot_info says whether runtime code is writable");
	expect("KEEL_FLAG_RUNTIME_CODE_WRITABLE", 0, writable_code,
	       (boot->flags & KEEL_FLAG_RUNTIME_CODE_WRITABLE) != 0);
	point_end();
}

void check_efi_region(void)
{
	found_forget(KEEL_REGION_EFI);
	check_placement();
	check_contents();
	check_flag();
}
