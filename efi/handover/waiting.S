/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A CPU's way into the kernel root, and the code of the waiting page, where it stays until the
 * kernel has a function for it.
 */
#include <keel/selectors.h>
#include "handover/waiting.h"

#define CR4_PGE_BIT 7

	/* Runs on the transition tables, interrupts off; the argument lies in the kernel half. */
	.text
	.globl wait_for_kernel
wait_for_kernel:
	lgdt	WAITER_GDT_WRITABLE(%rdi)
	mov	$KEEL_TSS_SEL, %eax
	ltr	%ax
	lgdt	WAITER_GDT(%rdi)
	lidt	WAITER_IDT(%rdi)
	xor	%eax, %eax
	lldt	%ax
	mov	%eax, %fs
	mov	%eax, %gs
	mov	$KEEL_KERNEL_DS, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	pushq	$KEEL_KERNEL_CS
	pushq	WAITER_PAGE(%rdi)
	pushq	$2
	popfq
	mov	WAITER_MAILBOX(%rdi), %rbx
	mov	WAITER_NUMBER(%rdi), %rsi
	mov	WAITER_STACK(%rdi), %rdx
	mov	WAITER_KERNEL_ROOT(%rdi), %rax
	lretq

	/* Position-independent. From the first store on no memory but the mailbox is touched. */
	.section .rodata
	.globl	waiting_code, waiting_code_end
waiting_code:
	mov	%rax, %cr3
	mov	%rdx, %rsp
	movl	$MAILBOX_WAITING, MAILBOX_STATE(%rbx)
1:
	pause
	mov	MAILBOX_ENTRY(%rbx), %rax
	test	%rax, %rax
	jz	1b
	/*
	 * It has missed every INVLPG until now: this drops global entries, too (SDM 3A 4.10.4.1).
	 */
	mov	%cr4, %rcx
	mov	%rcx, %rdx
	btr	$CR4_PGE_BIT, %rdx
	mov	%rdx, %cr4
	mov	%rcx, %cr4
	mov	MAILBOX_ARGUMENT(%rbx), %rdi
	movl	$MAILBOX_RUNNING, MAILBOX_STATE(%rbx)
	xor	%ebx, %ebx
	xor	%ecx, %ecx
	xor	%edx, %edx
	xor	%ebp, %ebp
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d
	xor	%r12d, %r12d
	xor	%r13d, %r13d
	xor	%r14d, %r14d
	xor	%r15d, %r15d
	jmp	*%rax
waiting_code_end:

	.section .note.GNU-stack, "", @progbits
