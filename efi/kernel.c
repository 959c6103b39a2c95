/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel image: checked, placed and copied to where it will run. */
#include "loader.h"
#include "calls.h"
#include "crc.h"
#include "lzma.h"

extern const char embedded_kernel[];
extern const char embedded_kernel_end[];
extern const uint32_t embedded_kernel_crc;

#define MODEL_PAGES BYTES_TO_PAGES(sizeof(struct lzma_model))
#define MAX_RATIO   256 /* no kernel packs better than that */

/*
 * At its home (VA = PA + KEEL_TEXT_START) if that is free; else anywhere, and the kernel is told
 * phys_base.
 */
static EFI_STATUS place(struct loader *l)
{
	const uint64_t home = l->elf.virt - KEEL_TEXT_START;
	const uint64_t pages = BYTES_TO_PAGES(l->elf.bytes);
	EFI_STATUS status = block_allocate_at(l, BLOCK_KERNEL, home, pages);

	if (EFI_ERROR(status))
		status = block_allocate(l, BLOCK_KERNEL, pages, "the kernel");
	l->facts.phys_base = l->blocks[BLOCK_KERNEL].phys - home;
	return status;
}

static void copy_segments(struct loader *l, const char *file)
{
	const uint64_t block = l->blocks[BLOCK_KERNEL].phys;

	/* What lies between the segments is zero too: nothing of the firmware's is handed over. */
	memset((void *)block, 0, l->elf.bytes);
	for (uint32_t n = 0; n < l->elf.segment_count; n++) {
		const struct elf_segment *s = l->elf.segments + n;

		memcpy((void *)(block + (s->data_virt - l->elf.virt)), file + s->file_offset,
		       s->file_bytes);
		l->segments[n] = (struct keel_segment){
			.virt = s->virt,
			.phys = block + (s->virt - l->elf.virt),
			.bytes = s->bytes,
			.rights = s->rights,
		};
	}
}

/* Unpacks the built-in kernel into a block of its own, and makes sure that it is what was built. */
static EFI_STATUS unpack(struct loader *l, uint64_t *bytes)
{
	const uint8_t *packed = (const uint8_t *)embedded_kernel;
	const uint64_t packed_bytes = embedded_kernel_end - embedded_kernel;
	struct lzma_model *model; /* in the pages behind the file */
	uint64_t file_pages;
	EFI_STATUS status;
	uint8_t *file;
	uint32_t crc = 0;

	/* No size that is much larger can be right: it only means that the header is damaged. */
	if (lzma_content_bytes(packed, packed_bytes, bytes) && *bytes <= MAX_RATIO * packed_bytes) {
		file_pages = BYTES_TO_PAGES(*bytes);
		status = block_allocate(l, BLOCK_FILE, file_pages + MODEL_PAGES,
					"the kernel's file");
		if (EFI_ERROR(status))
			return status;
		file = (uint8_t *)l->blocks[BLOCK_FILE].phys;
		model = (struct lzma_model *)(file + (file_pages << KEEL_PAGE_SHIFT));
		if (lzma_unpack(model, packed, packed_bytes, file, *bytes)) {
			calls_restore(file, *bytes);
			crc = crc32(0, file, *bytes);
		}
	}
	if (crc != embedded_kernel_crc)
		return fail(
			l, EFI_CRC_ERROR,
			"the built-in kernel is corrupt: its CRC-32 is %x, not %x; copy keel.efi "
			"again",
			(uint64_t)crc, (uint64_t)embedded_kernel_crc);
	return EFI_SUCCESS;
}

EFI_STATUS kernel_load(struct loader *l)
{
	struct elf_error error;
	const char *file;
	uint64_t bytes;
	EFI_STATUS status = unpack(l, &bytes);

	if (EFI_ERROR(status))
		return status;
	file = (const char *)l->blocks[BLOCK_FILE].phys;
	if (elf_parse(file, bytes, &l->elf, &error))
		return fail(l, EFI_LOAD_ERROR, "the kernel is refused: %s is %x, expected %x",
			    error.what, error.found, error.wanted);
	status = place(l);
	if (EFI_ERROR(status))
		return status;
	copy_segments(l, file);
	block_free(l, BLOCK_FILE);
	say(l, "  kernel    built-in self-check, %u bytes, at %x%s\n", l->elf.bytes,
	    l->blocks[BLOCK_KERNEL].phys, l->facts.phys_base ? " (moved)" : "");
	return EFI_SUCCESS;
}
