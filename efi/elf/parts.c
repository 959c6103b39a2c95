/* SPDX-License-Identifier: BSD-2-Clause */
#include "elf/parts.h"
#include "lib/text.h"

enum elf_result elf_refuse(struct elf_error *error, const char *format, ...)
{
	struct text text = { error->text, 0, sizeof(error->text), false };
	va_list arguments;

	error->text[0] = 0;
	if (error->part)
		text_print(&text, "%s %u: ", error->part, error->number);
	va_start(arguments, format);
	text_print_list(&text, format, arguments);
	va_end(arguments);
	return ELF_REFUSED;
}

enum elf_result elf_expect(struct elf_error *error, const char *member, uint64_t found,
			   uint64_t wanted)
{
	if (found == wanted)
		return ELF_GOOD;
	return elf_refuse(error, "%s is %x, it has to be %x", member, found, wanted);
}

enum elf_result elf_expect_inside(struct elf_error *error, const struct file *file,
				  const char *member, uint64_t offset, uint64_t bytes)
{
	if (offset <= file->bytes && bytes <= file->bytes - offset)
		return ELF_GOOD;
	return elf_refuse(error, "%s is %x: the %x bytes there leave the file, which has %x",
			  member, offset, bytes, file->bytes);
}

enum elf_result elf_read(struct file *file, uint64_t offset, void *to, uint64_t bytes,
			 struct elf_error *error)
{
	error->status = bytes ? file->read(file, offset, to, bytes) : 0;
	if (!error->status)
		return ELF_GOOD;
	elf_refuse(error, "%x bytes at offset %x cannot be read", bytes, offset);
	return ELF_UNREADABLE;
}

enum elf_result elf_read_entry(struct file *file, const struct elf_table *table, uint64_t n,
			       void *group, struct elf_error *error)
{
	const uint64_t left = table->count - n;

	if (n % ELF_GROUP)
		return ELF_GOOD;
	return elf_read(file, table->offset + n * table->entry_bytes, group,
			(left < ELF_GROUP ? left : ELF_GROUP) * table->entry_bytes, error);
}

enum elf_result elf_no_memory(struct elf_error *error, const char *what, uint64_t pages)
{
	error->part = NULL;
	elf_refuse(error, "no memory for %s: %u pages of 4 KiB", what, pages);
	return ELF_NO_MEMORY;
}
