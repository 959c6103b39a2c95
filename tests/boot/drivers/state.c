/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware leaves the CPU in another state than one would like, as ExitBootServices returns: no
 * SSE, x87 instructions trap, odd control words, no write protection, no NX, another PAT, and bases
 * behind FS and GS.
 */
#include "hooks.h"

#define CR0_EM	       0x4
#define CR0_TS	       0x8
#define CR0_NE	       0x20
#define CR0_WP	       0x10000
#define CR0_AM	       0x40000
#define CR4_TSD	       0x4
#define CR4_DE	       0x8
#define CR4_PCE	       0x100
#define CR4_OSFXSR     0x200
#define CR4_OSXMMEXCPT 0x400
#define CR4_FSGSBASE   0x10000
#define MSR_PAT	       0x277
#define MSR_EFER       0xc0000080
#define MSR_FS_BASE    0xc0000100
#define MSR_GS_BASE    0xc0000101
#define MSR_KERNEL_GS  0xc0000102
#define EFER_SCE       0x1
#define EFER_NXE       0x800

/* WB stays where the firmware's tables use it; all others change. */
#define ODD_PAT 0x0505050404010006

static EFI_EXIT_BOOT_SERVICES exit_boot_services;

static UINT64 read_msr(UINT32 msr)
{
	UINT32 low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (UINT64)high << 32 | low;
}

static void write_msr(UINT32 msr, UINT64 value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((UINT32)value), "d"((UINT32)(value >> 32)));
}

static void change_state(void)
{
	const UINT32 mxcsr = 0; /* no exception is masked */
	const UINT16 control = 0;
	UINT64 cr0, cr4;

	__asm__ volatile("fldcw %0; ldmxcsr %1" : : "m"(control), "m"(mxcsr));
	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	cr4 &= ~(UINT64)(CR4_OSFXSR | CR4_OSXMMEXCPT);
	cr4 |= CR4_TSD | CR4_DE | CR4_PCE | CR4_FSGSBASE;
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4));
	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	cr0 &= ~(UINT64)(CR0_WP | CR0_NE);
	cr0 |= CR0_EM | CR0_TS | CR0_AM;
	__asm__ volatile("mov %0, %%cr0" : : "r"(cr0));
	write_msr(MSR_EFER, (read_msr(MSR_EFER) & ~(UINT64)EFER_NXE) | EFER_SCE);
	write_msr(MSR_PAT, ODD_PAT);
	write_msr(MSR_FS_BASE, 0x123456789000);
	write_msr(MSR_GS_BASE, 0xffff923456789000);
	write_msr(MSR_KERNEL_GS, 0xffffe23456789000);
}

static EFI_STATUS EFIAPI exit_changed(EFI_HANDLE image, UINTN key)
{
	const EFI_STATUS status = exit_boot_services(image, key);

	if (!EFI_ERROR(status))
		change_state();
	return status;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	launch_init(image, system);
	HOOK(boot_services, ExitBootServices, exit_changed, &exit_boot_services);
	launch("state", NULL, NULL);
	return finish();
}
