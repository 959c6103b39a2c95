/* SPDX-License-Identifier: BSD-2-Clause */
#include "entry/boot_entry.h"
#include "entry/entry_files.h"
#include "entry/menu.h"
#include "lib/text.h"

#define CONF "keel.conf"

static EFI_STATUS config_wrong(const struct firmware *fw, const char *folder,
			       const struct config_error *error)
{
	if (!error->line)
		return fail(fw, EFI_INVALID_PARAMETER, "load options: %s", error->text);
	return fail(fw, EFI_INVALID_PARAMETER, "%s" CONF ", line %u: %s", folder,
		    (uint64_t)error->line, error->text);
}

/* As a path, which the event in the log has. */
static EFI_STATUS measure_configuration(const struct firmware *fw, const struct boot_entry *entry,
					const char *start, uint64_t bytes)
{
	char memory[256] = "";
	struct text path = text_in(memory, sizeof(memory));

	text_print(&path, "%s" CONF, entry->folder);
	return trust_measure(fw, entry->trust, TPM_PCR_CONFIG, start, bytes, memory);
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
	status = measure_configuration(fw, entry, work + work_bytes, file->bytes);
	if (EFI_ERROR(status))
		return status;
	if (config_parse(work + work_bytes, file->bytes, work, &entry->config, &error) != CONFIG_OK)
		return config_wrong(fw, entry->folder, &error);
	return EFI_SUCCESS;
}

/* Not passed over in silence: somebody has put it there and expects something of it. */
static EFI_STATUS refuse_configuration(const struct firmware *fw, const char *folder)
{
	return fail(fw, EFI_ACCESS_DENIED,
		    "%s" CONF " is not read: Secure Boot is on, and only what is in the signed "
		    "image counts; put it into a bundle (keel-bundle), take it away, or turn "
		    "Secure Boot off",
		    folder);
}

/* EFI_NOT_FOUND, in silence, if there is no such file anywhere. */
static EFI_STATUS read_configuration(struct volume *volume, struct boot_entry *entry)
{
	const char *const folders[] = { entry->folder, "\\", "\\EFI\\keel\\" };
	EFI_STATUS status = EFI_NOT_FOUND;
	struct volume_file f;

	for (unsigned n = 0; n < sizeof(folders) / sizeof(folders[0]); n++) {
		status = entry_open_file(volume, folders[n], CONF, &f);
		if (status == EFI_NOT_FOUND)
			continue;
		if (entry->allowed == CONFIG_SECURE) {
			volume_close(&f);
			return refuse_configuration(volume->fw, folders[n]);
		}
		entry->folder = folders[n];
		entry->config_folder = folders[n];
		if (EFI_ERROR(status))
			return entry_cannot_open(volume->fw, status, entry->folder, CONF, &f);
		status = parse_file(volume->fw, &f.file, entry);
		volume_close(&f);
		return status;
	}
	return status;
}

static EFI_STATUS read_bundled(struct volume *volume, struct boot_entry *entry)
{
	struct volume_file f;
	EFI_STATUS status;

	entry->folder = "the bundle's ";
	entry->config_folder = entry->folder;
	status = entry_open_bundled(volume->fw, entry->bundle, CONF, &f);
	return EFI_ERROR(status) ? status : parse_file(volume->fw, &f.file, entry);
}

/* Whether load options may add to the entry that is going to be chosen. */
static EFI_STATUS check_outside(const struct firmware *fw, struct boot_entry *entry)
{
	if (!entry->outside || !*entry->outside || entry->config.takes_options)
		return EFI_SUCCESS;
	return fail(fw, EFI_ACCESS_DENIED,
		    "load options: 'options=%s' is refused: this image is a bundle, and its " CONF
		    " does not say 'options from outside'",
		    entry->outside);
}

/* keel.conf, and in it the entry of that title, if there is one to look for. */
static EFI_STATUS find_in_file(struct firmware *fw, struct volume *volume, const char *title,
			       struct boot_entry *entry)
{
	struct config_error error;
	EFI_STATUS status;

