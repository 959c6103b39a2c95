/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tell.c, linked for a place that is BASE_MB into the kernel text window. PIE:
 * position-independent, so that there are relocations to apply.
 */
#include <keel/layout.h>

ENTRY(start)
PHDRS
{
	text PT_LOAD FLAGS(5);
	rodata PT_LOAD FLAGS(4);
	data PT_LOAD FLAGS(6);
#ifdef PIE
	dynamic PT_DYNAMIC FLAGS(6);
#endif
}
SECTIONS
{
	. = KEEL_TEXT_START + BASE_MB * 0x100000;
	.text : { *(.text.start) *(.text .text.*) } :text
	. = ALIGN(4096);
	.rodata : { *(.rodata .rodata.*) } :rodata
#ifdef PIE
	.rela.dyn : { *(.rela .rela.*) } :rodata
	.dynsym : { *(.dynsym) } :rodata
	.dynstr : { *(.dynstr) } :rodata
	.hash : { *(.hash) } :rodata
	.gnu.hash : { *(.gnu.hash) } :rodata
#endif
	. = ALIGN(4096);
	.data.rel.ro : { *(.data.rel.ro .data.rel.ro.*) *(.got .got.plt) } :data
#ifdef PIE
	.dynamic : { *(.dynamic) } :data :dynamic
#endif
	.data : { *(.data .data.*) } :data
	.bss : { *(.bss .bss.* COMMON) } :data
	/DISCARD/ : { *(.comment .note.* .eh_frame .interp) }
}
