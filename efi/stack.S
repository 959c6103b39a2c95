/* SPDX-License-Identifier: BSD-2-Clause */
/* Another stack for a call: see stack.h. */

	.text
	.globl stack_call
stack_call:
	push	%rbp
	mov	%rsp, %rbp
	mov	%rdi, %rsp
	mov	%rdx, %rdi
	call	*%rsi
	mov	%rbp, %rsp
	pop	%rbp
	ret

	.section .note.GNU-stack, "", @progbits
