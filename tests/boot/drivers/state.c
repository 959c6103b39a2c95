/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CPU is in another state than one would like. SSE is off from the first call of keel.efi on,
 * as in firmware that never turns it on. This firmware does, in each interrupt, and has SSE
 * instructions of its own; so SSE is turned off again and again, an invalid opcode in the firmware
 * turns it on, and one in keel.efi is an error.
 *
 * As ExitBootServices returns, x87 instructions trap as well, there is no write protection and no
 * NX, and control words, PAT, and the bases behind FS and GS are odd.
 */
#include "hooks.h"
#include <efidebug.h>

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
static EFI_SET_WATCHDOG_TIMER set_watchdog_timer;
static EFI_ALLOCATE_PAGES allocate_pages;
static EFI_STATUS(EFIAPI *output_string)(SIMPLE_TEXT_OUTPUT_INTERFACE *out, CHAR16 *text);

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

static UINT64 read_cr4(void)
{
	UINT64 value;

	__asm__ volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

static void write_cr4(UINT64 value)
{
	__asm__ volatile("mov %0, %%cr4" : : "r"(value));
}

static void forbid_sse(void)
{
	write_cr4(read_cr4() & ~(UINT64)(CR4_OSFXSR | CR4_OSXMMEXCPT));
}

static void change_state(void)
{
	const UINT32 mxcsr = 0; /* no exception is masked */
	const UINT16 control = 0;
	UINT64 cr0;

	write_cr4(read_cr4() | CR4_OSFXSR | CR4_TSD | CR4_DE | CR4_PCE | CR4_FSGSBASE);
	__asm__ volatile("fldcw %0; ldmxcsr %1" : : "m"(control), "m"(mxcsr));
	forbid_sse();
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

static EFI_STATUS EFIAPI watchdog_without_sse(UINTN seconds, UINT64 code, UINTN bytes, CHAR16 *data)
{
	const EFI_STATUS status = set_watchdog_timer(seconds, code, bytes, data);

	forbid_sse();
	return status;
}

/* The call that takes longest, so that an interrupt is likely in it. */
static EFI_STATUS EFIAPI output_without_sse(SIMPLE_TEXT_OUTPUT_INTERFACE *out, CHAR16 *text)
{
	const EFI_STATUS status = output_string(out, text);

	forbid_sse();
	return status;
}

static EFI_STATUS EFIAPI pages_without_sse(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, UINTN pages,
					   EFI_PHYSICAL_ADDRESS *phys)
{
	const EFI_STATUS status = allocate_pages(how, type, pages, phys);

	forbid_sse();
	return status;
}

/* EFI_CPU_ARCH_PROTOCOL (PI 1.8, vol. 2, 12.3), as far as it is needed. */
struct cpu_arch {
	void *before[5];
	EFI_STATUS(EFIAPI *register_handler)
	(struct cpu_arch *self, EFI_EXCEPTION_TYPE type, EFI_EXCEPTION_CALLBACK handler);
};

static const EFI_GUID cpu_arch_guid = {
	0x26baccb1, 0x6f42, 0x11d4, { 0xbc, 0xe7, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 }
};

/* The instruction is tried again with what is in the context. */
static void EFIAPI invalid_opcode(EFI_EXCEPTION_TYPE type, EFI_SYSTEM_CONTEXT context)
{
	EFI_SYSTEM_CONTEXT_X64 *cpu = context.SystemContextX64;

	(void)type;
	if (cpu->Rip - (UINTN)launched->ImageBase >= launched->ImageSize) {
		cpu->Cr4 |= CR4_OSFXSR | CR4_OSXMMEXCPT;
		return;
	}
	complain("keel.efi has an instruction that is invalid while SSE is off");
	for (;;)
		__asm__ volatile("cli; hlt");
}

static void handle_invalid_opcodes(void)
{
	struct cpu_arch *cpu;

	if (EFI_ERROR(boot_services->LocateProtocol((EFI_GUID *)&cpu_arch_guid, NULL,
						    (void **)&cpu)) ||
	    EFI_ERROR(cpu->register_handler(cpu, EXCEPT_X64_INVALID_OPCODE, invalid_opcode)))
		complain("the firmware takes no handler for invalid opcodes");
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
	HOOK(boot_services, SetWatchdogTimer, watchdog_without_sse, &set_watchdog_timer);
	HOOK(boot_services, AllocatePages, pages_without_sse, &allocate_pages);
	output_string = system->ConOut->OutputString;
	system->ConOut->OutputString = output_without_sse;
	HOOK(boot_services, ExitBootServices, exit_changed, &exit_boot_services);
	launch("state", handle_invalid_opcodes, NULL);
	return finish();
}
