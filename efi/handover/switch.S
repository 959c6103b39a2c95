/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the loader to the kernel.
 *
 * The kernel root has an empty lower half, so the code that loads it into CR3 cannot run there,
 * and nothing but the kernel's own text may be executable in the upper half. The way out: a third,
 * short-lived root, the landing root, in which the page around the kernel's entry point is not the
 * kernel's but one of ours. It holds a single instruction, MOV to CR3, that ends exactly where the
 * kernel begins. When it has been executed, the next instruction is fetched through the kernel
 * root: it is the kernel's first.
 */
#include <keel/selectors.h>
#include "handover/switch.h"

	.text
	.globl load_segments
load_segments:
	lgdt	(%rdi)
	mov	$KEEL_KERNEL_DS, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %fs
	mov	%eax, %gs
	mov	%eax, %ss
	pushq	$KEEL_KERNEL_CS
	lea	1f(%rip), %rax
	push	%rax
	lretq
1:
	ret

	.globl depart
depart:
	lgdt	DEPARTURE_GDT(%rdi)
	lidt	DEPARTURE_IDT(%rdi)
	xor	%eax, %eax
	lldt	%ax
	mov	%eax, %fs
	mov	%eax, %gs
	mov	$KEEL_KERNEL_DS, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	pushq	$KEEL_KERNEL_CS
	lea	1f(%rip), %rax
	push	%rax
	lretq
1:
	/* IF = DF = 0, and all else that a kernel would not expect. */
	pushq	$2
	popfq
	mov	DEPARTURE_LANDING(%rdi), %rax
	mov	%rax, landing(%rip)
	mov	DEPARTURE_STACK(%rdi), %rsp
	mov	DEPARTURE_LANDING_ROOT(%rdi), %rdx
	mov	DEPARTURE_CR4(%rdi), %rcx
	mov	DEPARTURE_KERNEL_ROOT(%rdi), %rax
	mov	DEPARTURE_BOOT_INFO(%rdi), %rdi
	/*
	 * No stack from here on. Global pages are turned on only now: in this root there are none,
	 * so the page at the entry point cannot be remembered beyond the next load of CR3.
	 */
	mov	%rdx, %cr3
	mov	%rcx, %cr4
	xor	%ecx, %ecx
	xor	%edx, %edx
	xor	%ebx, %ebx
	xor	%esi, %esi
	xor	%ebp, %ebp
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	xor	%r10d, %r10d
	xor	%r11d, %r11d
	xor	%r12d, %r12d
	xor	%r13d, %r13d
	xor	%r14d, %r14d
	xor	%r15d, %r15d
	jmp	*landing(%rip)

	.data
	.balign 8
landing:
	.quad	0

	.section .rodata
	.globl	landing_code, landing_code_end
landing_code:
	mov	%rax, %cr3
landing_code_end:

	.section .note.GNU-stack, "", @progbits
