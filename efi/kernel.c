/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel image: checked, placed and copied to where it will run. */
#include "loader.h"
#include "crc.h"

extern const char embedded_kernel[];
extern const char embedded_kernel_end[];
extern const uint32_t embedded_kernel_crc;

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

EFI_STATUS kernel_load(struct loader *l)
{
	const uint64_t bytes = embedded_kernel_end - embedded_kernel;
	const uint32_t crc = crc32(0, embedded_kernel, bytes);
	struct elf_error error;
	EFI_STATUS status;

	if (crc != embedded_kernel_crc)
		return fail(l, EFI_CRC_ERROR,
			    "the built-in kernel is corrupt: its CRC-32 is %x, not %x; copy the "
			    "file again",
			    (uint64_t)crc, (uint64_t)embedded_kernel_crc);
	if (elf_parse(embedded_kernel, bytes, &l->elf, &error))
		return fail(l, EFI_LOAD_ERROR, "the kernel is refused: %s is %x, expected %x",
			    error.what, error.found, error.wanted);
	status = place(l);
	if (EFI_ERROR(status))
		return status;
	copy_segments(l, embedded_kernel);
	say(l, "  kernel    built-in self-check, %u bytes, at %x%s\n", l->elf.bytes,
	    l->blocks[BLOCK_KERNEL].phys, l->facts.phys_base ? " (moved)" : "");
	return EFI_SUCCESS;
}
