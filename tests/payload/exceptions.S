/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry points of the 32 exceptions, FAULT_STUB_BYTES apart, and the accesses that may fault.
 * fault.c has struct fault_frame, which mirrors what is pushed here.
 */
	.text

	/* Vectors with an error code of the CPU's own: SDM vol. 3A table 6-1. */
	.balign 16
	.globl exception_stubs
exception_stubs:
	.set vector, 0
	.rept 32
	.balign 16
	.if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || \
	      vector == 29 || vector == 30)
	pushq $0
	.endif
	pushq $vector
	jmp exception_common
	.set vector, vector + 1
	.endr

	.globl exception_common
exception_common:
	pushq %rax
	pushq %rcx
	pushq %rdx
	pushq %rbx
	pushq %rbp
	pushq %rsi
	pushq %rdi
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	cld
	movq %rsp, %rdi
	movq %rsp, %rbp
	andq $-16, %rsp
	call exception
	movq %rbp, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rdi
	popq %rsi
	popq %rbp
	popq %rbx
	popq %rdx
	popq %rcx
	popq %rax
	addq $16, %rsp
	iretq

	/*
	 * uint8_t probe_access_read(uint64_t virt), void probe_access_write(uint64_t virt,
	 * uint8_t), void probe_access_fetch(uint64_t virt): while probe_resume is not zero, a fault
	 * goes on there, with the stack pointer of probe_rsp. A read that faults gives 0.
	 */
	.macro PROBE name, access:vararg
	.globl probe_access_\name
	.type probe_access_\name, @function
probe_access_\name:
	movq %rsp, probe_rsp(%rip)
	leaq probe_done(%rip), %rax
	movq %rax, probe_resume(%rip)
	xorl %eax, %eax
	\access
	jmp probe_done
	.size probe_access_\name, . - probe_access_\name
	.endm

	PROBE read, movb (%rdi), %al
	/* A plain store: emulators take the read of a read-modify-write for what has faulted. */
	PROBE write, movb %sil, (%rdi)
	PROBE fetch, call *%rdi

	.macro READ_MSR
	movl %edi, %ecx
	rdmsr
	shlq $32, %rdx
	orq %rdx, %rax
	.endm

	/* uint64_t probe_access_msr(uint32_t msr), likewise. */
	PROBE msr, READ_MSR

probe_done:
	movq $0, probe_resume(%rip)
	ret

	.section .note.GNU-stack, "", @progbits
