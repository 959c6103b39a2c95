/* SPDX-License-Identifier: BSD-2-Clause */
/* One interrupt is taken at a time: quiet.c acknowledges it, and lets in the next. */
#define RFLAGS_IF 0x200
#define FRAME_RFLAGS 16

	.text
	.globl quiet_interrupt
quiet_interrupt:
	andq	$~RFLAGS_IF, FRAME_RFLAGS(%rsp)
	iretq

	.section .note.GNU-stack, "", @progbits
