/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include "lib/confidential.h"

/* AMD64 Architecture Programmer's Manual vol. 2, 15.34.1 and 15.34.10; vol. 3, E.4.17. */
#define LEAF_EXTENDED	   0x80000000
#define LEAF_ENCRYPTION	   0x8000001f
#define ENCRYPTION_EAX_SEV (1u << 1)
#define MSR_SEV_STATUS	   0xc0010131
#define SEV_STATUS_SEV	   0x1
#define SEV_STATUS_SEV_ES  0x2
#define SEV_STATUS_SEV_SNP 0x4

/* Intel TDX Module Base Architecture Specification, "CPUID leaf 0x21": a name as leaf 0 has one. */
#define LEAF_TDX 0x21
#define TDX_EBX	 0x65746e49 /* "Inte" */
#define TDX_EDX	 0x5844546c /* "lTDX" */
#define TDX_ECX	 0x20202020 /* four blanks */

static const char *sev_guest(uint64_t status)
{
	if (status & SEV_STATUS_SEV_SNP)
		return "AMD SEV-SNP";
	if (status & SEV_STATUS_SEV_ES)
		return "AMD SEV-ES";
	return status & SEV_STATUS_SEV ? "AMD SEV" : NULL;
}

const char *confidential_guest(struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf),
			       uint64_t (*msr)(uint32_t msr))
{
	struct cpuid tdx = { 0 };

	if (leaf(0, 0).eax >= LEAF_TDX)
		tdx = leaf(LEAF_TDX, 0);
	if (tdx.ebx == TDX_EBX && tdx.edx == TDX_EDX && tdx.ecx == TDX_ECX)
		return "Intel TDX";
	if (leaf(LEAF_EXTENDED, 0).eax < LEAF_ENCRYPTION ||
	    !(leaf(LEAF_ENCRYPTION, 0).eax & ENCRYPTION_EAX_SEV))
		return NULL;
	return sev_guest(msr(MSR_SEV_STATUS));
}
