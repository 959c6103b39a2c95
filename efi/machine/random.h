/* SPDX-License-Identifier: BSD-2-Clause */
/* A seed for the kernel's random numbers, from the best source that the machine has. */
#ifndef EFI_MACHINE_RANDOM_H
#define EFI_MACHINE_RANDOM_H

#include <keel/boot_info.h>
#include "firmware.h"

struct random_seed {
	uint8_t bytes[KEEL_RANDOM_SEED_BYTES]; /* all zero where there is no source */
	enum keel_random_source source;
};

/* So many words, and where they come from; with KEEL_RANDOM_NONE they mean nothing. */
enum keel_random_source random_words(const struct firmware *fw, uint64_t *words, unsigned count);

void random_seed_take(const struct firmware *fw, struct random_seed *seed);

#endif
