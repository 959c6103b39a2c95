/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands in an ELF64 file: System V ABI, "Object Files" and "Program Loading and Dynamic
 * Linking"; relocations of the x86-64 supplement.
 */
#ifndef EFI_ELF_FORMAT_H
#define EFI_ELF_FORMAT_H

#include <stdint.h>

struct elf_header {
	uint32_t magic;
	uint8_t class;
	uint8_t data;
	uint8_t ident_version;
	uint8_t rest[9];
	uint16_t type;
	uint16_t machine;
	uint32_t version;
	uint64_t entry;
	uint64_t phoff;
	uint64_t shoff;
	uint32_t flags;
	uint16_t ehsize;
	uint16_t phentsize;
	uint16_t phnum;
	uint16_t shentsize;
	uint16_t shnum;
	uint16_t shstrndx;
};

struct elf_program_header {
	uint32_t type;
	uint32_t flags;
	uint64_t offset;
	uint64_t vaddr;
	uint64_t paddr;
	uint64_t filesz;
	uint64_t memsz;
	uint64_t align;
};

struct elf_section_header {
	uint32_t name;
	uint32_t type;
	uint64_t flags;
	uint64_t addr;
	uint64_t offset;
	uint64_t size;
	uint32_t link;
	uint32_t info;
	uint64_t addralign;
	uint64_t entsize;
};

/* These two, and what relocations change, are read where they lie, which may be anywhere. */
struct elf_dynamic {
	uint64_t tag;
	uint64_t value;
} __attribute__((packed));

struct elf_rela {
	uint64_t offset;
	uint32_t type;
	uint32_t symbol;
	uint64_t addend;
} __attribute__((packed));

#define ELF_MAGIC	   0x464c457f
#define ELF_CLASS_32	   1
#define ELF_CLASS_64	   2
#define ELF_DATA_LSB	   1
#define ELF_DATA_MSB	   2
#define ELF_VERSION_1	   1
#define ELF_REL		   1
#define ELF_EXEC	   2
#define ELF_DYN		   3
#define ELF_CORE	   4
#define ELF_MACHINE_X86_64 62
#define ELF_PN_XNUM	   0xffff

#define ELF_PT_LOAD    1
#define ELF_PT_DYNAMIC 2
#define ELF_PT_INTERP  3
#define ELF_PT_NOTE    4
#define ELF_PF_X       1
#define ELF_PF_W       2

#define ELF_SHT_SYMTAB	 2
#define ELF_SHT_STRTAB	 3
#define ELF_SYMBOL_BYTES 24

#define ELF_DT_NULL	0
#define ELF_DT_NEEDED	1
#define ELF_DT_PLTRELSZ 2
#define ELF_DT_RELA	7
#define ELF_DT_RELASZ	8
#define ELF_DT_RELAENT	9
#define ELF_DT_RELSZ	18
#define ELF_DT_RELRSZ	35
#define ELF_DT_FLAGS_1	0x6ffffffb
/* Android's own tags, each with a size: REL to RELASZ, RELR to RELRENT. */
#define ELF_DT_ANDROID_REL     0x6000000f
#define ELF_DT_ANDROID_RELASZ  0x60000012
#define ELF_DT_ANDROID_RELR    0x6fffe000
#define ELF_DT_ANDROID_RELRENT 0x6fffe003
#define ELF_DF_1_PIE	       0x08000000

#define ELF_R_NONE     0 /* R_X86_64_NONE */
#define ELF_R_RELATIVE 8 /* R_X86_64_RELATIVE */

#endif
