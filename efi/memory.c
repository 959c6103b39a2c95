/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages from the firmware, and the functions that the compiler may call by itself. */
#include "firmware.h"

static EFI_STATUS allocate(struct loader *l, enum block_id id, EFI_ALLOCATE_TYPE type,
			   uint64_t phys, uint64_t pages)
{
	EFI_PHYSICAL_ADDRESS address = phys;
	const EFI_STATUS status = l->boot->AllocatePages(type, EfiLoaderData, pages, &address);

	if (!EFI_ERROR(status))
		l->blocks[id] = (struct block){ address, pages };
	return status;
}

EFI_STATUS pages_allocate(struct loader *l, uint64_t pages, const char *what, uint64_t *phys)
{
	EFI_PHYSICAL_ADDRESS address;
	const EFI_STATUS status =
		l->boot->AllocatePages(AllocateAnyPages, EfiLoaderData, pages, &address);

	if (EFI_ERROR(status))
		return fail(l, status, "no memory for %s: %u pages of 4 KiB", what, pages);
	*phys = address;
	return EFI_SUCCESS;
}

EFI_STATUS block_allocate(struct loader *l, enum block_id id, uint64_t pages, const char *what)
{
	struct block *block = l->blocks + id;
	const EFI_STATUS status = pages_allocate(l, pages, what, &block->phys);

	if (!EFI_ERROR(status))
		block->pages = pages;
	return status;
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

/* Words first: what counts instructions, or emulates them, counts a repetition as one. */
void *memcpy(void *to, const void *from, size_t bytes)
{
	void *start = to;
	size_t words = bytes / 8;

	bytes %= 8;
	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
	return start;
}

void *memset(void *to, int value, size_t bytes)
{
	const uint64_t word = (uint8_t)value * (UINT64_MAX / UINT8_MAX);
	void *start = to;
	size_t words = bytes / 8;

	bytes %= 8;
	__asm__ volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(word) : "memory");
	__asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(word) : "memory");
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
