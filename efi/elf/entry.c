/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether there is code at the entry. A kernel that is entered anywhere else ends in a triple
 * fault, of which nobody sees the reason.
 */
#include "elf/parts.h"

#define NAME_IT "name the function with ld -e or ENTRY()"

/* The entry lies in that piece. */
static enum elf_result check_code(const struct elf_image *image, const struct elf_piece *piece,
				  struct elf_error *error)
{
	const uint64_t offset = image->entry_virt - piece->virt;

	if (offset >= piece->file_bytes)
		return elf_refuse(
			error, "e_entry is %x, where the segment has nothing but zeroes: " NAME_IT,
			image->entry_virt);
	/* What ld.lld makes of a PIE without one: 0, which its first segment has. */
	if (piece->offset + offset < sizeof(struct elf_header))
		return elf_refuse(error, "e_entry is %x, where the ELF header is: " NAME_IT,
				  image->entry_virt);
	return ELF_GOOD;
}

enum elf_result elf_check_entry(const struct elf_image *image, struct elf_error *error)
{
	const uint64_t entry = image->entry_virt;
	bool code = false;

	/* One that can be moved is not left at the window's start. */
	if (!image->movable && entry - KEEL_TEXT_START < LANDING_BYTES)
		return elf_refuse(error,
				  "e_entry is %x, it has to be %x at least: link the kernel 2 MB "
				  "higher",
				  entry, KEEL_TEXT_START + LANDING_BYTES);
	for (uint32_t n = 0; n < image->piece_count; n++) {
		const struct elf_piece *piece = image->pieces + n;

		if (piece->rights != KEEL_RIGHTS_RX)
			continue;
		if (entry - piece->virt < piece->bytes)
			return check_code(image, piece, error);
		code = true;
	}
	if (!code)
		return elf_refuse(error, "no PT_LOAD segment is executable (PF_X in p_flags)");
	if (!entry)
		return elf_refuse(error, "e_entry is 0x0, which means that there is none, as in a "
					 "shared library: " NAME_IT);
	return elf_refuse(error, "e_entry is %x, which is in no executable segment: " NAME_IT,
			  entry);
}
