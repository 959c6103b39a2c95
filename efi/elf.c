/* SPDX-License-Identifier: BSD-2-Clause */
/* System V ABI, "Object Files" and "Program Loading"; x86-64 supplement. */
#include <stdbool.h>
#include "elf.h"

struct elf_header {
	uint8_t ident[16];
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

struct program_header {
	uint32_t type;
	uint32_t flags;
	uint64_t offset;
	uint64_t vaddr;
	uint64_t paddr;
	uint64_t filesz;
	uint64_t memsz;
	uint64_t align;
};

#define ELF_MAGIC      0x464c457f
#define CLASS_64       2
#define DATA_LITTLE    1
#define VERSION_1      1
#define TYPE_EXEC      2
#define MACHINE_X86_64 62
#define PT_LOAD	       1
#define PF_X	       1
#define PF_W	       2

static int refuse(struct elf_error *error, const char *what, uint64_t found, uint64_t wanted)
{
	*error = (struct elf_error){ what, found, wanted };
	return -1;
}

static int check_header(const struct elf_header *h, uint64_t bytes, struct elf_error *error)
{
	if (bytes < sizeof(*h))
		return refuse(error, "the file is shorter than an ELF header", bytes, sizeof(*h));
	if (*(const uint32_t *)h->ident != ELF_MAGIC)
		return refuse(error, "not an ELF file: magic", *(const uint32_t *)h->ident,
			      ELF_MAGIC);
	if (h->ident[4] != CLASS_64)
		return refuse(error, "not a 64-bit ELF file: EI_CLASS", h->ident[4], CLASS_64);
	if (h->ident[5] != DATA_LITTLE)
		return refuse(error, "not little-endian: EI_DATA", h->ident[5], DATA_LITTLE);
	if (h->ident[6] != VERSION_1 || h->version != VERSION_1)
		return refuse(error, "unknown ELF version: e_version", h->version, VERSION_1);
	if (h->machine != MACHINE_X86_64)
		return refuse(error, "not for x86-64: e_machine", h->machine, MACHINE_X86_64);
	if (h->type != TYPE_EXEC)
		return refuse(error, "not an executable at a fixed address: e_type", h->type,
			      TYPE_EXEC);
	if (h->phentsize != sizeof(struct program_header))
		return refuse(error, "program headers of an unknown size: e_phentsize",
			      h->phentsize, sizeof(struct program_header));
	if (h->phoff % 8 || h->phoff > bytes ||
	    h->phnum > (bytes - h->phoff) / sizeof(struct program_header))
		return refuse(error, "program headers lie outside the file: e_phoff", h->phoff,
			      bytes);
	return 0;
}

static int check_load(const struct program_header *p, uint64_t bytes, struct elf_error *error)
{
	if (p->filesz > p->memsz)
		return refuse(error, "a segment is larger in the file than in memory: p_filesz",
			      p->filesz, p->memsz);
	if (p->offset > bytes || p->filesz > bytes - p->offset)
		return refuse(error, "the file ends before a segment does: p_offset + p_filesz",
			      p->offset + p->filesz, bytes);
	if (p->vaddr < KEEL_TEXT_START || p->vaddr > KEEL_TEXT_LAST ||
	    p->memsz - 1 > KEEL_TEXT_LAST - p->vaddr)
		return refuse(error, "a segment leaves the kernel text window: p_vaddr", p->vaddr,
			      KEEL_TEXT_START);
	if (p->flags & PF_W && p->flags & PF_X)
		return refuse(error, "a segment is writable and executable: p_flags", p->flags,
			      p->flags & ~PF_X);
	return 0;
}

static enum keel_rights rights_of(uint32_t flags)
{
	if (flags & PF_X)
		return KEEL_RIGHTS_RX;
	return flags & PF_W ? KEEL_RIGHTS_RW : KEEL_RIGHTS_R;
}

static int add_segment(struct elf_image *image, const struct program_header *p,
		       struct elf_error *error)
{
	struct elf_segment *s = image->segments + image->segment_count;
	const uint64_t first = p->vaddr & ~(KEEL_PAGE_SIZE - 1);
	const uint64_t last = (p->vaddr + p->memsz - 1) | (KEEL_PAGE_SIZE - 1);

	if (image->segment_count == ELF_MAX_SEGMENTS)
		return refuse(error, "more segments than Keel takes: number", ELF_MAX_SEGMENTS + 1,
			      ELF_MAX_SEGMENTS);
	/* The ABI has PT_LOAD entries ascend by address, so only the one before can share a page. */
	if (image->segment_count && first < s[-1].virt + s[-1].bytes)
		return refuse(
			error,
			"a segment begins on a page of, or before, the one before it: p_vaddr",
			p->vaddr, s[-1].virt + s[-1].bytes);
	*s = (struct elf_segment){
		.file_offset = p->offset,
		.file_bytes = p->filesz,
		.data_virt = p->vaddr,
		.virt = first,
		.bytes = last - first + 1,
		.rights = rights_of(p->flags),
	};
	image->segment_count++;
	return 0;
}

static int check_entry(const struct elf_image *image, struct elf_error *error)
{
	for (uint32_t n = 0; n < image->segment_count; n++) {
		const struct elf_segment *s = image->segments + n;

		if (s->rights != KEEL_RIGHTS_RX || image->entry_virt < s->virt ||
		    image->entry_virt - s->virt >= s->bytes)
			continue;
		if (image->entry_virt - KEEL_TEXT_START < LANDING_BYTES)
			return refuse(error,
				      "the entry is too close to the window's start: e_entry",
				      image->entry_virt, KEEL_TEXT_START + LANDING_BYTES);
		return 0;
	}
	return refuse(error, "the entry lies in no executable segment: e_entry", image->entry_virt,
		      image->virt);
}

int elf_parse(const void *file, uint64_t bytes, struct elf_image *image, struct elf_error *error)
{
	const struct elf_header *h = file;
	const struct program_header *headers;

	if (check_header(h, bytes, error))
		return -1;
	headers = (const struct program_header *)((const char *)file + h->phoff);
	image->entry_virt = h->entry;
	image->segment_count = 0;
	for (uint16_t n = 0; n < h->phnum; n++) {
		const struct program_header *p = headers + n;

		if (p->type != PT_LOAD || !p->memsz)
			continue;
		if (check_load(p, bytes, error) || add_segment(image, p, error))
			return -1;
	}
	if (!image->segment_count)
		return refuse(error, "nothing to load: number of PT_LOAD segments", 0, 1);
	image->virt = image->segments[0].virt;
	image->bytes = image->segments[image->segment_count - 1].virt +
		       image->segments[image->segment_count - 1].bytes - image->virt;
	return check_entry(image, error);
}
