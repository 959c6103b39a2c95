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

/* The runtime descriptor that stands next above that one in the region; NULL: its end does. */
static const struct keel_efi_descriptor *next_above(const struct keel_efi_descriptor *d)
{
	const struct keel_efi_descriptor *found = NULL;

	for (uint64_t n = 0; n < firmware_count(); n++) {
		const struct keel_efi_descriptor *other = runtime_descriptor(n);

		if (other && other != d && other->virt >= d->virt &&
		    (!found || other->virt < found->virt))
			found = other;
	}
	return found;
}

static void check_descriptor_place(const struct keel_efi_descriptor *d)
{
	const struct keel_efi_descriptor *above = next_above(d);
	const uint64_t limit = above ? above->virt : KEEL_EFI_LAST + 1;

	expect("modulo 2 MB", d->virt, d->phys % KEEL_EFI_ALIGN, d->virt % KEEL_EFI_ALIGN);
	expect("begins in the region", d->virt, true,
	       d->virt >= KEEL_EFI_START && d->virt <= KEEL_EFI_LAST);
	expect("ends below the next one", d->virt, true,
	       d->virt < limit && firmware_bytes(d) <= limit - d->virt);
	expect("less than 2 MB is left free below the next one", d->virt, true,
	       limit - firmware_bytes(d) - d->virt < KEEL_EFI_ALIGN);
	if (above)
		expect("the next one follows in physical memory, too", d->virt, true,
		       above->phys >= d->phys);
}

/*
 * Wherever in the array they are: images were split into pieces that expect each other where they
 * were in physical memory.
 */
static void expect_neighbours(const struct keel_efi_descriptor *d)
{
	for (uint64_t n = 0; n < firmware_count(); n++) {
		const struct keel_efi_descriptor *other = runtime_descriptor(n);

		if (other && d->phys + firmware_bytes(d) == other->phys)
			expect("neighbours in physical memory are neighbours", d->virt, other->virt,
			       d->virt + firmware_bytes(d));
	}
}

static void check_placement(void)
{
	point_begin("EFI region: descriptors stand top down, in order of physical addresses");
	for (uint64_t n = 0; n < firmware_count(); n++) {
		if (!runtime_descriptor(n)) {
			expect("address of what has no place in the region", n, 0,
			       firmware_virt(n));
			continue;
		}
		check_descriptor_place(runtime_descriptor(n));
		expect_neighbours(runtime_descriptor(n));
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
