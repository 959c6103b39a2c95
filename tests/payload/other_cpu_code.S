/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions of the other CPUs whose addresses their exception handler knows: there is no state
 * that would have to be kept for each CPU.
 */
	.text

	/* What the mailboxes name: keeps every register as it was found, struct other_cpu_entry. */
	.globl other_cpu_entry
	.type other_cpu_entry, @function
other_cpu_entry:
	pushfq
	pushq %r15
	pushq %r14
	pushq %r13
	pushq %r12
	pushq %r11
	pushq %r10
	pushq %r9
	pushq %r8
	pushq %rbp
	pushq %rbx
	pushq %rdx
	pushq %rcx
	pushq %rsi
	pushq %rdi
	pushq %rax
	movq %rsp, %rdi
	subq $8, %rsp
	xorl %ebp, %ebp
	cld
	call other_cpu_main
	.size other_cpu_entry, . - other_cpu_entry

	/* Returns PROBE_NO_FAULT, unless the handler puts other_cpu_fault() into RAX. */
	.macro ACCESS name, access:vararg
	.globl other_cpu_\name, other_cpu_\name\()_at
	.type other_cpu_\name, @function
other_cpu_\name:
	movq $-1, %rax
other_cpu_\name\()_at:
	\access
	ret
	.size other_cpu_\name, . - other_cpu_\name
	.endm

	ACCESS read, movb (%rdi), %dl
	ACCESS write, movb %sil, (%rdi)

	.globl other_cpu_access_end
other_cpu_access_end:
	ret

	/* Halts until the NMI handler has filled in what RDI leads to. SMIs end a HLT too. */
	.globl other_cpu_wait, other_cpu_woken
	.type other_cpu_wait, @function
other_cpu_wait:
	cmpq $0, (%rdi)
	jne other_cpu_woken
	hlt
	jmp other_cpu_wait
other_cpu_woken:
	ret
	.size other_cpu_wait, . - other_cpu_wait

	.section .note.GNU-stack, "", @progbits
