/* SPDX-License-Identifier: BSD-2-Clause */
/* Relocatable ELF64 objects, as far as the module loader reads them: System V ABI, chapter 4. */
#ifndef PAYLOAD_ELF_H
#define PAYLOAD_ELF_H

#include <stddef.h>
#include <stdint.h>

#define SHT_SYMTAB    2
#define SHT_RELA      4
#define SHT_NOBITS    8
#define SHF_WRITE     1
#define SHF_ALLOC     2
#define SHF_EXECINSTR 4

struct elf_header {
	uint8_t identification[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, program_headers, section_headers;
	uint32_t flags;
	uint16_t bytes, program_header_bytes, program_header_count;
	uint16_t section_header_bytes, section_count, name_section;
};

struct elf_section {
	uint32_t name, type;
	uint64_t flags, virt, offset, bytes;
	uint32_t link, info;
	uint64_t alignment, entry_bytes;
};

struct elf_symbol {
	uint32_t name;
	uint8_t info, other;
	uint16_t section;
	uint64_t value, bytes;
};

struct elf_rela {
	uint64_t offset;
	uint32_t type, symbol;
	int64_t addend;
};

static inline const struct elf_section *section_at(const void *object, unsigned n)
{
	const struct elf_header *header = object;

	return (const struct elf_section *)((const char *)object + header->section_headers) + n;
}

static inline unsigned section_count(const void *object)
{
	return ((const struct elf_header *)object)->section_count;
}

static inline const void *contents(const void *object, const struct elf_section *section)
{
	return (const char *)object + section->offset;
}

static inline const struct elf_section *symbol_table(const void *object)
{
	for (unsigned n = 0; n < section_count(object); n++)
		if (section_at(object, n)->type == SHT_SYMTAB)
			return section_at(object, n);
	return NULL;
}

static inline const char *symbol_name(const void *object, const struct elf_symbol *symbol)
{
	const struct elf_section *names = section_at(object, symbol_table(object)->link);

	return (const char *)contents(object, names) + symbol->name;
}

#endif
