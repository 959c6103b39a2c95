/* SPDX-License-Identifier: BSD-2-Clause */
/* Deeds of the runtime driver that a call of GetTime is wrapped in: unruly.h. */
#include "unruly.h"

#define MSR_EFER    0xc0000080
#define MSR_PAT	    0x277
#define MSR_GS_BASE 0xc0000101
#define HPET	    0xfed00000u
#define DEEP_BYTES  8192
#define NOWHERE	    0x4000000000000000 /* not canonical */
#define KERNEL_HOLE 0xffffe90000000123 /* behind the direct map */

struct __attribute__((packed)) table_register {
	UINT16 limit;
	UINT64 base;
};

static void read_byte(UINT64 at)
{
	UINT8 value;

	__asm__ volatile("movb (%1), %0" : "=q"(value) : "r"(at));
}

/* What stands there: nothing is changed but by the access itself. */
static void write_byte(UINT64 at)
{
	*(volatile UINT8 *)at = RET;
}

static void run(UINT64 at)
{
	((void (*)(void))at)();
}

static UINT64 read_msr(UINT32 msr)
{
	UINT32 low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (UINT64)high << 32 | low;
}

static void flip_msr(UINT32 msr, UINT64 bits)
{
	const UINT64 value = read_msr(msr) ^ bits;

	__asm__ volatile("wrmsr" : : "c"(msr), "a"((UINT32)value), "d"((UINT32)(value >> 32)));
}

/* An instruction that does nothing, of five bytes, to be written to. */
static __attribute__((noinline)) UINT8 *own_code(void)
{
	UINT8 *at;

	__asm__ volatile("lea 1f(%%rip), %0\n"
			 "1:	.byte 0x0f, 0x1f, 0x44, 0x00, 0x00"
			 : "=r"(at));
	return at;
}

static __attribute__((noinline)) void use_stack(void)
{
	volatile UINT8 deep[DEEP_BYTES];

	for (UINTN n = sizeof(deep); n; n -= 512)
		deep[n - 512] = (UINT8)n;
}

static void overrun_stack(void)
{
	__asm__ volatile("mov %%rsp, %%rax\n"
			 "1:	sub $4096, %%rax\n"
			 "	movb $1, (%%rax)\n"
			 "	jmp 1b"
			 :
			 :
			 : "rax", "memory");
}

static void lose_stack(void)
{
	__asm__ volatile("movabs %0, %%rsp\n"
			 "	push %%rax"
			 :
			 : "i"(KERNEL_HOLE - 0x23)
			 : "memory");
}

static void copy_table(struct table_register *r, UINT8 *to)
{
	for (UINTN n = 0; n <= r->limit; n++)
		to[n] = ((volatile UINT8 *)r->base)[n];
	r->base = (UINT64)to;
}

static void change_tables(BOOLEAN idt)
{
	static UINT8 copy[4096] __attribute__((aligned(16)));
	struct table_register r;

	if (idt) {
		__asm__ volatile("sidt %0" : "=m"(r));
		r.limit--;
		__asm__ volatile("lidt %0" : : "m"(r));
	} else {
		__asm__ volatile("sgdt %0" : "=m"(r));
		copy_table(&r, copy);
		__asm__ volatile("lgdt %0" : : "m"(r));
	}
}

static void flip_control(BOOLEAN cr4)
{
	UINT64 value;

	if (cr4) {
		__asm__ volatile("mov %%cr4, %0" : "=r"(value));
		__asm__ volatile("mov %0, %%cr4" : : "r"(value ^ 8)); /* DE */
	} else {
		__asm__ volatile("mov %%cr0, %0" : "=r"(value));
		__asm__ volatile("mov %0, %%cr0" : : "r"(value ^ 0x40000)); /* AM */
	}
}

static void change_fpu(BOOLEAN mxcsr)
{
	const UINT32 value = 0x1f00;
	const UINT16 word = 0x027f;

	if (mxcsr)
		__asm__ volatile("ldmxcsr %0" : : "m"(value));
	else
		__asm__ volatile("fldcw %0" : : "m"(word));
}

