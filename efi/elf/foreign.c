/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signs that a kernel was made for another loader. Such a kernel may be loaded and started, and
 * then waits for ever for what the other one would have told it: its author gets a note.
 */
#include "elf/elf.h"

#define PIECE_BYTES 4096

/* Words in the file's beginning: Multiboot 0.6.96, 3.1.1; Multiboot2 2.0, 3.1.1. */
static const struct multiboot {
	const char *name;
	uint32_t magic;
	uint32_t last; /* the header ends there at the latest, an offset in the file */
	uint32_t align;
	uint32_t words; /* of 4 bytes, of which the first is the magic number: their sum is 0 */
} multiboots[] = {
	{ "a Multiboot header", 0x1badb002, 8192, 4, 3 },
	{ "a Multiboot2 header", 0xe85250d6, 32768, 8, 4 },
};

#define MULTIBOOT_LAST 32768 /* of all of them */
#define MOST_WORDS     4

/* What Limine looks for on addresses that are multiples of 8 (its PROTOCOL.md, "Requests"). */
static const uint64_t limine[][2] = {
	{ 0xc7b1dd30df4c8b88, 0x0a82e883a194f07b }, /* each request */
	{ 0xf9562b2d5c95a6c8, 0x6a7b384944536bdc }, /* base revision */
};

static bool is_header(struct file *file, const struct multiboot *m, uint64_t offset)
{
	const uint64_t bytes = m->words * sizeof(uint32_t);
	const uint64_t last = file->bytes < m->last ? file->bytes : m->last;
	uint32_t words[MOST_WORDS];
	uint32_t sum = 0;

	if (offset % m->align || bytes > last || offset > last - bytes ||
	    file->read(file, offset, words, bytes))
		return false;
	for (unsigned n = 0; n < m->words; n++)
		sum += words[n];
	return !sum;
}

const char *elf_foreign_header(struct file *file)
{
	const uint64_t last = file->bytes < MULTIBOOT_LAST ? file->bytes : MULTIBOOT_LAST;
	uint32_t piece[PIECE_BYTES / sizeof(uint32_t)];

	for (uint64_t start = 0; start < last; start += PIECE_BYTES) {
		const uint64_t left = last - start;
		const uint64_t bytes = left < PIECE_BYTES ? left : PIECE_BYTES;

		if (file->read(file, start, piece, bytes))
			return NULL;
		for (uint64_t n = 0; n < bytes / sizeof(*piece); n++)
			for (unsigned m = 0; m < sizeof(multiboots) / sizeof(*multiboots); m++)
				if (piece[n] == multiboots[m].magic &&
				    is_header(file, multiboots + m, start + n * sizeof(*piece)))
					return multiboots[m].name;
	}
	return NULL;
}

static bool has_requests(const uint64_t *words, uint64_t count)
{
	for (uint64_t n = 0; n + 1 < count; n++)
		for (unsigned m = 0; m < sizeof(limine) / sizeof(*limine); m++)
			if (words[n] == limine[m][0] && words[n + 1] == limine[m][1])
				return true;
	return false;
}

const char *elf_foreign_requests(const struct elf_image *image)
{
	for (uint32_t n = 0; n < image->piece_count; n++) {
		const struct elf_piece *piece = image->pieces + n;
		const uint64_t before = -piece->virt % sizeof(uint64_t);
		const uint64_t phys = image->phys + (piece->virt - image->link_virt) + before;

		/* There would be answers in them: they are not code. */
		if (piece->rights != KEEL_RIGHTS_RX && piece->file_bytes > before &&
		    has_requests((const uint64_t *)phys,
				 (piece->file_bytes - before) / sizeof(uint64_t)))
			return "Limine requests";
	}
	return NULL;
}
