/* SPDX-License-Identifier: BSD-2-Clause */
/* Keeps the registers that the kernel is entered with, in the order that limine.c says. */
	.text
	.globl limine_entry, file_entry
/* The ELF file's entry, which the entry point request overrules. */
file_entry:
	ud2
limine_entry:
	mov %rax, at_entry(%rip)
	mov %rbx, at_entry+8(%rip)
	mov %rcx, at_entry+16(%rip)
	mov %rdx, at_entry+24(%rip)
	mov %rsi, at_entry+32(%rip)
	mov %rdi, at_entry+40(%rip)
	mov %rbp, at_entry+48(%rip)
	mov %r8, at_entry+56(%rip)
	mov %r9, at_entry+64(%rip)
	mov %r10, at_entry+72(%rip)
	mov %r11, at_entry+80(%rip)
	mov %r12, at_entry+88(%rip)
	mov %r13, at_entry+96(%rip)
	mov %r14, at_entry+104(%rip)
	mov %r15, at_entry+112(%rip)
	mov %rsp, at_entry+120(%rip)
	pushf
	pop at_entry+128(%rip)
	mov %cs, %eax
	mov %rax, at_entry+136(%rip)
	jmp kernel_main

	.globl at_entry
	.section .data
	.balign 8
at_entry:
	.fill 18, 8, 0xee

	.section .note.GNU-stack, "", @progbits
