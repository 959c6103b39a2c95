/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What runs in ring 3: copied from here, where it is not executable, to a page of an address space.
 * Registers come from the excursion that leads here and are read back from it.
 */
#include "excursion.h"

	.section .rodata
	.macro PIECE name
	.globl \name
\name:
	.endm

	PIECE user_code
	PIECE user_read
	movzbl (%rdi), %eax
	int $VECTOR_BACK

	PIECE user_write
	movb %al, (%rdi)
	int $VECTOR_BACK

	PIECE user_exchange
	movq (%rdi), %rax
	movq %rsi, (%rdi)
	int $VECTOR_BACK

	PIECE user_call
	call *%rbx
	int $VECTOR_BACK

	PIECE user_halt
	hlt

	PIECE user_undefined
	ud2

	/* SS from EAX, ESP from ECX; the second INT comes with a value of the stack in EBX. */
	.code32
	PIECE user_stack16
	movl %eax, %ss
	movl %ecx, %esp
	int $VECTOR_BACK
	pushl $VECTOR_BACK
	popl %ebx
	movl %esp, %eax
	int $VECTOR_BACK
	.code64

	PIECE user_code_end

	.section .note.GNU-stack, "", @progbits
