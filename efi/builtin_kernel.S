/* SPDX-License-Identifier: BSD-2-Clause */
/* The self-check kernel's file, as a section of its own. */
	.section .kernel, "a", @progbits
	.incbin "selfcheck.stripped.elf"

	.section .note.GNU-stack, "", @progbits
