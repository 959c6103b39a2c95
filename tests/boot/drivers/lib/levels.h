/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Firmware that runs with 5-level paging: a PML5 whose first entry leads to the firmware's PML4, so
 * that nothing changes for it.
 */
#ifndef LEVELS_H
#define LEVELS_H

#include "hooks.h"

#define LAST_32BIT    0xffffffff
#define CR4_LA57      0x1000
#define CPUID_LA57    0x10000 /* leaf 7, ECX */
#define ENTRY_PRESENT 0x3
#define ADDRESS_32BIT 0xfffff000
#define PAGE_BYTES    4096

/*
 * Turns 5-level paging on or off. CR4.LA57 changes outside long mode only (SDM vol. 3A 4.1.1).
 * Called with the new value of CR3, at an address below 4 GB, on a stack below 4 GB; the firmware's
 * GDT and CS return.
 */
extern const UINT8 levels_code[], levels_code_end[];
__asm__(".section .rodata\n"
	"	.balign	8\n"
	"levels_code:\n"
	"	push	%rbx\n"
	"	push	%rbp\n"
	"	push	%r12\n"
	"	push	%r13\n"
	"	push	%r14\n"
	"	push	%r15\n"
	"	pushf\n"
	"	cli\n"
	"	mov	%cs, %eax\n"
	"	push	%rax\n"
	"	lea	9f(%rip), %rax\n"
	"	push	%rax\n"
	"	lea	levels_code(%rip), %rbx\n"
	"	sgdt	2f(%rip)\n"
	"	lea	3f(%rip), %rax\n"
	"	mov	%rax, 4f + 2(%rip)\n"
	"	lea	8f(%rip), %rax\n"
	"	mov	%eax, 5f(%rip)\n"
	"	mov	%rsp, 6f(%rip)\n"
	"	lgdt	4f(%rip)\n"
	"	pushq	$8\n"
	"	lea	7f(%rip), %rax\n"
	"	push	%rax\n"
	"	lretq\n"
	"	.code32\n"
	"7:	mov	%cr0, %eax\n"
	"	and	$0x7fffffff, %eax\n"
	"	mov	%eax, %cr0\n"
	"	mov	%cr4, %eax\n"
	"	xor	$0x1000, %eax\n"
	"	mov	%eax, %cr4\n"
	"	mov	%edi, %cr3\n"
	"	mov	%cr0, %eax\n"
	"	or	$0x80000000, %eax\n"
	"	mov	%eax, %cr0\n"
	"	ljmp	*%cs:5f - levels_code(%ebx)\n"
	"	.code64\n"
	"8:	mov	6f(%rip), %rsp\n"
	"	lgdt	2f(%rip)\n"
	"	lretq\n"
	"9:	popf\n"
	"	pop	%r15\n"
	"	pop	%r14\n"
	"	pop	%r13\n"
	"	pop	%r12\n"
	"	pop	%rbp\n"
	"	pop	%rbx\n"
	"	ret\n"
	"	.balign	8\n"
	"3:	.quad	0, 0x00cf9b000000ffff, 0x00af9b000000ffff\n"
	"6:	.quad	0\n"
	"5:	.long	0, 16\n"
	"2:	.skip	10\n"
	"4:	.word	23\n"
	"	.quad	0\n"
	"levels_code_end:\n"
	".previous\n");

static inline BOOLEAN levels_cpu_can(void)
{
	UINT32 a = 7, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return (c & CPUID_LA57) != 0;
}

static inline UINT64 levels_cr4(void)
{
	UINT64 value;

	__asm__ volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

static UINT64 levels_pml4, levels_pml5;
static void (*levels_flip)(UINT64 root); /* the code, where it was copied to */

/* Two pages that stay: the code, and the PML5. */
static inline void levels_enter(void)
{
	EFI_PHYSICAL_ADDRESS page = LAST_32BIT;

	if (!levels_cpu_can()) {
		complain("the CPU has no 5-level paging");
		return;
	}
	if (EFI_ERROR(boot_services->AllocatePages(AllocateMaxAddress, EfiBootServicesCode, 2,
						   &page))) {
		complain("no memory");
		return;
	}
	__asm__ volatile("mov %%cr3, %0" : "=r"(levels_pml4));
	levels_pml5 = page + PAGE_BYTES;
	boot_services->SetMem((void *)levels_pml5, PAGE_BYTES, 0);
	*(UINT64 *)levels_pml5 = (levels_pml4 & ADDRESS_32BIT) | ENTRY_PRESENT;
	memcpy((void *)page, levels_code, levels_code_end - levels_code);
	levels_flip = (void (*)(UINT64))page;
	levels_flip(levels_pml5);
	if (!(levels_cr4() & CR4_LA57))
		complain("the CPU is not in 5-level paging");
}

#endif
