/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * uint64_t service_enter(uint64_t function, uint64_t a, b, c, d, e): calls firmware with
 * Microsoft's x64 convention, on the services' own stack. Registers that it has to keep hold known
 * values; service_changed is zero if they still do, and if the stack pointer does. service_flags
 * are the flags that it returned with. A fault that cannot be helped goes on at service_faulted:
 * fault.c knows probe_resume and probe_rsp.
 */
#include "tests/payload/saved_registers.h"
	.set PATTERN, 0x4b65656c

	.macro FOR_KEPT operation, more
	.set kept, PATTERN
	.irp register, rbx, rbp, rsi, rdi, r12, r13, r14, r15
	\operation $kept, %\register
	.ifnb \more
	\more %\register, %rcx
	.endif
	.set kept, kept + 1
	.endr
	.endm

	.text
	.globl service_enter
	.type service_enter, @function
service_enter:
	save_registers
	movq %rsp, probe_rsp(%rip)
	leaq service_faulted(%rip), %rax
	movq %rax, probe_resume(%rip)

	/* Four arguments' home space and the fifth argument; it aligns the stack, too. */
	movq service_stack_top(%rip), %rsp
	subq $48, %rsp
	movq %r9, 32(%rsp)
	movq %r8, %r9
	movq %rcx, %r8
	movq %rsi, %rcx
	movq %rdi, %rax
	FOR_KEPT movq
	call *%rax

	pushfq
	popq service_flags(%rip)
	leaq 48(%rsp), %rcx
	subq service_stack_top(%rip), %rcx
	FOR_KEPT subq, orq
	movq %rcx, service_changed(%rip)
	jmp service_leave

service_faulted:
	movq $-1, %rax
service_leave:
	cli
	cld
	movq probe_rsp(%rip), %rsp
	movq $0, probe_resume(%rip)
	restore_registers
	ret
	.size service_enter, . - service_enter

	.section .note.GNU-stack, "", @progbits
