/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file is read into memory that grows until there is room to spare. Room to spare, as edk2 says
 * that it has succeeded when it dropped the end of a file of 65,536 packets (Mtftp4RrqSaveBlock,
 * LastBlock is 0), and because iPXE before 2025 does not say how much it has read (efi_pxe_mtftp).
 * Then the file is read twice, over two different fillings: what a read leaves alone in both is
 * behind the file's end. For these the size is not known otherwise.
 */
#include "files/unsized.h"
#include "files/network.h"

#define FIRST_PAGES 256 /* 1 MB */
#define FILLING	    0xa5

/* Reads over a filling. *bytes is what was read, or all of the block where that is not told. */
static EFI_STATUS read_over(const struct volume_file *f, uint8_t filling, uint64_t *bytes)
{
	*bytes = block_bytes(&f->content);
	memset(block_memory(&f->content), filling, *bytes);
	return network_read(f, block_memory(&f->content), bytes);
}

/* Bytes up to the last one that is no filling. */
static uint64_t bytes_changed(const struct block *block, uint8_t filling)
{
	const uint8_t *memory = block_memory(block);
	uint64_t bytes = block_bytes(block);

	while (bytes && memory[bytes - 1] == filling)
		bytes--;
	return bytes;
}

/* With EFI_BUFFER_TOO_SMALL, *bytes may be what would do. */
static EFI_STATUS read_once(struct volume_file *f, uint64_t *bytes)
{
	uint64_t first;
	uint64_t second;
	EFI_STATUS status = read_over(f, FILLING, bytes);

	if (EFI_ERROR(status) || *bytes < block_bytes(&f->content))
		return status;
	first = bytes_changed(&f->content, FILLING);
	status = read_over(f, (uint8_t)~FILLING, bytes);
	if (EFI_ERROR(status))
		return status;
	second = bytes_changed(&f->content, (uint8_t)~FILLING);
	*bytes = first > second ? first : second;
	return *bytes < block_bytes(&f->content) ? EFI_SUCCESS : EFI_BUFFER_TOO_SMALL;
}

EFI_STATUS unsized_fetch(struct volume_file *f)
{
	const struct firmware *fw = f->volume->fw;
	uint64_t pages = FIRST_PAGES;
	EFI_STATUS status;

	do {
		status = block_allocate_below(fw, &f->content, UINT64_MAX, pages);
		if (EFI_ERROR(status))
			break;
		status = read_once(f, &f->file.bytes);
		if (!EFI_ERROR(status))
			break;
		block_free(fw, &f->content);
		pages *= 2;
		/* One page more than needed leaves room. */
		if (BYTES_TO_PAGES(f->file.bytes) >= pages)
			pages = BYTES_TO_PAGES(f->file.bytes) + 1;
		f->file.bytes = 0;
	} while (status == EFI_BUFFER_TOO_SMALL);
	return status;
}
