/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What to start: what the image's load options say, else the first keel.conf that there is, else
 * the built-in self-check. config.h reads them; here they are found.
 */
#include "entry/boot_entry.h"
#include "entry/menu.h"
#include "lib/path.h"

#define CONF "keel.conf"

static const struct config_entry built_in; /* no title, no kernel's file: the self-check */

static uint64_t length(const char *text)
{
	uint64_t n = 0;

	while (text[n])
		n++;
	return n;
}

static EFI_STATUS open_file(struct loader *l, const char *folder, const char *path,
			    struct volume_file *f)
{
	const uint64_t units = length(folder) + length(path) + 3;
	CHAR16 *absolute;
	EFI_STATUS status =
		l->boot->AllocatePool(EfiLoaderData, units * sizeof(CHAR16), (void **)&absolute);

	memset(f, 0, sizeof(*f));
	if (EFI_ERROR(status))
		return status;
	status = EFI_INVALID_PARAMETER;
	if (path_resolve(folder, path, absolute, units))
		status = volume_open(l, absolute, path, f);
	l->boot->FreePool(absolute);
	return status;
}

static EFI_STATUS cannot_open(const struct loader *l, EFI_STATUS status, const char *folder,
			      const char *path, const struct volume_file *f)
{
	if (status == EFI_OUT_OF_RESOURCES)
		return fail(l, status, "no memory to open %s%s", folder, path);
	if (f->is_folder)
		return fail(l, status, "%s%s is a folder, not a file", folder, path);
	if (f->file.bytes >> VOLUME_SIZE_BITS)
		return fail(l, status, "%s%s says that it has %u bytes: no volume has so many",
			    folder, path, f->file.bytes);
	return fail(l, status, "%s%s cannot be opened", folder, path);
}

EFI_STATUS configured_open(struct loader *l, const char *path, struct volume_file *f)
{
	const EFI_STATUS status = open_file(l, l->folder, path, f);

	if (status == EFI_NOT_FOUND && !volume_exists(l))
		return fail(l, status,
			    "there is no file %s: keel.efi did not come from a volume, nor by PXE "
			    "over IPv4",
			    path);
	if (status == EFI_NOT_FOUND)
		return fail(l, status, "there is no file %s (relative paths begin at %s)", path,
			    l->folder);
	return EFI_ERROR(status) ? cannot_open(l, status, "", path, f) : EFI_SUCCESS;
}

static EFI_STATUS wrong(const struct loader *l, const struct config_error *error)
{
	if (!error->line)
		return fail(l, EFI_INVALID_PARAMETER, "load options: %s", error->text);
	return fail(l, EFI_INVALID_PARAMETER, "%s" CONF ", line %u: %s", l->folder,
		    (uint64_t)error->line, error->text);
}

/* The text goes to the block's end: what is made of it comes before it. */
static EFI_STATUS parse_file(struct loader *l, struct file *file)
{
	const uint64_t work_bytes = config_work_bytes(file->bytes);
	const uint64_t pages = BYTES_TO_PAGES(work_bytes + file->bytes);
	struct config_error error;
	EFI_STATUS status = block_allocate(l, BLOCK_CONFIG, pages, CONF);
	char *work = (char *)l->blocks[BLOCK_CONFIG].phys;

	if (EFI_ERROR(status))
		return status;
	status = file->read(file, 0, work + work_bytes, file->bytes);
	if (EFI_ERROR(status))
		return fail(l, status, "%s" CONF " cannot be read", l->folder);
	if (config_parse(work + work_bytes, file->bytes, work, &l->config, &error) != CONFIG_OK)
		return wrong(l, &error);
	say(l, "  config    %s" CONF "\n", l->folder);
	return EFI_SUCCESS;
}

/* EFI_NOT_FOUND, in silence, if there is no such file anywhere. */
static EFI_STATUS read_file(struct loader *l)
{
	const char *const folders[] = { l->folder, "\\", "\\EFI\\keel\\" };
	EFI_STATUS status = EFI_NOT_FOUND;
	struct volume_file f;

	for (unsigned n = 0; n < sizeof(folders) / sizeof(folders[0]); n++) {
		status = open_file(l, folders[n], CONF, &f);
		if (status == EFI_NOT_FOUND)
			continue;
		l->folder = folders[n];
		if (EFI_ERROR(status))
			return cannot_open(l, status, l->folder, CONF, &f);
		status = parse_file(l, &f.file);
		volume_close(&f);
		return status;
	}
	return status;
}

/* keel.conf, and in it the entry of that title, if there is one to look for. */
static EFI_STATUS choose_from_file(struct loader *l, const char *title)
{
	const EFI_STATUS status = read_file(l);
	struct config_error error;

	if (status == EFI_NOT_FOUND && !title) {
		l->entry = &built_in;
		return EFI_SUCCESS;
	}
	if (status == EFI_NOT_FOUND)
		return fail(l, status, "load options: entry=%s, but there is no " CONF, title);
	if (EFI_ERROR(status))
		return status;
	if (title && config_choose(&l->config, title, &error) != CONFIG_OK)
		return wrong(l, &error);
	l->entry =
		l->config.entries + (title ? l->config.default_entry : menu_choose(l, &l->config));
	return EFI_SUCCESS;
}

/* The block holds the folder that the image came from, and what the load options are made into. */
static EFI_STATUS choose(struct loader *l)
{
	const uint64_t option_bytes = l->loaded->LoadOptions ? l->loaded->LoadOptionsSize : 0;
	const uint64_t work_bytes = config_work_bytes(option_bytes);
	const uint64_t pages = BYTES_TO_PAGES(work_bytes + image_folder_bytes(l));
	struct config_error error;
	EFI_STATUS status = block_allocate(l, BLOCK_OPTIONS, pages, "load options");
	char *work = (char *)l->blocks[BLOCK_OPTIONS].phys;

	if (EFI_ERROR(status))
		return status;
	l->folder = work + work_bytes;
	image_folder(l, work + work_bytes);
	switch (config_parse_options(l->loaded->LoadOptions, option_bytes, work, &l->config,
				     &error)) {
	case CONFIG_WRONG:
		return wrong(l, &error);
	case CONFIG_OK:
		if (l->config.chosen)
			return choose_from_file(l, l->config.chosen);
		l->entry = l->config.entries;
		return EFI_SUCCESS;
	case CONFIG_FOREIGN:
		say(l, "  note      load options are left alone: %s\n", error.text);
		break;
	case CONFIG_NOT_TEXT:
		say(l, "  note      load options: %u bytes that are no text, left alone\n",
		    option_bytes);
		break;
	case CONFIG_NONE:
		break;
	}
	return choose_from_file(l, NULL);
}

EFI_STATUS configuration_read(struct loader *l)
{
	EFI_STATUS status = choose(l);

	if (EFI_ERROR(status) || !l->entry->module_count)
		return status;
	status = block_allocate(l, BLOCK_MODULES,
				BYTES_TO_PAGES(l->entry->module_count * sizeof(*l->modules)),
				"the list of modules");
	l->modules = (struct keel_module *)l->blocks[BLOCK_MODULES].phys;
	if (!EFI_ERROR(status))
		memset(l->modules, 0, l->entry->module_count * sizeof(*l->modules));
	return status;
}
