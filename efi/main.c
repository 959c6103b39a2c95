/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keel's way from the firmware to the kernel. Each step takes what is const and fills in its last
 * arguments. Until the last one everything can fail, and then everything is given back; the last
 * one does not return.
 */
#include "entry/boot_entry.h"
#include "files/loaded_image.h"
#include "firmware.h"
#include "handover/handover.h"
#include "load/driver.h"
#include "load/kernel.h"
#include "load/modules.h"
#include "machine/machine.h"
#include "report/file.h"
#include "space/space.h"
#include "stack.h"
#include "trust/tpm_log.h"
#include "version.h"

/* What there is before there is a stack. */
struct start {
	struct firmware fw;
	struct stopwatch watch;
};

/* Only now it is known whether that is wanted. */
static void greet(const struct firmware *fw, const char *config_folder)
{
	if (config_folder)
		say(fw, "\nKeel " KEEL_VERSION_TEXT "\n  config    %skeel.conf\n", config_folder);
	else
		say(fw, "\nKeel " KEEL_VERSION_TEXT "\n");
}

/* On Keel's own stack: all that it holds is there until the kernel is. */
static EFI_STATUS boot(void *argument)
{
	const struct start *start = argument;
	struct stopwatch watch = start->watch;
	struct firmware fw = start->fw;
	struct loaded_image self = { 0 };
	struct volume volume = { 0 };
	struct boot_entry entry = { 0 };
	struct driver driver = { 0 };
	struct machine machine = { 0 };
	struct kernel kernel = { 0 };
	struct modules modules = { 0 };
	struct space space = { 0 };
	struct trust trust = { 0 };
	struct tpm_log tpm_log = { 0 };
	const struct boot_facts facts = { &machine, &self,    &volume, &entry,
					  &kernel,  &modules, &trust,  &tpm_log };
	EFI_STATUS status;

	/* What to start. The time that the person takes at the menu, and a driver, is nobody's. */
	status = loaded_image_examine(&fw, &self);
	if (!EFI_ERROR(status))
		status = trust_examine(&fw, &trust);
	if (!EFI_ERROR(status))
		status = boot_entry_find(&fw, &self, &trust, &volume, &entry);
	stopwatch_end(&watch, KEEL_STAGE_SETUP);
	if (!EFI_ERROR(status)) {
		greet(&fw, entry.config_folder);
		status = boot_entry_select(&fw, &entry);
	}
	/* What changes the machine comes before it is looked at. */
	if (!EFI_ERROR(status))
		status = driver_start(&fw, &volume, &entry, &driver);
	stopwatch_skip(&watch);

	/* What it is started on, and its files. */
	if (!EFI_ERROR(status))
		status = machine_examine(&fw, &entry.wanted.screen, &machine);
	stopwatch_end(&watch, KEEL_STAGE_SETUP);
	if (!EFI_ERROR(status))
		status = kernel_load(&fw, &self, &volume, &entry, &kernel);
	if (!EFI_ERROR(status))
		status = modules_load(&fw, &volume, &entry, &modules);
	if (!EFI_ERROR(status))
		status = tpm_log_take(&fw, &trust, machine.tables.final_events_phys, &tpm_log);
	stopwatch_end(&watch, KEEL_STAGE_LOAD);
	if (!EFI_ERROR(status))
		report_file_write(&fw, &volume, &machine);
	stopwatch_skip(&watch);

	/* The address space that it finds, and the way there. */
	if (!EFI_ERROR(status))
		status = space_prepare(&fw, &facts, &space);
	stopwatch_end(&watch, KEEL_STAGE_SETUP);
	if (!EFI_ERROR(status))
		status = space_build(&fw, &facts, &space, &watch);
	if (!EFI_ERROR(status))
		status = handover(&fw, &facts, &space, &watch);

	space_free(&fw, &space);
	tpm_log_free(&fw, &tpm_log);
	modules_free(&fw, &modules);
	kernel_free(&fw, &kernel);
	machine_free(&fw, &machine);
	driver_unload(&fw, &driver);
	boot_entry_free(&fw, &entry);
	loaded_image_free(&fw, &self);
	return status;
}

/* Called by gnu-efi's start-up code, in the C convention, after it has relocated the image. */
EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	struct start start;
	struct block stack;
	EFI_STATUS status;

	stopwatch_start(&start.watch);
	firmware_start(&start.fw, image, system);
	status = block_allocate(&start.fw, &stack, STACK_PAGES, "the stack");
	if (!EFI_ERROR(status))
		status = stack_call(stack.phys + block_bytes(&stack), boot, &start);
	block_free(&start.fw, &stack);
	return status;
}
