/* SPDX-License-Identifier: BSD-2-Clause */
/* The module, as the compiler left it. */
	.section .rodata, "a", @progbits
	.balign 8
	.globl module_image
module_image:
	.incbin "module/tests/payload/module/module.o"
	.globl module_image_end
module_image_end:

	.section .note.GNU-stack, "", @progbits
