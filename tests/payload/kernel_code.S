/* SPDX-License-Identifier: BSD-2-Clause */
/* What excursions in ring 0 run, and the switch between two stacks. */
#include "excursion.h"
#include "fault.h"
#include "saved_registers.h"

	.text
	.macro PIECE name
	.globl \name
\name:
	.endm

	PIECE raise_nmi
	int $VECTOR_NMI

	PIECE raise_mc
	int $VECTOR_MC

	PIECE raise_ud
	ud2

	/* With TF set: #DB comes after the first of these. */
	PIECE raise_db
	nop
	int $VECTOR_BACK

	PIECE recurse
	call recurse

	/* void stack_switch(uint64_t *save_rsp, uint64_t rsp): goes on where that one was saved */
	PIECE stack_switch
	save_registers
	movq %rsp, (%rdi)
	movq %rsi, %rsp
	restore_registers
	ret

	.section .note.GNU-stack, "", @progbits
