/* SPDX-License-Identifier: BSD-2-Clause */
#include "entry/boot_entry.h"
#include "entry/menu.h"
#include "lib/path.h"
#include "lib/text.h"

#define CONF "keel.conf"

static EFI_STATUS open_file(struct volume *volume, const char *folder, const char *path,
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

static EFI_STATUS cannot_open(const struct firmware *fw, EFI_STATUS status, const char *folder,
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

EFI_STATUS boot_entry_open(const struct boot_entry *entry, struct volume *volume, const char *path,
			   struct volume_file *f)
{
	const struct firmware *fw = volume->fw;
	const EFI_STATUS status = open_file(volume, entry->folder, path, f);

	if (status == EFI_NOT_FOUND && !volume_exists(volume))
		return fail(fw, status,
			    "there is no file %s: keel.efi did not come from a volume, nor by PXE "
			    "over IPv4",
			    path);
	if (status == EFI_NOT_FOUND)
		return fail(fw, status, "there is no file %s (relative paths begin at %s)", path,
			    entry->folder);
	return EFI_ERROR(status) ? cannot_open(fw, status, "", path, f) : EFI_SUCCESS;
}

static EFI_STATUS config_wrong(const struct firmware *fw, const char *folder,
			       const struct config_error *error)
{
	if (!error->line)
		return fail(fw, EFI_INVALID_PARAMETER, "load options: %s", error->text);
	return fail(fw, EFI_INVALID_PARAMETER, "%s" CONF ", line %u: %s", folder,
		    (uint64_t)error->line, error->text);
}

/* The text goes to the block's end: what is made of it comes before it. */
static EFI_STATUS parse_file(const struct firmware *fw, struct file *file, struct boot_entry *entry)
{
	const uint64_t work_bytes = config_work_bytes(file->bytes);
	struct config_error error;
	EFI_STATUS status =
		block_allocate(fw, &entry->file, BYTES_TO_PAGES(work_bytes + file->bytes), CONF);
	char *work = block_memory(&entry->file);

	if (EFI_ERROR(status))
		return status;
	status = file->read(file, 0, work + work_bytes, file->bytes);
	if (EFI_ERROR(status))
		return fail(fw, status, "%s" CONF " cannot be read", entry->folder);
	if (config_parse(work + work_bytes, file->bytes, work, &entry->config, &error) != CONFIG_OK)
		return config_wrong(fw, entry->folder, &error);
	return EFI_SUCCESS;
}

/* EFI_NOT_FOUND, in silence, if there is no such file anywhere. */
static EFI_STATUS read_configuration(struct volume *volume, struct boot_entry *entry)
{
	const char *const folders[] = { entry->folder, "\\", "\\EFI\\keel\\" };
	EFI_STATUS status = EFI_NOT_FOUND;
	struct volume_file f;

	for (unsigned n = 0; n < sizeof(folders) / sizeof(folders[0]); n++) {
		status = open_file(volume, folders[n], CONF, &f);
		if (status == EFI_NOT_FOUND)
			continue;
		entry->folder = folders[n];
		entry->config_folder = folders[n];
		if (EFI_ERROR(status))
			return cannot_open(volume->fw, status, entry->folder, CONF, &f);
		status = parse_file(volume->fw, &f.file, entry);
		volume_close(&f);
		return status;
	}
	return status;
}

/* keel.conf, and in it the entry of that title, if there is one to look for. */
static EFI_STATUS find_in_file(struct firmware *fw, struct volume *volume, const char *title,
			       struct boot_entry *entry)
{
	struct config_error error;
	EFI_STATUS status;

	entry->config = (struct config){ 0 };
	status = read_configuration(volume, entry);
	if (status == EFI_NOT_FOUND && !title)
		return EFI_SUCCESS; /* the built-in self-check */
	if (status == EFI_NOT_FOUND)
		return fail(fw, status, "load options: entry=%s, but there is no " CONF, title);
	if (EFI_ERROR(status))
		return status;
	fw->quiet |= entry->config.quiet;
	if (!title || config_select(&entry->config, title, &error) == CONFIG_OK)
		return EFI_SUCCESS;
	return config_wrong(fw, entry->folder, &error);
}

/* The block holds what the load options are made into, and behind it the image's folder. */
static EFI_STATUS find_in_options(struct firmware *fw, const struct loaded_image *image,
				  struct volume *volume, struct boot_entry *entry)
{
	uint64_t option_bytes;
	const void *options = loaded_image_options(fw, image, &option_bytes);
	const uint64_t work_bytes = config_work_bytes(option_bytes);
	struct config *config = &entry->config;
	struct config_error error;
	EFI_STATUS status;
	char *work;

	status = block_allocate(fw, &entry->options,
				BYTES_TO_PAGES(work_bytes + loaded_image_folder_bytes(image)),
				"load options");
	if (EFI_ERROR(status))
		return status;
	work = block_memory(&entry->options);
	entry->folder = work + work_bytes;
	loaded_image_folder(image, volume, work + work_bytes);
	switch (config_parse_options(options, option_bytes, work, config, &error)) {
	case CONFIG_WRONG:
		return config_wrong(fw, entry->folder, &error);
	case CONFIG_OK:
		fw->quiet = config->quiet;
		return config->chosen ? find_in_file(fw, volume, config->chosen, entry)
				      : EFI_SUCCESS;
	case CONFIG_FOREIGN:
		note(fw, "load options are left alone: %s", error.text);
		break;
	case CONFIG_NOT_TEXT:
		note(fw, "load options: %u bytes that are no text, left alone", option_bytes);
		break;
	case CONFIG_NONE:
		fw->quiet = config->quiet;
		break;
	}
	return find_in_file(fw, volume, NULL, entry);
}

EFI_STATUS boot_entry_find(struct firmware *fw, const struct loaded_image *image,
			   struct volume *volume, struct boot_entry *entry)
{
	EFI_STATUS status;

	*entry = (struct boot_entry){ 0 };
	volume_find(fw, image->protocol, volume);
	status = find_in_options(fw, image, volume, entry);
	volume->read_ticks = 0;
	volume->read_bytes = 0;
	return status;
}

void boot_entry_select(const struct firmware *fw, struct boot_entry *entry)
{
	if (entry->config.entry_count)
		entry->wanted = entry->config.entries[menu_select(fw, &entry->config)];
}

void boot_entry_free(const struct firmware *fw, struct boot_entry *entry)
{
	block_free(fw, &entry->file);
	block_free(fw, &entry->options);
}
