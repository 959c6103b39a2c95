/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first instruction of the kernel. Saves every register as it was found, before anything is
 * changed; entry.h describes the same structure for C. Moves do not touch the flags, so they are
 * saved last, through the stack that is being checked: without a stack nothing could be reported.
 */
	.text
	.globl kernel_entry
	.type kernel_entry, @function
kernel_entry:
	movq %rax, entry_state + 0(%rip)
	movq %rbx, entry_state + 8(%rip)
	movq %rcx, entry_state + 16(%rip)
	movq %rdx, entry_state + 24(%rip)
	movq %rsi, entry_state + 32(%rip)
	movq %rdi, entry_state + 40(%rip)
	movq %rbp, entry_state + 48(%rip)
	movq %rsp, entry_state + 56(%rip)
	movq %r8, entry_state + 64(%rip)
	movq %r9, entry_state + 72(%rip)
	movq %r10, entry_state + 80(%rip)
	movq %r11, entry_state + 88(%rip)
	movq %r12, entry_state + 96(%rip)
	movq %r13, entry_state + 104(%rip)
	movq %r14, entry_state + 112(%rip)
	movq %r15, entry_state + 120(%rip)

	/* Relative to where this code really runs, whatever it was linked for. */
	leaq kernel_entry(%rip), %rax
	movq %rax, entry_state + 128(%rip)
	pushfq
	popq entry_state + 136(%rip)

	xorl %eax, %eax
	movw %cs, %ax
	movq %rax, entry_state + 144(%rip)
	movw %ss, %ax
	movq %rax, entry_state + 152(%rip)
	movw %ds, %ax
	movq %rax, entry_state + 160(%rip)
	movw %es, %ax
	movq %rax, entry_state + 168(%rip)

	/* RDI is as it was, and RSP is as after a call. */
	xorl %ebp, %ebp
	cld
	jmp kernel_main
	.size kernel_entry, . - kernel_entry

	.section .note.GNU-stack, "", @progbits
