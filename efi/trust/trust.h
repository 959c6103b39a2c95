/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether Secure Boot is on, and measuring, where there is a TPM 2.0: what is going to be used is
 * hashed into its registers and its log before that. Whatever it was read from, a volume, a server
 * or the image itself, is measured: then the registers do not depend on how it came.
 */
#ifndef EFI_TRUST_TRUST_H
#define EFI_TRUST_TRUST_H

#include <keel/boot_info.h>
#include "firmware.h"
#include "trust/tcg2.h"

/* Registers, as GRUB and Limine use them. */
#define TPM_PCR_CONFIG 8 /* configuration, load options, the kernel's options */
#define TPM_PCR_FILES  9 /* driver, kernel and modules */

struct trust {
	enum keel_secure_boot secure_boot;
	struct tcg2_protocol *tpm; /* NULL: there is none */
	bool failed;		   /* something was not measured, or not logged */
};

EFI_STATUS trust_examine(const struct firmware *fw, struct trust *trust);

/*
 * Measures so many bytes; what they are, a path or a word, becomes the event's text. Without a TPM
 * it does nothing. Where it cannot be done that is a note, and success; but an error if Secure Boot
 * is on.
 */
EFI_STATUS trust_measure(const struct firmware *fw, struct trust *trust, uint32_t pcr,
			 const void *data, uint64_t bytes, const char *what);

#endif
