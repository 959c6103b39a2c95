/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel has asked for, by notes in its file and words of its entry: granted or refused.
 */
#ifndef EFI_LOAD_REQUESTS_H
#define EFI_LOAD_REQUESTS_H

#include "load/kernel.h"

/* Joins the two, after elf_examine and before elf_load. `name` is the kernel's, for messages. */
EFI_STATUS requests_settle(const struct firmware *fw, const char *name,
			   const struct config_entry *wanted, struct kernel *kernel);

#endif
