/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What to start: what the image's load options say, else the first keel.conf that there is, else
 * the built-in self-check. config/ reads them; here they are found, and the person at the machine
 * is asked.
 *
 * An image that is a bundle starts only what is in it, and under Secure Boot every image does: then
 * nothing on a volume or a server is ever opened as configuration, driver, kernel or module.
 */
#ifndef EFI_ENTRY_BOOT_ENTRY_H
#define EFI_ENTRY_BOOT_ENTRY_H

#include <keel/boot_info.h>
#include "config/config.h"
#include "files/loaded_image.h"
#include "files/volume.h"
#include "trust/trust.h"

/* All texts are UTF-8, and lie in the blocks or are constant. */
struct boot_entry {
	struct config config;	    /* what there is to choose from; no entries: the self-check */
	struct config_entry wanted; /* what was chosen */
	const char *folder;	    /* where relative paths begin, from \ to \ */
	const char *config_folder;  /* where keel.conf was found; NULL: it was not, or not needed */
	const struct bundle *bundle; /* where all files are; NULL: on the volume */
	enum config_trust allowed;   /* to load options */
	struct trust *trust;	     /* into which everything is measured */
	const char *outside;	     /* options that came from outside; NULL: none */
	struct block options;	     /* what the load options say, and the image's folder */
	struct block file;	     /* what keel.conf says, as text and as structures */
	struct block joined;	     /* wanted.options, where part of it came from outside */
};

/*
 * Finds the volume that the image came from, and on it what there is to choose from. All that is
 * read for that is measured before anything is made of it. Sets fw->quiet if the configuration
 * wants that. volume->read_ticks and read_bytes do not count what is read here.
 */
EFI_STATUS boot_entry_find(struct firmware *fw, const struct loaded_image *image,
			   struct trust *trust, struct volume *volume, struct boot_entry *entry);

/*
 * Chooses the entry: asks at the machine if there is a choice and somebody to ask. Measures the
 * options that it has for the kernel.
 */
EFI_STATUS boot_entry_select(const struct firmware *fw, struct boot_entry *entry);

/* The wanted entry's modules, wanted.module_count of them. */
static inline const struct config_module *boot_entry_modules(const struct boot_entry *entry)
{
	return entry->config.modules + entry->wanted.first_module;
}

void boot_entry_free(const struct firmware *fw, struct boot_entry *entry);

/*
 * Opens a file by the path that the entry has for it, which is also what messages call it. A
 * failure has been told when it returns, and leaves nothing to close.
 */
EFI_STATUS boot_entry_open(const struct boot_entry *entry, struct volume *volume, const char *path,
			   struct volume_file *f);

#endif
