/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All local APICs are in x2APIC mode already, as firmware of large machines leaves them: their
 * registers are MSRs, and the page answers nobody (SDM vol. 3A 10.12).
 */
#include "hooks.h"

#define CPUID_1_ECX_X2APIC (1u << 21)
#define MSR_APIC_BASE	   0x1b
#define APIC_BASE_X2APIC   0x400

typedef VOID(EFIAPI *procedure)(void *argument);

/* EFI_MP_SERVICES_PROTOCOL (PI 1.8, vol. 2, 13.3), as far as it is needed. */
struct mp_services {
	void *before[2];
	EFI_STATUS(EFIAPI *startup_all)
	(struct mp_services *self, procedure what, BOOLEAN one_by_one, EFI_EVENT event,
	 UINTN microseconds, void *argument, UINTN **failed);
};

static const EFI_GUID mp_services_guid = {
	0x3fdda605, 0xa76e, 0x4f46, { 0xad, 0x29, 0x12, 0xf4, 0x53, 0x1b, 0x3d, 0x08 }
};

static VOID EFIAPI turn_on(void *argument)
{
	UINT32 low, high;

	(void)argument;
	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(MSR_APIC_BASE));
	low |= APIC_BASE_X2APIC;
	__asm__ volatile("wrmsr" : : "c"(MSR_APIC_BASE), "a"(low), "d"(high));
}

/* This CPU last: it has to reach the others. */
static void turn_all_on(void)
{
	struct mp_services *mp;

	if (EFI_ERROR(boot_services->LocateProtocol((EFI_GUID *)&mp_services_guid, NULL,
						    (void **)&mp)) ||
	    EFI_ERROR(mp->startup_all(mp, turn_on, FALSE, NULL, 0, NULL, NULL)))
		complain("the other CPUs cannot be reached");
	turn_on(NULL);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	UINT32 eax = 1, ebx, ecx, edx;

	launch_init(image, system);
	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
	if (ecx & CPUID_1_ECX_X2APIC)
		turn_all_on();
	else
		complain("the CPU has no x2APIC");
	launch("x2apic", NULL, NULL);
	return finish();
}
