/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether a file can be moved. ET_DYN says so. GNU ld, however, makes a position-independent
 * executable that is not linked at 0 an ET_EXEC; that it can be moved shows only in its dynamic
 * section, as DF_1_PIE.
 */
#include "elf/parts.h"

static enum elf_result find_flag(struct file *file, const struct elf_program_header *p,
				 bool *movable, struct elf_error *error)
{
	const struct elf_table table = { p->offset, sizeof(struct elf_dynamic),
					 p->filesz / sizeof(struct elf_dynamic) };
	struct elf_dynamic group[ELF_GROUP];
	enum elf_result result = ELF_GOOD;

	/* Where it has no business to be it is not read; elf_relocate has the words for that. */
	if (p->offset > file->bytes || p->filesz > file->bytes - p->offset)
		return ELF_GOOD;
	for (uint64_t n = 0; n < table.count && !result; n++) {
		const struct elf_dynamic *d = group + n % ELF_GROUP;

		result = elf_read_entry(file, &table, n, group, error);
		if (result || d->tag == ELF_DT_NULL)
			break;
		if (d->tag == ELF_DT_FLAGS_1 && d->value & ELF_DF_1_PIE)
			*movable = true;
	}
	return result;
}

enum elf_result elf_find_movable(struct file *file, const struct elf_header *h, bool *movable,
				 struct elf_error *error)
{
	const struct elf_table table = { h->phoff, sizeof(struct elf_program_header), h->phnum };
	struct elf_program_header group[ELF_GROUP];
	enum elf_result result = ELF_GOOD;

	*movable = h->type == ELF_DYN;
	for (uint64_t n = 0; n < table.count && !*movable && !result; n++) {
		result = elf_read_entry(file, &table, n, group, error);
		/* A second one is refused later: read, 65,534 of them would take minutes. */
		if (!result && group[n % ELF_GROUP].type == ELF_PT_DYNAMIC)
			return find_flag(file, group + n % ELF_GROUP, movable, error);
	}
	return result;
}
