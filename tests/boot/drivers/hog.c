/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts keel.efi with very little free memory, then with a little more, and so on until it boots:
 * every allocation in it fails at least once. What stays free is one piece, so that how far it gets
 * depends on its size alone.
 */
#include "launch.h"
#include "stack.h"

/* Beside Keel's stack, which comes first: the firmware itself needs some to open a file. */
#define FIRST_PAGES	(STACK_PAGES + 16)
#define FIRST_TRY_PAGES 48 /* more, so that it gets to the files */
#define STEP_PAGES	1
#define LAST_PAGES	1024 /* by then it should have booted */
#define RESERVE_PAGES	2048 /* all of this happens in so much; the rest of memory is taken first */

struct taken {
	EFI_PHYSICAL_ADDRESS phys;
	UINTN pages;
};

/* Blocks of the largest sizes that there are, so there are not many. */
static struct taken taken[512];
static UINTN taken_count;
static UINTN spare_pages;

static BOOLEAN take(UINTN pages)
{
	struct taken *t = taken + taken_count;

	if (taken_count == sizeof(taken) / sizeof(*taken))
		return FALSE;
	t->pages = pages;
	if (EFI_ERROR(boot_services->AllocatePages(AllocateAnyPages, EfiBootServicesData, pages,
						   &t->phys)))
		return FALSE;
	taken_count++;
	return TRUE;
}

/* Takes all memory but that many pages, which are one piece. */
static void take_all_but(UINTN pages)
{
	struct taken spare;

	if (!take(pages))
		return;
	spare = taken[--taken_count];
	for (UINTN size = 1 << 20; size; size /= 2)
		while (take(size))
			;
	boot_services->FreePages(spare.phys, spare.pages);
}

static void hog(void)
{
	take_all_but(spare_pages);
}

static void release(void)
{
	while (taken_count) {
		const struct taken *t = taken + --taken_count;

		boot_services->FreePages(t->phys, t->pages);
	}
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	launch_init(image, system);
	take_all_but(RESERVE_PAGES);
	taken_count = 0; /* for good */
	/* In the first try that gets so far the firmware may set something aside, and keep it. */
	spare_pages = FIRST_PAGES + FIRST_TRY_PAGES;
	launch("hog", hog, release);
	spare_pages = STACK_PAGES - 1;
	launch("hog", hog, release);
	for (spare_pages = FIRST_PAGES; spare_pages <= LAST_PAGES; spare_pages += STEP_PAGES)
		launch("hog", hog, release);
	return finish();
}
