/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local APIC is in x2APIC mode already, as firmware of large machines leaves it: its registers are
 * MSRs, and its page answers nobody (SDM vol. 3A 10.12).
 */
#include "hooks.h"

#define CPUID_1_ECX_X2APIC (1u << 21)
#define MSR_APIC_BASE	   0x1b
#define APIC_BASE_X2APIC   0x400

static void turn_on(void)
{
	UINT32 low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(MSR_APIC_BASE));
	low |= APIC_BASE_X2APIC;
	__asm__ volatile("wrmsr" : : "c"(MSR_APIC_BASE), "a"(low), "d"(high));
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	UINT32 eax = 1, ebx, ecx, edx;

	launch_init(image, system);
	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
	if (ecx & CPUID_1_ECX_X2APIC)
		turn_on();
	else
		complain("the CPU has no x2APIC");
	launch("x2apic", NULL, NULL);
	return finish();
}
