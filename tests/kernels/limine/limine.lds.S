/* SPDX-License-Identifier: BSD-2-Clause */
/* As linker scripts of Limine's kernels are: from the first byte of the last 2 GB on. */
ENTRY(file_entry)

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
#ifdef PIE
	. = 0;
#else
	. = 0xffffffff80000000;
#endif
	kernel_start = .;
	.text : { *(.text .text.*) } :text
	. = ALIGN(4096);
	.rodata : { *(.rodata .rodata.*) *(.dynsym) *(.dynstr) *(.hash) *(.gnu.hash) } :rodata
	.rela.dyn : { *(.rela .rela.*) } :rodata
	. = ALIGN(4096);
	.data : {
		KEEP(*(.requests_start))
		KEEP(*(.requests))
		KEEP(*(.requests_end))
		*(.data .data.*)
	} :data
#ifdef PIE
	.dynamic : { *(.dynamic) } :data :dynamic
#endif
	.bss : { *(.bss .bss.* COMMON) } :data

	/DISCARD/ : { *(.comment) *(.note .note.*) *(.eh_frame) *(.interp) }
}
