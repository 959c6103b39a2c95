/* SPDX-License-Identifier: BSD-2-Clause */
/* A boot entry as firmware keeps it: EFI_LOAD_OPTION (UEFI 2.10, 3.1.3). Pure C. */
#ifndef EFI_LIB_LOAD_OPTION_H
#define EFI_LIB_LOAD_OPTION_H

#include <stdint.h>

/*
 * Some firmware hands all of the entry's variable to the image that it starts, in place of its
 * optional data: Dell's, says Linux (efi_apply_loadoptions_quirk). If these bytes are a whole
 * EFI_LOAD_OPTION, returns its optional data, *data_bytes of them, may be 0; else NULL.
 *
 * Load options as they should be are not mistaken for one: text has no NUL as its second character.
 */
const void *load_option_data(const void *options, uint64_t bytes, uint64_t *data_bytes);

#endif
