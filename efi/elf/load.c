/* SPDX-License-Identifier: BSD-2-Clause */
/* A kernel's way from its file to the memory in which it will run. */
#include "elf/parts.h"

static bool take_home(struct elf_memory *memory, uint64_t virt, uint64_t pages)
{
	return elf_has_home(virt) &&
	       memory->allocate_at(memory, ELF_FOR_KERNEL, virt - KEEL_TEXT_START, pages);
}

/*
 * At its home, where VA = PA + KEEL_TEXT_START, if that is free. Else one that can be moved goes to
 * the first free place in the window, and its home with it; a fixed one takes such a place too, for
 * there its leaves can be as large as at home. Else it can be anywhere in memory.
 */
static enum elf_result place(struct elf_image *image, struct elf_memory *memory,
			     struct elf_error *error)
{
	const uint64_t pages = image->bytes >> KEEL_PAGE_SHIFT;
	uint64_t virt = image->virt;

	if (!take_home(memory, virt, pages)) {
		virt = elf_first_place(image);
		while (elf_in_window(virt, image->bytes) && !take_home(memory, virt, pages))
			virt += image->step;
	}
	image->moved = virt != image->virt;
	if (elf_in_window(virt, image->bytes)) {
		image->phys = virt - KEEL_TEXT_START;
		if (image->movable)
			image->virt = virt;
	} else {
		image->phys = memory->allocate(memory, ELF_FOR_KERNEL, pages);
		if (!image->phys)
			return elf_no_memory(error, "the kernel", pages);
	}
	image->phys_base = image->phys - (image->virt - KEEL_TEXT_START);
	return ELF_GOOD;
}

/* Everything in the file is known by the addresses that it was linked at; from here on by its own. */
static void move(struct elf_image *image)
{
	image->slide = image->virt - image->link_virt;
	image->entry_virt += image->slide;
	for (uint32_t n = 0; n < image->segment_count; n++) {
		image->segments[n].virt += image->slide;
		image->segments[n].phys = image->phys + (image->segments[n].virt - image->virt);
	}
}

/* What the file has no bytes for is zero, between the segments too: nothing old is handed over. */
static enum elf_result read_pieces(struct file *file, const struct elf_image *image,
				   struct elf_error *error)
{
	uint64_t done = image->phys;

	for (uint32_t n = 0; n < image->piece_count; n++) {
		const struct elf_piece *piece = image->pieces + n;
		const uint64_t start = image->phys + (piece->virt - image->link_virt);
		enum elf_result result;

		__builtin_memset((void *)done, 0, start - done);
		result = elf_read(file, piece->offset, (void *)start, piece->file_bytes, error);
		if (result)
			return result;
		done = start + piece->file_bytes;
	}
	__builtin_memset((void *)done, 0, image->phys + image->bytes - done);
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
