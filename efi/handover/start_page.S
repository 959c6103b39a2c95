/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way of another CPU from the start-up interrupt to 64-bit mode: other_cpus.c copies this page
 * below 1 MB, fills in the values at its end, and closes its gate when the time is over. The page
 * after it is a PML4 with which the CPU goes on at the page's own address (SDM vol. 3A 8.4.4 "MP
 * Initialization Example").
 */
#include <keel/layout.h>
#include "handover/start_page.h"

#define CR0_PE	 1
#define MSR_EFER 0xc0000080

/* Selectors in the page's own GDT. */
#define CODE32 0x08
#define DATA32 0x10
#define CODE64 0x18

#define AT(label) (label - start_page)

	.section .rodata
	.balign 8
	.globl start_page, start_page_end
start_page:
	.code16
	cli
	cld
	movw	%cs, %ax
	movw	%ax, %ds
	/* Each CPU that comes in time counts itself. Behind a closed gate it stays in real mode. */
	movl	$1, %esi
	lock xaddl %esi, AT(values) + START_GATE
	testl	%esi, %esi
	js	halt
	xorl	%ebx, %ebx
	movw	%ax, %bx
	shll	$4, %ebx
	lgdtl	AT(values) + START_GDT
	movl	%cr0, %eax
	orb	$CR0_PE, %al
	movl	%eax, %cr0
	ljmpl	*AT(values) + START_PROTECTED
halt:
	cli
	hlt
	jmp	halt

	/* EBX is the address of the page, ESI how many came before. The caches stay off. */
	.code32
protected_mode:
	movl	$DATA32, %eax
	movl	%eax, %ds
	movl	%eax, %ss
	movl	AT(values) + START_CR4(%ebx), %eax
	movl	%eax, %cr4
	leal	KEEL_PAGE_SIZE(%ebx), %eax
	movl	%eax, %cr3
	movl	$MSR_EFER, %ecx
	movl	AT(values) + START_EFER(%ebx), %eax
	xorl	%edx, %edx
	wrmsr
	movl	AT(values) + START_CR0(%ebx), %eax
	movl	%eax, %cr0
	ljmpl	*AT(values) + START_LONG(%ebx)

	/* The upper halves are undefined after the change of modes. */
	.code64
long_mode:
	movl	%ebx, %ebx
	movl	%esi, %edi
	cmpq	AT(values) + START_STACKS(%rbx), %rdi
	jae	halt64
	/* Any stack that no other CPU has will do; whose it is shows later. */
	movq	%rdi, %rax
	imulq	AT(values) + START_STACK_STEP(%rbx), %rax
	addq	AT(values) + START_STACK(%rbx), %rax
	movq	%rax, %rsp
	xorl	%ebp, %ebp
	call	*AT(values) + START_ENTRY(%rbx)
halt64:
	cli
	hlt
	jmp	halt64

	/* Flat; accessed, so that the CPU has nothing to write. */
	.balign 8
gdt:
	.quad	0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
	.quad	0x00af9b000000ffff
gdt_end:

	/* struct start_values: what is not zero becomes an address when the page has one. */
values:
	.quad	0, 0, 0, 0
	.long	0, 0, 0, 0
	.long	AT(protected_mode)
	.word	CODE32
	.long	AT(long_mode)
	.word	CODE64
	.word	gdt_end - gdt - 1
	.long	AT(gdt)
start_page_end:

	.section .note.GNU-stack, "", @progbits
