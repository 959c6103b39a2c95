/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests: what a kernel wants of Keel beyond what every kernel gets. A kernel carries them as ELF
 * notes (System V ABI, "Note Section"); keel.conf has the same words. Without a request nothing
 * changes.
 *
 *	KEEL_REQUEST(KEEL_REQUEST_CPUS, KEEL_CPUS_STARTED);
 *
 * in one C file, at file scope, or the same without the semicolon in assembly, makes the note, in
 * the section .note.keel. Keel finds it by a program header PT_NOTE. The linker makes one by
 * itself; a linker script with PHDRS has to name it (`note PT_NOTE FLAGS(4);`) and put the section
 * into it (`.note.keel : { KEEP(*(.note.keel)) } :note`, or `:rodata :note`). The note need not be
 * in a PT_LOAD segment.
 *
 * Each request is one note: namesz 5, name "Keel", descsz 4, type KEEL_REQUEST_..., and a value of
 * 32 bits. Keel refuses a kernel whose request it does not know or cannot grant, and says so. A
 * request with KEEL_REQUEST_OPTIONAL in its type is passed over then.
 *
 * Usable from C, from C++ and from assembly.
 */
#ifndef KEEL_REQUEST_H
#define KEEL_REQUEST_H

#define KEEL_REQUEST_OWNER "Keel" /* the name of the notes */

/* The least boot_info.version that will do. In keel.conf: `version NUMBER`. */
#define KEEL_REQUEST_VERSION 1

/* What becomes of the other CPUs: a KEEL_CPUS_ value. In keel.conf: `cpus left|started`. */
#define KEEL_REQUEST_CPUS 2
#define KEEL_CPUS_LEFT	  0 /* as the firmware left them; so it is without a request */
#define KEEL_CPUS_STARTED 1 /* they wait in their mailboxes: boot_info.mailboxes */

/*
 * Which place a kernel that can be moved gets: a KEEL_PLACE_ value. In keel.conf: `random
 * no|place`.
 */
#define KEEL_REQUEST_PLACE 3
#define KEEL_PLACE_FIRST   0 /* where it was linked or the first free one; so it is without one */
#define KEEL_PLACE_RANDOM  1 /* any free one of the kernel text window, each as likely */

/* Added to the type: the kernel can do without. */
#define KEEL_REQUEST_OPTIONAL 0x80000000

/* The assembler text of a note. `type` and `value` are constants that the assembler can read. */
/* clang-format off */
#define KEEL_REQUEST_TEXT(type, value)          \
	.pushsection .note.keel, "a", @note;    \
	.balign 4;                              \
	.long 5, 4, type;                       \
	.asciz "Keel";                          \
	.balign 4;                              \
	.long value;                            \
	.popsection
/* clang-format on */

#ifdef __ASSEMBLER__
#define KEEL_REQUEST(type, value) KEEL_REQUEST_TEXT(type, value)
#else
#define KEEL_REQUEST_STRING_OF(...) #__VA_ARGS__
#define KEEL_REQUEST_STRING(...)    KEEL_REQUEST_STRING_OF(__VA_ARGS__)
#define KEEL_REQUEST(type, value)   __asm__(KEEL_REQUEST_STRING(KEEL_REQUEST_TEXT(type, value)))
#endif

#endif
