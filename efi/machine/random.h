/* SPDX-License-Identifier: BSD-2-Clause */
/* A seed for the kernel's random numbers, from the best source that the machine has. */
#ifndef EFI_MACHINE_RANDOM_H
#define EFI_MACHINE_RANDOM_H

#include <keel/boot_info.h>
#include "firmware.h"

#define RANDOM_MOST_WORDS (KEEL_RANDOM_SEED_BYTES / sizeof(uint64_t))

/*
 * So many words, RANDOM_MOST_WORDS at most, and where they come from; with KEEL_RANDOM_NONE they
 * are zero. There is no copy of them afterwards, as far as that is in Keel's hands: what the
 * firmware keeps of an answer is overwritten by its next one.
 */
enum keel_random_source random_words(const struct firmware *fw, uint64_t *words, unsigned count);

#endif
