/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keel's way from the firmware to the kernel, one call a step. Until the last one everything can
 * fail, and then everything is given back; the last one does not return.
 */
#include "firmware.h"
#include "lib/x86.h"
#include "lib/tsc.h"

void stage_begin(struct loader *l)
{
	l->stage_start = read_tsc();
}

void stage_end(struct loader *l, enum keel_stage stage)
{
	struct keel_boot_info *info = l->info ? l->info : &l->facts;
	const uint64_t now = read_tsc();

	info->stage_ticks[stage] += now - l->stage_start;
	l->stage_start = now;
}

static EFI_STATUS examine(struct loader *l)
{
	EFI_STATUS status = cpu_examine(l);

	if (!EFI_ERROR(status))
		status = image_examine(l);
	if (EFI_ERROR(status))
		return status;
	firmware_examine(l);
	acpi_examine(l);
	graphics_examine(l);
	random_seed(l);
	l->facts.tsc_hz = tsc_frequency(cpuid, &l->facts.tsc_source);
	stage_end(l, KEEL_STAGE_SETUP);
	return EFI_SUCCESS;
}

/* Waiting for the person at the menu is no time that anything takes; what is read here is little. */
static EFI_STATUS choose(struct loader *l)
{
	const EFI_STATUS status = configuration_read(l);

	l->facts.read_ticks = 0;
	l->facts.read_bytes = 0;
	stage_begin(l);
	return status;
}

static EFI_STATUS load(struct loader *l)
{
	EFI_STATUS status = kernel_load(l);

	if (!EFI_ERROR(status))
		status = modules_load(l);
	stage_end(l, KEEL_STAGE_LOAD);
	return status;
}

static EFI_STATUS prepare(struct loader *l)
{
	EFI_STATUS status = workspace_allocate(l);

	if (EFI_ERROR(status))
		return status;
	cpu_area_fill(l);
	stage_end(l, KEEL_STAGE_SETUP);
	report_write(l);
	return tables_prepare(l);
}

/* Called by gnu-efi's start-up code, in the C convention, after it has relocated the image. */
EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	struct loader l;
	EFI_STATUS status;

	memset(&l, 0, sizeof(l));
	l.image = image;
	l.system = system;
	l.boot = system->BootServices;
	l.runtime = system->RuntimeServices;
	l.facts.entry_tsc = read_tsc();
	stage_begin(&l);
	console_start(&l);

	status = examine(&l);
	if (!EFI_ERROR(status))
		status = choose(&l);
	if (!EFI_ERROR(status))
		status = load(&l);
	if (!EFI_ERROR(status))
		status = prepare(&l);
	if (!EFI_ERROR(status))
		status = handover(&l);
	modules_free(&l);
	image_free(&l);
	blocks_free(&l);
	return status;
}
