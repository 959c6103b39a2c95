/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the ELF loader share: pieces of the file, and the sentences of refusals. */
#ifndef EFI_ELF_PARTS_H
#define EFI_ELF_PARTS_H

#include "elf/elf.h"
#include "elf/format.h"

/* Table entries are read so many at a time: a read costs more than its bytes. */
#define ELF_GROUP 8

/* Fills in the text (conversions as in lib/text.h) after the part that is being looked at. */
enum elf_result elf_refuse(struct elf_error *error, const char *format, ...);

/* Refuses a member of a header that has another value than the only one that it can have. */
enum elf_result elf_expect(struct elf_error *error, const char *member, uint64_t found,
			   uint64_t wanted);

/* Refuses bytes from an offset on, which this member of a header gives, that leave the file. */
enum elf_result elf_expect_inside(struct elf_error *error, const struct file *file,
				  const char *member, uint64_t offset, uint64_t bytes);

enum elf_result elf_read(struct file *file, uint64_t offset, void *to, uint64_t bytes,
			 struct elf_error *error);

/* An array in the file: program headers or section headers. */
struct elf_table {
	uint64_t offset;
	uint64_t entry_bytes;
	uint64_t count;
};

/*
 * Entry n of a table that lies in the file: group[n % ELF_GROUP]. Those before it were read into
 * the same group before, one after the other.
 */
enum elf_result elf_read_entry(struct file *file, const struct elf_table *table, uint64_t n,
			       void *group, struct elf_error *error);

enum elf_result elf_no_memory(struct elf_error *error, const char *what, uint64_t pages);

/* header.c: reads the ELF header, and refuses it unless Keel can go on from there. */
enum elf_result elf_read_header(struct file *file, struct elf_header *h, struct elf_error *error);

/*
 * kind.c: refuses a file that does not begin as ELF files do, but with that magic number; and an
 * ELF header for another machine than x86-64 with 64 bits. They name what the file is, if they can.
 */
enum elf_result elf_refuse_format(struct file *file, uint32_t magic, struct elf_error *error);
enum elf_result elf_check_machine(const struct elf_header *h, struct elf_error *error);

/* entry.c: refuses an image in which there is no code at the entry. */
enum elf_result elf_check_entry(const struct elf_image *image, struct elf_error *error);

/* elf.c: whether all of these bytes lie in the kernel text window. */
bool elf_in_window(uint64_t virt, uint64_t bytes);
/*
 * Whether an image at that address may lie where VA = PA + KEEL_TEXT_START. Physical page 0 is the
 * firmware's to write to, in SetVirtualAddressMap too, whatever its memory map says.
 */
static inline bool elf_may_have_phys_base_0(uint64_t virt)
{
	return virt != KEEL_TEXT_START;
}

/* elf.c: the lowest address at which an image may be that cannot be where it was linked. */
uint64_t elf_first_place(const struct elf_image *image);

/* movable.c: for a file with sound headers. */
enum elf_result elf_find_movable(struct file *file, const struct elf_header *h, bool *movable,
				 struct elf_error *error);

/* notes.c: adds the requests of a PT_NOTE segment to the image's. */
enum elf_result elf_take_notes(struct file *file, const struct elf_program_header *p,
			       struct elf_image *image, struct elf_error *error);

/* relocate.c: what elf_load has put in its place. */
enum elf_result elf_relocate(const struct elf_image *image, struct elf_error *error);

#endif
