/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From an interrupt into C and back. The CPU has pushed SS, RSP, RFLAGS, CS and RIP, on a stack
 * that it has aligned to 16, and for some exceptions an error code. With ten registers more it is
 * aligned again.
 */
	.text
	.macro entry name function has_error
	.globl \name
\name:
	.if \has_error == 0
	push $0
	.endif
	push %rax
	push %rcx
	push %rdx
	push %rsi
	push %rdi
	push %r8
	push %r9
	push %r10
	push %r11
	push %rbp
	cld
	mov %rsp, %rdi
	call \function
	pop %rbp
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rdi
	pop %rsi
	pop %rdx
	pop %rcx
	pop %rax
	add $8, %rsp	/* the error code */
	iretq
	.endm

	entry page_fault_entry, page_fault, 1
	entry tick_entry, tick, 0

	.section .note.GNU-stack, "", @progbits
