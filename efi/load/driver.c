/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/driver.h"

static const EFI_GUID loaded_image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;

/* Where the file lies: UEFI 2.10, 10.3.2.3 and 10.3.1. */
struct memory_path {
	MEMMAP_DEVICE_PATH range;
	EFI_DEVICE_PATH end;
};

_Static_assert(offsetof(struct memory_path, end) == 24, "no padding between the nodes");

static struct memory_path path_of(const void *start, uint64_t bytes)
{
	struct memory_path path = {
		.range = {
			.Header = { HARDWARE_DEVICE_PATH, HW_MEMMAP_DP, { sizeof(path.range) } },
			.MemoryType = EfiLoaderData,
			.StartingAddress = (uintptr_t)start,
			.EndingAddress = (uintptr_t)start + bytes - !!bytes,
		},
		.end = { END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE,
			 { sizeof(path.end) } },
	};

	return path;
}

static EFI_STATUS refuse_driver(const struct firmware *fw, const char *name, EFI_STATUS status)
{
	if (status == EFI_SECURITY_VIOLATION || status == EFI_ACCESS_DENIED)
		return fail(fw, status,
			    "%s is not started: the firmware does not trust it (Secure Boot); sign "
			    "it with a key that the firmware knows",
			    name);
	return fail(fw, status,
		    "%s cannot be loaded by the firmware: expected a UEFI driver for x86-64", name);
}

/* What the firmware does not trust can be loaded all the same, and has a handle: 7.4.1. */
static EFI_STATUS load_image(const struct firmware *fw, const void *start, uint64_t bytes,
			     struct driver *driver)
{
	struct memory_path path = path_of(start, bytes);
	const EFI_LOADED_IMAGE *loaded;
	EFI_STATUS status = fw->boot->LoadImage(FALSE, fw->image, &path.range.Header, (void *)start,
						bytes, &driver->image);

	if (EFI_ERROR(status)) {
		if (status != EFI_SECURITY_VIOLATION)
			driver->image = NULL;
		return refuse_driver(fw, driver->name, status);
	}
	loaded = protocol_of(fw, driver->image, &loaded_image_guid);
	if (!loaded || loaded->ImageCodeType == EfiLoaderCode)
		return fail(fw, EFI_UNSUPPORTED,
			    "%s is an application: expected a boot or runtime driver",
			    driver->name);
	say(fw, "  driver    %s, %u bytes, at %x\n", driver->name, bytes,
	    (uint64_t)(uintptr_t)loaded->ImageBase);
	return EFI_SUCCESS;
}

/* An empty file has a page, too: the firmware is to say what it is. */
static EFI_STATUS read_file(const struct firmware *fw, struct file *file, struct block *content)
{
	EFI_STATUS status =
		block_allocate(fw, content, BYTES_TO_PAGES(file->bytes) + !file->bytes, file->name);

	if (EFI_ERROR(status))
		return status;
	status = file->read(file, 0, block_memory(content), file->bytes);
	return EFI_ERROR(status) ? fail(fw, status, "%s cannot be read", file->name) : status;
}

/* All of it has to be in memory, where a bundle's is already. */
static EFI_STATUS load_file(const struct firmware *fw, const struct boot_entry *entry,
			    struct volume_file *f, struct driver *driver)
{
	const uint64_t bytes = f->file.bytes;
	const void *start = f->memory;
	struct block content = { 0 };
	EFI_STATUS status = EFI_SUCCESS;

	if (!start) {
		status = read_file(fw, &f->file, &content);
		start = block_memory(&content);
	}
	if (!EFI_ERROR(status))
		status = trust_measure(fw, entry->trust, TPM_PCR_FILES, start, bytes, driver->name);
	if (!EFI_ERROR(status))
		status = load_image(fw, start, bytes, driver);
	block_free(fw, &content);
	return status;
}

/*
 * One that gives an error is unloaded by the firmware: UEFI 2.10, 7.4.5. One that the firmware does
 * not start at all stays: edk2 loads what is for 32 bits, and looks at that only here.
 */
static EFI_STATUS start_image(const struct firmware *fw, struct driver *driver)
{
	CHAR16 *exit_data = NULL;
	UINTN exit_bytes = 0;
	const EFI_STATUS status = fw->boot->StartImage(driver->image, &exit_bytes, &exit_data);

	if (exit_data)
		fw->boot->FreePool(exit_data);
	if (!EFI_ERROR(status))
		return EFI_SUCCESS;
	if (protocol_of(fw, driver->image, &loaded_image_guid)) {
		refuse_driver(fw, driver->name, status);
		driver_unload(fw, driver);
		return status;
	}
	driver->image = NULL;
	return fail(fw, status, "%s has started, and gives an error", driver->name);
}

EFI_STATUS driver_start(const struct firmware *fw, struct volume *volume,
			const struct boot_entry *entry, struct driver *driver)
{
	struct volume_file f;
	EFI_STATUS status;

	*driver = (struct driver){ .name = entry->wanted.driver };
	if (!driver->name)
		return EFI_SUCCESS;
	status = boot_entry_open(entry, volume, driver->name, &f);
	if (EFI_ERROR(status))
		return status;
	status = load_file(fw, entry, &f, driver);
	volume_close(&f);
	volume->read_ticks = 0;
	volume->read_bytes = 0;
	if (EFI_ERROR(status))
		driver_unload(fw, driver);
	return EFI_ERROR(status) ? status : start_image(fw, driver);
}

void driver_unload(const struct firmware *fw, struct driver *driver)
{
	const EFI_STATUS status =
		driver->image ? fw->boot->UnloadImage(driver->image) : EFI_SUCCESS;

	if (EFI_ERROR(status))
		note(fw, "%s stays in memory, and is at work: EFI status %p", driver->name,
		     (uint64_t)status);
	driver->image = NULL;
}