static void touch(enum deed deed)
{
	switch (deed) {
	case READS_BOOT:
		return read_byte((UINT64)state.boot_page);
	case WRITES_BOOT:
		return write_byte((UINT64)state.boot_page);
	case RUNS_BOOT:
		return run((UINT64)state.boot_page);
	case READS_OLD:
		return read_byte(state.own_phys);
	case WRITES_OLD:
		return write_byte(state.own_phys);
	case READS_PAGE_ZERO:
		return read_byte(0x123);
	case WRITES_LOADER:
		return write_byte((UINT64)state.loader_page);
	case WRITES_NVS:
		return write_byte((UINT64)state.nvs_page);
	case READS_UNLISTED:
		return read_byte(HPET);
	case WRITES_CODE:
		*(volatile UINT8 *)own_code() = *own_code();
		return;
	case CHANGES_CODE:
		/* Another length of the same instruction's offset: it still does nothing. */
		own_code()[4] ^= 1;
		return;
	case RUNS_DATA: {
		static UINT8 data[16] = { RET };

		return run((UINT64)data);
	}
	default:
		return;
	}
}

static void end_badly(enum deed deed)
{
	switch (deed) {
	case DEEP_STACK:
		return use_stack();
	case OVERRUNS_STACK:
		return overrun_stack();
	case LOSES_STACK:
		return lose_stack();
	case NEVER_RETURNS:
		for (;;)
			__asm__ volatile("pause");
	case UNDEFINED:
		__asm__ volatile("ud2");
		return;
	case GENERAL_PROTECTION:
	case READS_NOWHERE:
		return read_byte(NOWHERE);
	case DIVIDES:
		__asm__ volatile("xor %%edx, %%edx; xor %%ecx, %%ecx; div %%ecx"
				 :
				 :
				 : "rax", "rcx", "rdx");
		return;
	case READS_KERNEL_HOLE:
		return read_byte(KERNEL_HOLE);
	default:
		return;
	}
}

static void leave_changed(enum deed deed)
{
	switch (deed) {
	case CR0_CHANGED:
	case CR4_CHANGED:
		return flip_control(deed == CR4_CHANGED);
	case DR7_CHANGED:
		__asm__ volatile("mov %0, %%dr7" : : "r"((UINT64)0x500) /* LE */);
		return;
	case EFER_CHANGED:
		return flip_msr(MSR_EFER, 1); /* SCE */
	case PAT_CHANGED:
		return flip_msr(MSR_PAT, (UINT64)4 << 56);
	case GS_CHANGED:
		return flip_msr(MSR_GS_BASE, 0x1000);
	case GDT_CHANGED:
	case IDT_CHANGED:
		return change_tables(deed == IDT_CHANGED);
	case FCW_CHANGED:
	case MXCSR_CHANGED:
		return change_fpu(deed == MXCSR_CHANGED);
	case INTERRUPTS_ON:
		__asm__ volatile("sti");
		return;
	case DIRECTION:
		__asm__ volatile("std");
		return;
	default:
		return;
	}
}

void do_in_event(enum deed deed, UINT64 own_virt)
{
	switch (deed) {
	case SVAM_READS_PAGE_ZERO:
		return read_byte(0x123);
	case SVAM_READS_BOOT:
		return read_byte((UINT64)state.large_boot_page);
	case SVAM_WRITES_ACPI:
		return write_byte((UINT64)state.large_acpi_page);
	case SVAM_READS_NEW:
		return read_byte(own_virt);
	case SVAM_WRITES_NEW:
		return write_byte(own_virt);
	default:
		return;
	}
}

EFI_STATUS do_around(enum deed deed, EFI_TIME *time, EFI_TIME_CAPABILITIES *capabilities)
{
	EFI_STATUS status;

	touch(deed);
	end_badly(deed);
	status = state.get_time(time, capabilities);
	leave_changed(deed);
	return status;
}
