/* SPDX-License-Identifier: BSD-2-Clause */
/* The self-check kernel, packed by efi/pack, and the CRC-32 of what it unpacks to. */
	.section .rodata
	.globl embedded_kernel, embedded_kernel_end, embedded_kernel_crc
	.balign 16
embedded_kernel:
	.incbin "selfcheck.lzma"
embedded_kernel_end:
	.balign 4
embedded_kernel_crc:
	.include "selfcheck.crc"

	.section .note.GNU-stack, "", @progbits
