/* SPDX-License-Identifier: BSD-2-Clause */
/* A kernel's way from its file to the memory in which it will run. */
#include "elf/parts.h"

#define WORTH_MOVING (1 << 20) /* bytes: smaller segments are read as they are */

static bool allocate_with_phys_base_0(struct elf_memory *memory, uint64_t virt, uint64_t pages)
{
	return elf_may_have_phys_base_0(virt) &&
	       memory->allocate_at(memory, ELF_FOR_KERNEL, virt - KEEL_TEXT_START, pages);
}

/*
 * With phys_base 0, where VA = PA + KEEL_TEXT_START, if that memory is free. Else one that can be
 * moved goes to the first address in the window for which it is; a fixed one takes such memory too,
 * for there its leaves can be as large. Else it can be anywhere in memory.
 */
static enum elf_result place_first(struct elf_image *image, struct elf_memory *memory,
				   struct elf_error *error)
{
	const uint64_t pages = image->bytes >> KEEL_PAGE_SHIFT;
	uint64_t virt = image->virt;

	if (!allocate_with_phys_base_0(memory, virt, pages)) {
		virt = elf_first_place(image);
		while (elf_in_window(virt, image->bytes) &&
		       !allocate_with_phys_base_0(memory, virt, pages))
			virt += image->step;
	}
	image->moved = virt != image->virt;
	if (elf_in_window(virt, image->bytes)) {
		image->phys = virt - KEEL_TEXT_START;
		if (image->movable)
			image->virt = virt;
	} else {
		image->phys = memory->allocate(memory, ELF_FOR_KERNEL, pages);
	}
	if (!image->phys) {
		elf_no_memory(error, "the kernel", pages);
		return ELF_NO_MEMORY;
	}
	image->phys_base = image->phys - (image->virt - KEEL_TEXT_START);
	return ELF_GOOD;
}

#define MOST_PLACES ((KEEL_TEXT_LAST - KEEL_TEXT_START + 1) / KEEL_SIZE_2M)

/* xorshift64*: enough to try places in an order that nobody knows. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1d;
}

/* Each place that is tried is as likely as any other that was not; the first free one is it. */
static enum elf_result place_anywhere(struct elf_image *image, struct elf_memory *memory,
				      struct elf_error *error)
{
	const uint64_t pages = image->bytes >> KEEL_PAGE_SHIFT;
	uint64_t places[MOST_PLACES];
	uint64_t state = image->random | 1;
	unsigned count = 0;

	for (uint64_t virt = elf_first_place(image);
	     elf_in_window(virt, image->bytes) && count < MOST_PLACES; virt += image->step)
		places[count++] = virt;
	while (count) {
		const unsigned n = (unsigned)(next_random(&state) % count);
		const uint64_t virt = places[n];

		if (allocate_with_phys_base_0(memory, virt, pages)) {
			image->moved = virt != image->virt;
			image->virt = virt;
			image->phys = virt - KEEL_TEXT_START;
			image->phys_base = 0;
			return ELF_GOOD;
		}
		places[n] = places[--count];
	}
	elf_no_memory(error, "the kernel at any place of the kernel text window", pages);
	return ELF_NO_MEMORY;
}

static enum elf_result place(struct elf_image *image, struct elf_memory *memory,
			     struct elf_error *error)
{
	return image->anywhere ? place_anywhere(image, memory, error)
			       : place_first(image, memory, error);
}

/*
 * Everything in the file is known by the addresses that it was linked at; from here on by its own.
 */
static void move(struct elf_image *image)
{
	image->slide = image->virt - image->link_virt;
	image->entry_virt += image->slide;
	for (uint32_t n = 0; n < image->segment_count; n++) {
		image->segments[n].virt += image->slide;
		image->segments[n].phys = image->phys + (image->segments[n].virt - image->virt);
	}
}

/*
 * Firmware copies 32 KB at a time through memory of its own where offset in the file and address in
 * memory are not aligned alike (edk2's DiskIo): that takes 2.6 times as long. A large segment is
 * read from an aligned offset to an aligned address somewhat higher, and moved down once.
 */
static enum elf_result read_segment(struct file *file, uint64_t offset, uint64_t to, uint64_t bytes,
				    struct elf_error *error)
{
	const uint64_t mask = KEEL_PAGE_SIZE - 1;
	const uint64_t before = offset & mask; /* bytes that are read, and not wanted */
	const uint64_t aligned = (to + mask) & ~mask;
	const uint64_t aligned_bytes = (to + bytes - aligned) & ~mask;
	const uint64_t wanted = aligned_bytes - before;
	enum elf_result result;

	if (bytes < WORTH_MOVING || !((offset ^ to) & mask))
		return elf_read(file, offset, (void *)to, bytes, error);
	result = elf_read(file, offset - before, (void *)aligned, aligned_bytes, error);
	if (result)
		return result;
	__builtin_memmove((void *)to, (const void *)(aligned + before), wanted);
	return elf_read(file, offset + wanted, (void *)(to + wanted), bytes - wanted, error);
}

/* What the file has no bytes for is zero, between the segments too: nothing old is handed over. */
static enum elf_result read_pieces(struct file *file, const struct elf_image *image,
				   struct elf_error *error)
{
	char *const memory = (char *)image->phys;
	uint64_t done = 0; /* bytes of it */

	for (uint32_t n = 0; n < image->piece_count; n++) {
		const struct elf_piece *piece = image->pieces + n;
		const uint64_t start = piece->virt - image->link_virt;
		enum elf_result result;

		__builtin_memset(memory + done, 0, start - done);
		result = read_segment(file, piece->offset, image->phys + start, piece->file_bytes,
				      error);
		if (result)
			return result;
		done = start + piece->file_bytes;
	}
	__builtin_memset(memory + done, 0, image->bytes - done);
	return ELF_GOOD;
}

enum elf_result elf_load(struct file *file, struct elf_image *image, struct elf_memory *memory,
			 struct elf_error *error)
{
	enum elf_result result;

	error->part = NULL;
	result = place(image, memory, error);
	if (result)
		return result;
	move(image);
	result = read_pieces(file, image, error);
	return result ? result : elf_relocate(image, error);
}
