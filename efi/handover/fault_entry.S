/* SPDX-License-Identifier: BSD-2-Clause */
/* Exceptions, and calls that survive them: see fault.h. */
#include <keel/selectors.h>
#include "handover/fault.h"

#define RFLAGS_CLEAR 2 /* the bit that is always set: IF, DF, TF, NT and AC are not */

/*
 * Vectors with an error code on the stack (SDM vol. 3A 6.13): #DF, #TS to #PF, #AC, #CP, #VC, #SX.
 */
#define WITH_ERROR_CODE 0x60227d00

	.text
	.globl fault_call
fault_call:
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	/* Aligned to 16 at the call, with room for four arguments (UEFI 2.10, 2.3.4). */
	sub	$40, %rsp
	mov	%rsp, fault + FAULT_CATCH(%rip)
	mov	%rdi, %rax
	mov	%r8, %r9
	mov	%rcx, %r8
	mov	%rsi, %rcx
	call	*%rax
	/* It may have turned interrupts on, or the direction around (UEFI 2.10, 2.3.4). */
	pushq	$RFLAGS_CLEAR
	popfq
back:
	movq	$0, fault + FAULT_CATCH(%rip)
	add	$40, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	ret

	.globl fault_stubs
fault_stubs:
	.rept	FAULT_VECTORS
	/* CALL with 32 bits, whatever the distance: its return address tells the vector. */
	.byte	0xe8
	.long	common - . - 4
	.endr

common:
	cld
	/* Whoever set a trap: once is enough. */
	xor	%eax, %eax
	mov	%rax, %dr7
	pop	%rax
	lea	fault_stubs + FAULT_STUB_BYTES(%rip), %rcx
	sub	%rcx, %rax
	mov	$FAULT_STUB_BYTES, %ecx
	xor	%edx, %edx
	div	%ecx
	mov	$WITH_ERROR_CODE, %ecx
	bt	%eax, %ecx
	mov	$0, %ecx
	jnc	1f
	pop	%rcx
1:
	mov	%rcx, fault + FAULT_ERROR(%rip)
	mov	%rax, fault + FAULT_VECTOR(%rip)
	mov	(%rsp), %rax
	mov	%rax, fault + FAULT_RIP(%rip)
	mov	%cr2, %rax
	mov	%rax, fault + FAULT_CR2(%rip)
	incq	fault + FAULT_COUNT(%rip)
	mov	fault + FAULT_CATCH(%rip), %rcx
	test	%rcx, %rcx
	jz	2f
	/* Inside an NMI, none would come any more without an IRET (SDM vol. 3A 6.7.1). */
	pushq	$KEEL_KERNEL_DS
	push	%rcx
	pushq	$RFLAGS_CLEAR
	pushq	$KEEL_KERNEL_CS
	lea	back(%rip), %rax
	push	%rax
	iretq
2:
	and	$-16, %rsp
	call	fault_fatal

	.globl fault_ignore
fault_ignore:
	iretq

	.data
	.balign 8
	.globl fault
	.hidden fault
fault:
	.quad	0, 0, 0, 0, 0, 0

	.section .note.GNU-stack, "", @progbits
