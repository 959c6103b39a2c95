/* SPDX-License-Identifier: BSD-2-Clause */
/* A kernel's symbol table, for its backtraces. What the symbols say is not looked into. */
#include "elf/parts.h"

/* Where section headers are; none at all is fine. */
static enum elf_result find_headers(const struct file *file, const struct elf_image *image,
				    struct elf_table *headers, struct elf_error *error)
{
	*headers = (struct elf_table){ image->sections_offset, sizeof(struct elf_section_header),
				       image->section_count };
	if (!headers->offset) {
		headers->count = 0;
		return ELF_GOOD;
	}
	/* More than 16 bits can tell would stand elsewhere, and is no kernel that was linked. */
	if (!headers->count)
		return elf_refuse(error, "e_shnum is 0, and yet e_shoff is %x", headers->offset);
	if (elf_expect(error, "e_shentsize", image->section_bytes, headers->entry_bytes) ||
	    elf_expect_inside(error, file, "e_shoff", headers->offset,
			      headers->count * headers->entry_bytes))
		return ELF_REFUSED;
	return ELF_GOOD;
}

/* The first symbol table; its size is 0 if there is none. */
static enum elf_result find_symtab(struct file *file, const struct elf_table *headers,
				   struct elf_section_header *symtab, struct elf_error *error)
{
	struct elf_section_header group[ELF_GROUP];
	enum elf_result result = ELF_GOOD;

	symtab->size = 0;
	error->part = "section header";
	for (uint64_t n = 0; n < headers->count && !result; n++) {
		error->number = n;
		result = elf_read_entry(file, headers, n, group, error);
		if (!result && group[n % ELF_GROUP].type == ELF_SHT_SYMTAB) {
			*symtab = group[n % ELF_GROUP];
			break;
		}
	}
	return result;
}

static enum elf_result check_symtab(const struct file *file, const struct elf_table *headers,
				    const struct elf_section_header *symtab,
				    struct elf_error *error)
{
	if (elf_expect(error, "sh_entsize", symtab->entsize, ELF_SYMBOL_BYTES) ||
	    elf_expect_inside(error, file, "sh_offset", symtab->offset, symtab->size))
		return ELF_REFUSED;
	if (symtab->size % ELF_SYMBOL_BYTES)
		return elf_refuse(error, "sh_size is %x, no multiple of %x", symtab->size,
				  (uint64_t)ELF_SYMBOL_BYTES);
	if (symtab->link >= headers->count)
		return elf_refuse(error, "sh_link is %x, there are %x sections",
				  (uint64_t)symtab->link, headers->count);
	return ELF_GOOD;
}

/* The header of the string table, which the symbol table's leads to. */
static enum elf_result read_strtab(struct file *file, const struct elf_table *headers, uint32_t n,
				   struct elf_section_header *strtab, struct elf_error *error)
{
	enum elf_result result;

	error->number = n;
	result = elf_read(file, headers->offset + n * headers->entry_bytes, strtab, sizeof(*strtab),
			  error);
	if (result)
		return result;
	if (elf_expect(error, "names of symbols: sh_type", strtab->type, ELF_SHT_STRTAB) ||
	    elf_expect_inside(error, file, "sh_offset", strtab->offset, strtab->size))
		return ELF_REFUSED;
	return strtab->size ? ELF_GOOD : elf_refuse(error, "names of symbols: sh_size is 0");
}

static enum elf_result read_tables(struct file *file, const struct elf_section_header *symtab,
				   const struct elf_section_header *strtab,
				   struct elf_memory *memory, struct elf_symbols *symbols,
				   struct elf_error *error)
{
	const uint64_t bytes = symtab->size + strtab->size;
	const uint64_t pages = ((bytes - 1) >> KEEL_PAGE_SHIFT) + 1;
	const uint64_t phys = memory->allocate(memory, ELF_FOR_SYMBOLS, pages);
	const uint64_t names_phys = phys + symtab->size;
	const uint64_t end = names_phys + strtab->size;
	enum elf_result result;

	if (!phys)
		return elf_no_memory(error, "the kernel's symbols", pages);
	result = elf_read(file, symtab->offset, (void *)phys, symtab->size, error);
	if (!result)
		result = elf_read(file, strtab->offset, (void *)names_phys, strtab->size, error);
	if (result)
		return result;
	if (elf_expect(error, "names of symbols: the last byte", *(const uint8_t *)(end - 1), 0))
		return ELF_REFUSED;
	__builtin_memset((void *)end, 0, (pages << KEEL_PAGE_SHIFT) - bytes);
	*symbols = (struct elf_symbols){ phys, symtab->size / ELF_SYMBOL_BYTES, names_phys,
					 strtab->size };
	return ELF_GOOD;
}

enum elf_result elf_load_symbols(struct file *file, const struct elf_image *image,
				 struct elf_memory *memory, struct elf_symbols *symbols,
				 struct elf_error *error)
{
	struct elf_table headers;
	struct elf_section_header symtab, strtab;
	enum elf_result result;

	*symbols = (struct elf_symbols){ 0 };
	error->part = NULL;
	result = find_headers(file, image, &headers, error);
	if (!result)
		result = find_symtab(file, &headers, &symtab, error);
	if (result || !symtab.size)
		return result;
	result = check_symtab(file, &headers, &symtab, error);
	if (!result)
		result = read_strtab(file, &headers, symtab.link, &strtab, error);
	return result ? result : read_tables(file, &symtab, &strtab, memory, symbols, error);
}
