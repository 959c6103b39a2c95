/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loads the runtime driver \resident.efi, which gets the variant as its load options and stays;
 * then starts keel.efi.
 */
#include "hooks.h"

static EFI_STATUS load_driver(EFI_HANDLE image, const char *options)
{
	static const CHAR16 name[] = u"\\resident.efi";
	EFI_GUID image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_LOADED_IMAGE *loaded;
	EFI_HANDLE driver;
	EFI_STATUS status = boot_services->LoadImage(FALSE, image, path_on_disk(name, sizeof(name)),
						     NULL, 0, &driver);

	if (EFI_ERROR(status))
		return status;
	boot_services->HandleProtocol(driver, &image_guid, (void **)&loaded);
	loaded->LoadOptions = (void *)options;
	return boot_services->StartImage(driver, NULL, NULL);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	launch_init(image, system);
	if (EFI_ERROR(load_driver(image, variant(image))))
		complain("\\resident.efi does not start");
	launch("resident", NULL, NULL);
	return finish();
}
