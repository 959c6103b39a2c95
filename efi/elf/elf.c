/* SPDX-License-Identifier: BSD-2-Clause */
/* What a kernel's headers say, and whether Keel can load that. Nothing is allocated here. */
#include "elf/parts.h"

#define WINDOW_BYTES (KEEL_TEXT_LAST - KEEL_TEXT_START + 1)
/*
 * Nothing is moved to below that: some firmware writes there at run time, for which Linux keeps off
 * all of it since 5.13, and starting other CPUs takes a page of it.
 */
#define LOW_BYTES (1 << 20)

bool elf_in_window(uint64_t virt, uint64_t bytes)
{
	return virt >= KEEL_TEXT_START && virt <= KEEL_TEXT_LAST &&
	       bytes - 1 <= KEEL_TEXT_LAST - virt;
}

/*
 * The places that an image can be moved to have a distance of `step`, and keep its address modulo
 * that.
 */
uint64_t elf_first_place(const struct elf_image *image)
{
	const uint64_t offset = (image->link_virt - KEEL_TEXT_START) & (image->step - 1);

	return KEEL_TEXT_START + offset + (offset < LOW_BYTES ? image->step : 0);
}

static enum elf_result check_load(const struct elf_image *image, const struct elf_program_header *p,
				  const struct file *file, struct elf_error *error)
{
	if (p->filesz > p->memsz)
		return elf_refuse(error, "p_filesz is %x, larger than p_memsz, %x", p->filesz,
				  p->memsz);
	if (elf_expect_inside(error, file, "p_offset", p->offset, p->filesz))
		return ELF_REFUSED;
	if (p->flags & ELF_PF_W && p->flags & ELF_PF_X)
		return elf_refuse(error,
				  "p_flags is %x, writable and executable: keep code and data in "
				  "segments of their own",
				  (uint64_t)p->flags);
	if (p->align & (p->align - 1))
		return elf_refuse(error, "p_align is %x, no power of 2", p->align);
	if (image->movable && p->memsz > WINDOW_BYTES)
		return elf_refuse(error, "p_memsz is %x, the kernel text window has only %x bytes",
				  p->memsz, WINDOW_BYTES);
	if (image->movable && p->memsz && p->memsz - 1 > UINT64_MAX - p->vaddr)
		return elf_refuse(error, "p_vaddr is %x and p_memsz %x: that wraps around",
				  p->vaddr, p->memsz);
	if (!image->movable && p->memsz && !elf_in_window(p->vaddr, p->memsz))
		return elf_refuse(error,
				  "p_vaddr is %x and p_memsz %x: that leaves the kernel text "
				  "window, %x to %x",
				  p->vaddr, p->memsz, KEEL_TEXT_START, KEEL_TEXT_LAST);
	return ELF_GOOD;
}

/* There are no pages that cannot be read (SDM vol. 3A 4.6). */
static enum keel_rights rights_of(uint32_t flags)
{
	if (flags & ELF_PF_X)
		return KEEL_RIGHTS_RX;
	return flags & ELF_PF_W ? KEEL_RIGHTS_RW : KEEL_RIGHTS_R;
}

static enum elf_result add_load_segment(struct elf_image *image, const struct elf_program_header *p,
					struct elf_error *error)
{
	struct elf_piece *piece = image->pieces + image->piece_count;

	if (image->piece_count == ELF_MAX_SEGMENTS)
		return elf_refuse(error, "one PT_LOAD segment more than %u, which is the most",
				  (uint64_t)ELF_MAX_SEGMENTS);
	if (image->piece_count && p->vaddr < piece[-1].virt)
		return elf_refuse(error,
				  "p_vaddr is %x, below the segment before it, at %x: PT_LOAD "
				  "segments have to ascend",
				  p->vaddr, piece[-1].virt);
	if (image->piece_count && p->vaddr - piece[-1].virt < piece[-1].bytes)
		return elf_refuse(error,
				  "p_vaddr is %x, inside the segment before it, which ends at %x",
				  p->vaddr, piece[-1].virt + piece[-1].bytes - 1);
	*piece =
		(struct elf_piece){ p->offset, p->filesz, p->vaddr, p->memsz, rights_of(p->flags) };
	image->piece_count++;
	return ELF_GOOD;
}

/* The last piece's pages: with those before them if they touch and the rights are the same. */
static enum elf_result add_pages(struct elf_image *image, struct elf_error *error)
{
	const struct elf_piece *piece = image->pieces + image->piece_count - 1;
	const uint64_t first = piece->virt & ~(KEEL_PAGE_SIZE - 1);
	const uint64_t last = (piece->virt + piece->bytes - 1) | (KEEL_PAGE_SIZE - 1);
	struct keel_segment *s = image->segments + image->segment_count;

