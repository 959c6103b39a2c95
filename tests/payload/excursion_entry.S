/* SPDX-License-Identifier: BSD-2-Clause */
/* The way into an excursion and back; see excursion.h. Offsets are those of struct fault_frame. */
#include <keel/selectors.h>
#include "excursion.h"
#include "saved_registers.h"

	.text
	/* void excursion_start(const struct fault_frame *state, uint64_t iret_rsp) */
	.globl excursion_start
excursion_start:
	save_registers
	movq %rsp, excursion_rsp(%rip)
	/* SS, RSP, RFLAGS, CS, RIP: should IRET fault, there is room for that below them. */
	.irp offset, 168, 160, 152, 144, 136
	pushq \offset(%rdi)
	.endr
	testq %rsi, %rsi
	cmovnzq %rsi, %rsp
	movq 0(%rdi), %r15
	movq 8(%rdi), %r14
	movq 16(%rdi), %r13
	movq 24(%rdi), %r12
	movq 32(%rdi), %r11
	movq 40(%rdi), %r10
	movq 48(%rdi), %r9
	movq 56(%rdi), %r8
	movq 72(%rdi), %rsi
	movq 80(%rdi), %rbp
	movq 88(%rdi), %rbx
	movq 96(%rdi), %rdx
	movq 104(%rdi), %rcx
	movq 112(%rdi), %rax
	movq 64(%rdi), %rdi
	.globl excursion_iret
excursion_iret:
	iretq

	/* Segments that ring 3 may not have were emptied on the way there (SDM vol. 2, IRET). */
	.globl excursion_back
excursion_back:
	movl $KEEL_KERNEL_DS, %eax
	movl %eax, %ds
	movl %eax, %es
	restore_registers
	ret

	.globl excursion_gate
excursion_gate:
	pushq $0
	pushq $VECTOR_BACK
	jmp exception_common

	.section .note.GNU-stack, "", @progbits
