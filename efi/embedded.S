/* SPDX-License-Identifier: BSD-2-Clause */
/* The self-check kernel, as it is when nobody says otherwise, and the CRC-32 of its bytes. */
	.section .rodata
	.globl embedded_kernel, embedded_kernel_end, embedded_kernel_crc
	.balign 16
embedded_kernel:
	.incbin "selfcheck.stripped.elf"
embedded_kernel_end:
	.balign 4
embedded_kernel_crc:
	.include "selfcheck.crc"

	.section .note.GNU-stack, "", @progbits