	if (image->segment_count && first - s[-1].virt <= s[-1].bytes &&
	    piece->rights == s[-1].rights) {
		s[-1].bytes = last - s[-1].virt + 1;
		return ELF_GOOD;
	}
	if (image->segment_count && first - s[-1].virt < s[-1].bytes)
		return elf_refuse(error,
				  "p_vaddr is %x, on a page of the segment before it, which has "
				  "other rights: align it to %x",
				  piece->virt, KEEL_PAGE_SIZE);
	*s = (struct keel_segment){ .virt = first,
				    .bytes = last - first + 1,
				    .rights = piece->rights };
	image->segment_count++;
	return ELF_GOOD;
}

static enum elf_result take_header(struct elf_image *image, const struct elf_program_header *p,
				   struct file *file, struct elf_error *error)
{
	enum elf_result result;

	if (p->type == ELF_PT_INTERP)
		return elf_refuse(error, "PT_INTERP: it wants a dynamic linker, and there is none; "
					 "link with -static or -static-pie");
	if (p->type == ELF_PT_DYNAMIC) {
		if (image->dynamic_bytes)
			return elf_refuse(error, "a second PT_DYNAMIC");
		image->dynamic_virt = p->vaddr;
		image->dynamic_bytes = p->memsz;
	}
	if (p->type == ELF_PT_NOTE)
		return elf_take_notes(file, p, image, error);
	if (p->type != ELF_PT_LOAD)
		return ELF_GOOD;
	if (check_load(image, p, file, error))
		return ELF_REFUSED;
	if (!p->memsz)
		return ELF_GOOD;
	if (image->movable && p->align > image->step)
		image->step = p->align;
	result = add_load_segment(image, p, error);
	return result ? result : add_pages(image, error);
}

static enum elf_result take_headers(struct elf_image *image, const struct elf_header *h,
				    struct file *file, struct elf_error *error)
{
	const struct elf_table table = { h->phoff, sizeof(struct elf_program_header), h->phnum };
	struct elf_program_header group[ELF_GROUP];
	enum elf_result result = ELF_GOOD;

	error->part = "program header";
	for (uint64_t n = 0; n < table.count && !result; n++) {
		error->number = n;
		result = elf_read_entry(file, &table, n, group, error);
		if (!result)
			result = take_header(image, group + n % ELF_GROUP, file, error);
	}
	error->part = NULL;
	return result;
}

/* The first place of all, for an image that cannot be where it was linked. */
static enum elf_result find_place(struct elf_image *image, struct elf_error *error)
{
	const struct keel_segment *last = image->segments + image->segment_count - 1;

	if (!image->segment_count)
		return elf_refuse(error, "there is no PT_LOAD segment with a p_memsz");
	/* It would be started with pointers that lead nowhere. */
	if (image->movable && !image->dynamic_bytes)
		return elf_refuse(error,
				  "it is position-independent, but has no PT_DYNAMIC that leads "
				  "to its relocations: name one in PHDRS of the linker script");
	image->link_virt = image->segments[0].virt;
	image->bytes = last->virt + last->bytes - image->link_virt;
	image->virt = image->link_virt;
	if (image->movable &&
	    (!elf_may_have_phys_base_0(image->virt) || !elf_in_window(image->virt, image->bytes)))
		image->virt = elf_first_place(image);
	if (elf_in_window(image->virt, image->bytes))
		return ELF_GOOD;
	return elf_refuse(error,
			  "%x bytes, aligned to %x, have no place in the kernel text window, %x to "
			  "%x",
			  image->bytes, image->step, KEEL_TEXT_START, KEEL_TEXT_LAST);
}

enum elf_result elf_examine(struct file *file, struct elf_image *image, struct elf_error *error)
{
	struct elf_header h;
	enum elf_result result;

	error->part = NULL;
	result = elf_read_header(file, &h, error);
	if (result)
		return result;
	*image = (struct elf_image){
		.step = KEEL_SIZE_2M,
		.entry_virt = h.entry,
		.sections_offset = h.shoff,
		.section_count = h.shnum,
		.section_bytes = h.shentsize,
	};
	result = elf_find_movable(file, &h, &image->movable, error);
	if (!result)
		result = take_headers(image, &h, file, error);
	if (!result)
		result = find_place(image, error);
	return result ? result : elf_check_entry(image, error);
}
