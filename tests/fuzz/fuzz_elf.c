/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a kernel, with reads and allocations that fail at some point. What is refused has to
 * be refused with a sentence; what is taken has to be laid out as elf.h says, to the byte. That
 * nothing but the memory that was asked for is written, and only bytes that the file has are read,
 * is seen to by the sanitizers and by elf_scene.h.
 */
#include "fuzz.h"
#include "elf_scene.h"

#define MOST_PAGES 64
#define CONTROL	   4 /* bytes before the file */

static void check_refused(enum elf_result result, const struct elf_error *error,
			  const struct fake_file *file)
{
	REQUIRE(error->text[0] && strlen(error->text) < sizeof(error->text) - 1);
	REQUIRE((result == ELF_UNREADABLE) == (file->reads > file->fail_at));
	if (result == ELF_UNREADABLE)
		REQUIRE(error->status == FAKE_STATUS);
}

static void check_layout(const struct elf_image *image)
{
	const uint64_t end = image->virt + image->bytes;
	uint64_t from = image->virt;
	bool entry = false;

	REQUIRE(image->virt >= KEEL_TEXT_START && image->virt <= KEEL_TEXT_LAST);
	REQUIRE(image->bytes - 1 <= KEEL_TEXT_LAST - image->virt);
	REQUIRE(image->entry_virt >= KEEL_TEXT_START + LANDING_BYTES);
	for (uint32_t n = 0; n < image->segment_count; n++) {
		const struct keel_segment *s = image->segments + n;

		REQUIRE(s->virt % KEEL_PAGE_SIZE == 0 && s->bytes % KEEL_PAGE_SIZE == 0);
		REQUIRE(s->virt >= from && s->bytes && s->bytes <= end - s->virt);
		REQUIRE(s->rights == KEEL_RIGHTS_R || s->rights == KEEL_RIGHTS_RW ||
			s->rights == KEEL_RIGHTS_RX);
		REQUIRE(s->phys == image->phys + (s->virt - image->virt));
		from = s->virt + s->bytes;
		entry |= s->rights == KEEL_RIGHTS_RX && image->entry_virt - s->virt < s->bytes;
	}
	REQUIRE(entry && from == end && image->segments[0].virt == image->virt);
	REQUIRE(image->slide == image->virt - image->link_virt);
	REQUIRE(image->slide % image->step == 0);
	REQUIRE(image->movable || !image->slide);
	REQUIRE(image->phys == image->virt - KEEL_TEXT_START + image->phys_base);
}

/* Pieces of the file that ascend, do not overlap, and lie in pages with their rights. */
static void check_pieces(const struct elf_image *image)
{
	uint64_t from = 0; /* distances from link_virt */

	for (uint32_t n = 0; n < image->piece_count; n++) {
		const struct elf_piece *p = image->pieces + n;
		const uint64_t start = p->virt - image->link_virt;
		bool held = false;

		REQUIRE(p->bytes && p->file_bytes <= p->bytes);
		REQUIRE(start >= from && p->bytes <= image->bytes - start);
		from = start + p->bytes;
		for (uint32_t s = 0; s < image->segment_count; s++) {
			const uint64_t at = image->segments[s].virt - image->virt;

			held |= start >= at && from <= at + image->segments[s].bytes &&
				p->rights == image->segments[s].rights;
		}
		REQUIRE(held);
	}
}

/* Where nothing is relocated, the file's bytes and zeroes are all that there may be. */
static void check_contents(const struct elf_image *image, const uint8_t *file)
{
	uint8_t *expected = need(image->bytes);

	for (uint32_t n = 0; n < image->piece_count; n++) {
		const struct elf_piece *p = image->pieces + n;

		memcpy(expected + (p->virt - image->link_virt), file + p->offset, p->file_bytes);
	}
	REQUIRE(!memcmp(expected, (void *)image->phys, image->bytes));
	free(expected);
}

static void check_symbols(const struct elf_symbols *symbols, const struct fake_memory *memory)
{
	const struct fake_block *block = memory->blocks + memory->blocks_used - 1;
	const char *names = (const char *)symbols->names_phys;

	if (!symbols->count)
		return;
	REQUIRE(block->use == ELF_FOR_SYMBOLS && symbols->phys == block->phys);
	REQUIRE(symbols->names_phys == symbols->phys + symbols->count * ELF_SYMBOL_BYTES);
	REQUIRE(symbols->names_bytes &&
		symbols->names_phys + symbols->names_bytes <= block->phys + block->bytes);
	REQUIRE(!names[symbols->names_bytes - 1]);
}

/* A byte that says when something is to fail; most of them say never. */
static uint64_t take_failure(struct input *in)
{
	const uint64_t n = take(in, 1);

	return n < 0x40 ? n : NEVER;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct input in = { data, bytes };
	struct fake_memory memory = fake_memory();
	struct fake_file file;
	struct elf_image image;
	struct elf_symbols symbols;
	struct elf_error error = { .text = "" };
	enum elf_result result;
	uint64_t fail_at;

	if (bytes < CONTROL)
		return 0;
	memory.most_pages = MOST_PAGES;
	memory.fail_at = take_failure(&in);
	memory.fail_from = take_failure(&in);
	memory.taken_to = take(&in, 1) * KEEL_SIZE_2M;
	fail_at = take_failure(&in);
	file = fake_file(in.data, in.bytes);
	file.fail_at = fail_at;
	result = load_all(&file, &memory, &image, &symbols, &error);
	REQUIRE(!file.outside);
	if (result) {
		check_refused(result, &error, &file);
	} else {
		check_layout(&image);
		check_pieces(&image);
		REQUIRE(memory.blocks[0].phys == image.phys &&
			memory.blocks[0].bytes == image.bytes);
		if (!image.dynamic_bytes)
			check_contents(&image, in.data);
		check_symbols(&symbols, &memory);
		elf_foreign_requests(&image);
	}
	elf_foreign_header(&file.file);
	REQUIRE(!file.outside);
	fake_free(&memory);
	return 0;
}
