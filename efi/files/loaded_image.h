/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The image itself: what it carries, which device it came from, and which folder there (UEFI 2.10,
 * 9.1, 10.3.5 and 10.6).
 */
#ifndef EFI_FILES_LOADED_IMAGE_H
#define EFI_FILES_LOADED_IMAGE_H

#include "files/volume.h"
#include "lib/bundle.h"

struct loaded_image {
	EFI_LOADED_IMAGE *protocol; /* the firmware's: not after ExitBootServices */
	uint64_t phys;		    /* where the image lies */
	uint64_t bytes;
	struct bundle bundle; /* what keel-bundle has put into it */
	char *device; /* path of the device that it came from, as UTF-8 text; NULL: not known */
};

/* Refuses an image whose bundle is damaged. */
EFI_STATUS loaded_image_examine(const struct firmware *fw, struct loaded_image *image);
void loaded_image_free(const struct firmware *fw, struct loaded_image *image);

/* The folder that the image came from, as UTF-8, from \ to \, in so many bytes at most. */
uint64_t loaded_image_folder_bytes(const struct loaded_image *image);
void loaded_image_folder(const struct loaded_image *image, const struct volume *volume, char *to);

/* The kernel that it carries without being a bundle, the self-check: open, as a file. */
EFI_STATUS loaded_image_open_built_in(const struct firmware *fw, const struct loaded_image *image,
				      struct volume_file *f);

/* What it was told, the firmware's memory: so many bytes, which may be 0 and anything. */
const void *loaded_image_options(const struct firmware *fw, const struct loaded_image *image,
				 uint64_t *bytes);

#endif
