/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The audit's runtime driver, audit.efi. ConvertPointer can be called only by what the firmware
 * notifies of SetVirtualAddressMap, and that has to lie in memory for run time (UEFI 2.10, 7.1.1
 * and 8.4.2): so it takes a driver to try it. This one writes down what ConvertPointer answers, and
 * does nothing else: no service is hooked. record.h is for the self-check, which judges it.
 */
#include <efi.h>
#include "record.h"

static EFI_GUID record_guid = DRIVER_GUID;
static EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;

static EFI_BOOT_SERVICES *boot_services;
static EFI_RUNTIME_SERVICES *runtime_services;
static UINT64 last_byte; /* of this image */
static EFI_EVENT event;

/* In the image: reached from the instruction pointer, at old addresses and at new ones. */
static struct driver_record record = { .magic = DRIVER_MAGIC, .version = DRIVER_VERSION };

static void try_to_convert(UINTN disposition, UINT64 address)
{
	struct driver_trial *trial = &record.trials[record.trial_count++];
	void *pointer = (void *)address;

	trial->disposition = disposition;
	trial->before = address;
	trial->status = runtime_services->ConvertPointer(disposition, &pointer);
	trial->after = (UINT64)pointer;
}

/* Boot services have ended, and all addresses are still physical ones. The first time counts. */
static void EFIAPI notified(EFI_EVENT of, void *context)
{
	(void)of;
	(void)context;
	if (record.notified++)
		return;
	try_to_convert(0, (UINT64)notified);
	try_to_convert(0, (UINT64)&record);
	try_to_convert(0, last_byte);
	try_to_convert(EFI_OPTIONAL_PTR, 0);
	try_to_convert(0, 0);
	try_to_convert(0, DRIVER_NOWHERE);
}

static EFI_STATUS EFIAPI unload(EFI_HANDLE image)
{
	(void)image;
	boot_services->InstallConfigurationTable(&record_guid, NULL);
	return boot_services->CloseEvent(event);
}

/* CreateEvent, and not CreateEventEx: EFI 1.x has only that. */
EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	EFI_LOADED_IMAGE *loaded;
	EFI_STATUS status;

	boot_services = system->BootServices;
	runtime_services = system->RuntimeServices;
	status = boot_services->HandleProtocol(image, &image_guid, (void **)&loaded);
	if (EFI_ERROR(status))
		return status;
	last_byte = (UINT64)loaded->ImageBase + loaded->ImageSize - 1;
	status = boot_services->CreateEvent(EVT_SIGNAL_VIRTUAL_ADDRESS_CHANGE, TPL_NOTIFY, notified,
					    NULL, &event);
	if (EFI_ERROR(status))
		return status;
	status = boot_services->InstallConfigurationTable(&record_guid, &record);
	if (EFI_ERROR(status))
		boot_services->CloseEvent(event);
	else
		loaded->Unload = unload;
	return status;
}
