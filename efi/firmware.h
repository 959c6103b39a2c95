/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware below Keel: its handles, its console, its protocols and its memory. The lowest room:
 * it knows nothing of what the others do.
 *
 * Errors: whoever fails has said so with fail(), with the values, before its EFI_STATUS is
 * returned.
 */
#ifndef EFI_FIRMWARE_H
#define EFI_FIRMWARE_H

#include <efi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <keel/paging.h>

struct firmware {
	EFI_HANDLE image; /* Keel's own */
	EFI_SYSTEM_TABLE *system;
	EFI_BOOT_SERVICES *boot;
	EFI_RUNTIME_SERVICES *runtime; /* physical: SetVirtualAddressMap converts only their copy */
	uint32_t quirks;	       /* of the vendor's: lib/quirks.h */
	bool has_efi_2; /* the runtime services that came with EFI 2.0 may be called */
	bool quiet;	/* say() shows nothing */
	bool exited; /* ExitBootServices was called: there is no console and no memory any more */
};

void firmware_start(struct firmware *fw, EFI_HANDLE image, EFI_SYSTEM_TABLE *system);

/*
 * Text on the firmware's console; conversions as in lib/text.h. say() tells what is going on,
 * note() what is odd, in a line of its own, fail() what is wrong, with the status, which it
 * returns; show() is for the person who is asked something. Each call is one OutputString, which is
 * expensive (a serial port, a text screen that scrolls): lines between which nothing can hang
 * belong into one.
 */
void say(const struct firmware *fw, const char *format, ...);
void show(const struct firmware *fw, const char *format, ...);
void note(const struct firmware *fw, const char *format, ...);
EFI_STATUS fail(const struct firmware *fw, EFI_STATUS status, const char *format, ...);

/* An interface of a handle (which may be NULL), or the first of all; NULL if there is none. */
void *protocol_of(const struct firmware *fw, EFI_HANDLE handle, const EFI_GUID *guid);
void *protocol_first(const struct firmware *fw, const EFI_GUID *guid);

/* Also right where rounding up would wrap: a damaged volume may have files of any size. */
#define BYTES_TO_PAGES(bytes) (((bytes) >> KEEL_PAGE_SHIFT) + !!((bytes) & (KEEL_PAGE_SIZE - 1)))

/* Pages of 4 KiB from the firmware, of type EfiLoaderData. Whoever allocates them frees them. */
struct block {
	uint64_t phys;
	uint64_t pages; /* 0: there are none, and there is nothing to free */
};

/* Anywhere. Says on failure that there is no memory for `what`; the block then has no pages. */
EFI_STATUS block_allocate(const struct firmware *fw, struct block *block, uint64_t pages,
			  const char *what);
/* At or below address `last`, or exactly at `phys`. These say nothing on failure. */
EFI_STATUS block_allocate_below(const struct firmware *fw, struct block *block, uint64_t last,
				uint64_t pages);
EFI_STATUS block_allocate_at(const struct firmware *fw, struct block *block, uint64_t phys,
			     uint64_t pages);
/* May be called again: the block has no pages afterwards. */
void block_free(const struct firmware *fw, struct block *block);

static inline void *block_memory(const struct block *block)
{
	return (void *)block->phys;
}

static inline uint64_t block_bytes(const struct block *block)
{
	return block->pages << KEEL_PAGE_SHIFT;
}

/* memory.c: plain C's, which the compiler may also call by itself. */
void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);
int memcmp(const void *left, const void *right, size_t bytes);

/* Zeros what must not be left behind, also where nothing reads it again. */
void wipe(void *to, size_t bytes);

#endif
