/* SPDX-License-Identifier: BSD-2-Clause */
/* Virtual machines whose memory is encrypted: what the CPU says of them. Pure C. */
#ifndef EFI_LIB_CONFIDENTIAL_H
#define EFI_LIB_CONFIDENTIAL_H

#include "lib/x86.h"

/*
 * What kind of such a guest this is, "AMD SEV", "AMD SEV-ES", "AMD SEV-SNP" or "Intel TDX"; NULL
 * if it is none, a machine with encrypted memory (SME) among them. leaf is CPUID, msr reads a model
 * specific register: SEV's, and that only where CPUID says that there is one.
 */
const char *confidential_guest(struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf),
			       uint64_t (*msr)(uint32_t msr));

#endif
