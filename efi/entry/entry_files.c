/* SPDX-License-Identifier: BSD-2-Clause */
#include "entry/entry_files.h"
#include "lib/path.h"
#include "lib/text.h"

EFI_STATUS entry_open_file(struct volume *volume, const char *folder, const char *path,
			   struct volume_file *f)
{
	EFI_BOOT_SERVICES *boot = volume->fw->boot;
	const uint64_t units = text_bytes(folder) + text_bytes(path) + 3;
	CHAR16 *absolute;
	EFI_STATUS status =
		boot->AllocatePool(EfiLoaderData, units * sizeof(CHAR16), (void **)&absolute);

	memset(f, 0, sizeof(*f));
	if (EFI_ERROR(status))
		return status;
	status = EFI_INVALID_PARAMETER;
	if (path_resolve(folder, path, absolute, units))
		status = volume_open(volume, absolute, path, f);
	boot->FreePool(absolute);
	return status;
}

EFI_STATUS entry_cannot_open(const struct firmware *fw, EFI_STATUS status, const char *folder,
			     const char *path, const struct volume_file *f)
{
	if (status == EFI_OUT_OF_RESOURCES)
		return fail(fw, status, "no memory to open %s%s", folder, path);
	if (f->is_folder)
		return fail(fw, status, "%s%s is a folder, not a file", folder, path);
	if (f->file.bytes >> VOLUME_SIZE_BITS)
		return fail(fw, status, "%s%s says that it has %u bytes: no volume has so many",
			    folder, path, f->file.bytes);
	if (status == EFI_TIMEOUT)
		return fail(fw, status,
			    "%s%s cannot be opened: the server does not answer, or it is a folder",
			    folder, path);
	return fail(fw, status, "%s%s cannot be opened", folder, path);
}

EFI_STATUS entry_open_bundled(const struct firmware *fw, const struct bundle *bundle,
			      const char *path, struct volume_file *f)
{
	struct bundle_file file;

	if (!bundle_find(bundle, path, &file))
		return fail(fw, EFI_NOT_FOUND,
			    "there is no file %s in this bundle: make it again with keel-bundle",
			    path);
	volume_open_memory(path, file.start, file.bytes, f);
	return EFI_SUCCESS;
}

EFI_STATUS boot_entry_open(const struct boot_entry *entry, struct volume *volume, const char *path,
			   struct volume_file *f)
{
	const struct firmware *fw = volume->fw;
	EFI_STATUS status;

	if (entry->bundle)
		return entry_open_bundled(fw, entry->bundle, path, f);
	status = entry_open_file(volume, entry->folder, path, f);
	if (status == EFI_NOT_FOUND && !volume_exists(volume))
		return fail(fw, status,
			    "there is no file %s: keel.efi did not come from a volume, nor by PXE "
			    "over IPv4; put it into a bundle (keel-bundle)",
			    path);
	if (status == EFI_NOT_FOUND)
		return fail(fw, status, "there is no file %s (relative paths begin at %s)", path,
			    entry->folder);
	return EFI_ERROR(status) ? entry_cannot_open(fw, status, "", path, f) : EFI_SUCCESS;
}
