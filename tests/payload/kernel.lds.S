/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linker script of the self-check kernel, to be run through the C preprocessor so that the address
 * of the text window stands in layout.h only. Three segments, one for each kind of rights; nothing
 * in them shares a page. The kernel lies 2 MB into the window: physical memory below that belongs
 * to firmware more often than not.
 *
 * PIE: position-independent, for a test that puts it elsewhere.
 */
#ifndef __ASSEMBLER__
#define __ASSEMBLER__
#endif
#include <keel/layout.h>

OUTPUT_FORMAT(elf64-x86-64)
OUTPUT_ARCH(i386:x86-64)
ENTRY(kernel_entry)

PHDRS
{
	text PT_LOAD FLAGS(5);	 /* R-X */
	rodata PT_LOAD FLAGS(4); /* R-- */
	data PT_LOAD FLAGS(6);	 /* RW- */
	note PT_NOTE FLAGS(4);
#ifdef PIE
	dynamic PT_DYNAMIC FLAGS(6);
#endif
}

SECTIONS
{
	. = KEEL_TEXT_START + KEEL_SIZE_2M;
	text_start = .;
	.text : AT(ADDR(.text) - KEEL_TEXT_START)
	{
		*(.text .text.*)
	} :text
	. = ALIGN(KEEL_PAGE_SIZE);
	text_end = .;

	rodata_start = .;
	.rodata : AT(ADDR(.rodata) - KEEL_TEXT_START)
	{
		*(.rodata .rodata.*)
	} :rodata
	.note.keel : AT(ADDR(.note.keel) - KEEL_TEXT_START)
	{
		KEEP(*(.note.keel))
	} :rodata :note
#ifdef PIE
	.rela.dyn : AT(ADDR(.rela.dyn) - KEEL_TEXT_START) { *(.rela .rela.*) } :rodata
	.dynsym : AT(ADDR(.dynsym) - KEEL_TEXT_START) { *(.dynsym) } :rodata
	.dynstr : AT(ADDR(.dynstr) - KEEL_TEXT_START) { *(.dynstr) } :rodata
	.hash : AT(ADDR(.hash) - KEEL_TEXT_START) { *(.hash) } :rodata
	.gnu.hash : AT(ADDR(.gnu.hash) - KEEL_TEXT_START) { *(.gnu.hash) } :rodata
#endif
	. = ALIGN(KEEL_PAGE_SIZE);
	rodata_end = .;

	data_start = .;
#ifdef PIE
	.dynamic : AT(ADDR(.dynamic) - KEEL_TEXT_START) { *(.dynamic) } :data :dynamic
	.data.rel.ro : AT(ADDR(.data.rel.ro) - KEEL_TEXT_START)
	{
		*(.data.rel.ro .data.rel.ro.*) *(.got .got.plt)
	} :data
#endif
	.data : AT(ADDR(.data) - KEEL_TEXT_START)
	{
		*(.data .data.*)
		. = ALIGN(8);
	} :data
	/* The last of what the file holds, filled in when the rest is known: see `checksum`. */
	.checksum : AT(ADDR(.checksum) - KEEL_TEXT_START)
	{
		file_checksum = .;
		QUAD(0)
	} :data
	.bss : AT(ADDR(.bss) - KEEL_TEXT_START)
	{
		/* Written to by the first instructions; they find the rest as it was. */
		*(.entry)
		. = ALIGN(8);
		bss_start = .;
		*(.bss .bss.* COMMON)
		. = ALIGN(KEEL_PAGE_SIZE);
	} :data
	data_end = .;

	ASSERT(data_end <= KEEL_TEXT_LAST + 1, "the kernel fits into the text window")

	/DISCARD/ : { *(.comment) *(.note .note.*) *(.eh_frame) }
}