	entry->config = (struct config){ 0 };
	status = entry->bundle ? read_bundled(volume, entry) : read_configuration(volume, entry);
	if (status == EFI_NOT_FOUND && !title)
		return EFI_SUCCESS; /* the built-in self-check */
	if (status == EFI_NOT_FOUND)
		return fail(fw, status, "load options: entry=%s, but there is no " CONF "%s", title,
			    volume_exists(volume)
				    ? ""
				    : ": it is looked for on a volume, and by PXE over IPv4; "
				      "whatever else starts keel.efi needs a bundle "
				      "(keel-bundle)");
	if (EFI_ERROR(status))
		return status;
	fw->quiet |= entry->config.quiet;
	if (!title || config_select(&entry->config, title, &error) == CONFIG_OK)
		return check_outside(fw, entry);
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
	if (option_bytes)
		status = trust_measure(fw, entry->trust, TPM_PCR_CONFIG, options, option_bytes,
				       "load options");
	if (EFI_ERROR(status))
		return status;
	work = block_memory(&entry->options);
	entry->folder = work + work_bytes;
	loaded_image_folder(image, volume, work + work_bytes);
	switch (config_parse_options(options, option_bytes, entry->allowed, work, config, &error)) {
	case CONFIG_WRONG:
		return config_wrong(fw, entry->folder, &error);
	case CONFIG_OK:
		fw->quiet = config->quiet;
		entry->outside = config->outside;
		return config->entry_count ? EFI_SUCCESS
					   : find_in_file(fw, volume, config->chosen, entry);
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
			   struct trust *trust, struct volume *volume, struct boot_entry *entry)
{
	EFI_STATUS status;

	*entry = (struct boot_entry){ .trust = trust };
	if (trust->secure_boot == KEEL_SECURE_BOOT_ON)
		entry->allowed = CONFIG_SECURE;
	if (image->bundle.file_count) {
		entry->allowed = CONFIG_BUNDLE;
		entry->bundle = &image->bundle;
	}
	volume_find(fw, image->protocol, volume);
	status = find_in_options(fw, image, volume, entry);
	volume->read_ticks = 0;
	volume->read_bytes = 0;
	return status;
}

/* The entry's own options, a blank, and what was added. */
static EFI_STATUS join_options(const struct firmware *fw, struct boot_entry *entry)
{
	const char *own = entry->wanted.options;
	const uint64_t own_bytes = text_bytes(own);
	uint64_t bytes;
	EFI_STATUS status;
	char *to;

	if (!entry->outside || !*entry->outside)
		return EFI_SUCCESS;
	bytes = text_bytes(entry->outside) + 1;
	status = block_allocate(fw, &entry->joined, BYTES_TO_PAGES(own_bytes + 1 + bytes),
				"the kernel's options");
	if (EFI_ERROR(status))
		return status;
	to = block_memory(&entry->joined);
	entry->wanted.options = to;
	memcpy(to, own, own_bytes);
	to += own_bytes;
	if (own_bytes)
		*to++ = ' ';
	memcpy(to, entry->outside, bytes);
	return EFI_SUCCESS;
}

EFI_STATUS boot_entry_select(const struct firmware *fw, struct boot_entry *entry)
{
	EFI_STATUS status;

	if (!entry->config.entry_count)
		return EFI_SUCCESS;
	entry->wanted = entry->config.entries[menu_select(fw, &entry->config)];
	status = join_options(fw, entry);
	if (EFI_ERROR(status))
		return status;
	return trust_measure(fw, entry->trust, TPM_PCR_CONFIG, entry->wanted.options,
			     text_bytes(entry->wanted.options), "options");
}

void boot_entry_free(const struct firmware *fw, struct boot_entry *entry)
{
	block_free(fw, &entry->joined);
	block_free(fw, &entry->file);
	block_free(fw, &entry->options);
}
