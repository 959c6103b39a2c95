/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages from the firmware, and the functions that the compiler may call by itself. */
#include "loader.h"

static EFI_STATUS allocate(struct loader *l, enum block_id id, EFI_ALLOCATE_TYPE type,
			   uint64_t phys, uint64_t pages)
{
	EFI_PHYSICAL_ADDRESS address = phys;
	const EFI_STATUS status = l->boot->AllocatePages(type, EfiLoaderData, pages, &address);

	if (!EFI_ERROR(status))
		l->blocks[id] = (struct block){ address, pages };
	return status;
}

EFI_STATUS block_allocate(struct loader *l, enum block_id id, uint64_t pages, const char *what)
{
	const EFI_STATUS status = allocate(l, id, AllocateAnyPages, 0, pages);

	if (EFI_ERROR(status))
		return fail(l, status, "no memory for %s: %u pages of 4 KiB", what, pages);
	return EFI_SUCCESS;
}

/* All of it at or below address `last`. Says nothing on failure, like the next one. */
EFI_STATUS block_allocate_below(struct loader *l, enum block_id id, uint64_t last, uint64_t pages)
{
	return allocate(l, id, AllocateMaxAddress, last, pages);
}

EFI_STATUS block_allocate_at(struct loader *l, enum block_id id, uint64_t phys, uint64_t pages)
{
	return allocate(l, id, AllocateAddress, phys, pages);
}

void block_free(struct loader *l, enum block_id id)
{
	struct block *block = l->blocks + id;

	if (block->pages)
		l->boot->FreePages(block->phys, block->pages);
	block->pages = 0;
}

void blocks_free(struct loader *l)
{
	for (unsigned id = 0; id < BLOCK_COUNT; id++)
		block_free(l, id);
}

void *memcpy(void *to, const void *from, size_t bytes)
{
	void *start = to;

	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
	return start;
}

void *memset(void *to, int value, size_t bytes)
{
	const uint64_t eight = (uint8_t)value * KEEL_U64(0x0101010101010101);
	size_t words = bytes / 8;
	size_t rest = bytes % 8;
	void *start = to;

	__asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(eight) : "memory");
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(rest) : "a"(eight) : "memory");
	return start;
}

int memcmp(const void *left, const void *right, size_t bytes)
{
	const unsigned char *a = left;
	const unsigned char *b = right;

	for (size_t n = 0; n < bytes; n++)
		if (a[n] != b[n])
			return a[n] - b[n];
	return 0;
}
