/* SPDX-License-Identifier: BSD-2-Clause */
/* What a function has to leave as it was (System V ABI, x86-64, 3.2.1). For assembly only. */
#ifndef PAYLOAD_SAVED_REGISTERS_H
#define PAYLOAD_SAVED_REGISTERS_H

/* clang-format off */
	.macro save_registers
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	.endm

	.macro restore_registers
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	.endm
/* clang-format on */

#endif
