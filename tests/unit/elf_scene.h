/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For the tests of the ELF loader: a file and memory that can fail, and a small kernel. The memory
 * is the test's own, mapped at the very address that was asked for, so that "physical" addresses
 * are pointers. What was not asked for is not there, and access to it ends the test.
 */
#ifndef TESTS_ELF_SCENE_H
#define TESTS_ELF_SCENE_H

#include <stdlib.h>
#include <sys/mman.h>
#include "elf/elf.h"
#include "elf/format.h"

#define NEVER UINT64_MAX

#define FAKE_STATUS UINT64_C(0x8000000000000007) /* EFI_DEVICE_ERROR */

struct fake_file {
	struct file file;
	const uint8_t *start;
	uint64_t fail_at; /* the read with this number fails; NEVER */
	uint64_t reads;
	uint64_t read_bytes;
	bool outside; /* it was asked for bytes that it does not have */
};

static uint64_t fake_read(struct file *file, uint64_t offset, void *to, uint64_t bytes)
{
	struct fake_file *f = (struct fake_file *)file;

	if (f->reads++ == f->fail_at)
		return FAKE_STATUS;
	if (offset > file->bytes || bytes > file->bytes - offset || !bytes) {
		f->outside = true;
		return FAKE_STATUS;
	}
	f->read_bytes += bytes;
	memcpy(to, f->start + offset, bytes);
	return 0;
}

static inline struct fake_file fake_file(const void *start, uint64_t bytes)
{
	return (struct fake_file){ { "fake.elf", bytes, fake_read }, start, NEVER, 0, 0, false };
}

#define FAKE_BLOCKS 4
#define FAKE_FILL   0xa5

struct fake_block {
	uint64_t phys;
	uint64_t bytes;
	uint64_t guard; /* bytes before and after it that no one may touch */
	enum elf_use use;
};

struct fake_memory {
	struct elf_memory memory;
	uint64_t fail_at;    /* the allocation with this number fails; NEVER */
	uint64_t fail_from;  /* this one and all after it fail; NEVER */
	uint64_t taken_from; /* [from, to) is not free */
	uint64_t taken_to;
	uint64_t most_pages; /* that one allocation may have */
	uint64_t calls;	     /* of either function */
	uint64_t blocks_used;
	struct fake_block blocks[FAKE_BLOCKS];
};

static uint64_t fake_take(struct fake_memory *m, enum elf_use use, uint64_t phys, uint64_t bytes)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | (phys ? MAP_FIXED_NOREPLACE : 0);
	/* Pages without access around it. An address that was asked for has nothing near it. */
	const uint64_t guard = phys ? 0 : KEEL_PAGE_SIZE;
	uint8_t *start = mmap((void *)phys, bytes + 2 * guard, PROT_NONE, flags, -1, 0);

	if (start == MAP_FAILED)
		return 0;
	start += guard;
	if (mprotect(start, bytes, PROT_READ | PROT_WRITE) || m->blocks_used == FAKE_BLOCKS)
		abort();
	memset(start, FAKE_FILL, bytes);
	m->blocks[m->blocks_used++] = (struct fake_block){ (uintptr_t)start, bytes, guard, use };
	return (uintptr_t)start;
}

static bool fake_fails(struct fake_memory *m)
{
	const uint64_t call = m->calls++;

	return call == m->fail_at || call >= m->fail_from;
}

static bool fake_allocate_at(struct elf_memory *memory, enum elf_use use, uint64_t phys,
			     uint64_t pages)
{
	struct fake_memory *m = (struct fake_memory *)memory;
	const uint64_t bytes = pages << KEEL_PAGE_SHIFT;

	/* Page 0 is the firmware's to write to: nobody may ask for it. */
	if (!phys)
		abort();
	if (fake_fails(m) || pages > m->most_pages || phys % KEEL_PAGE_SIZE ||
	    (phys < m->taken_to && phys + bytes > m->taken_from))
		return false;
	return fake_take(m, use, phys, bytes) == phys;
}

static uint64_t fake_allocate(struct elf_memory *memory, enum elf_use use, uint64_t pages)
{
	struct fake_memory *m = (struct fake_memory *)memory;

	if (fake_fails(m) || !pages || pages > m->most_pages)
		return 0;
	return fake_take(m, use, 0, pages << KEEL_PAGE_SHIFT);
}

static inline struct fake_memory fake_memory(void)
{
	return (struct fake_memory){
		.memory = { fake_allocate_at, fake_allocate },
		.fail_at = NEVER,
		.fail_from = NEVER,
		.most_pages = NEVER,
	};
}

/* The owner frees all that he gave. */
static inline void fake_free(struct fake_memory *m)
{
	for (uint64_t n = 0; n < m->blocks_used; n++)
		munmap((void *)(m->blocks[n].phys - m->blocks[n].guard),
		       m->blocks[n].bytes + 2 * m->blocks[n].guard);
	m->blocks_used = 0;
}

/*
 * Three segments of three kinds; the one with data has the dynamic section, with one relocation of
 * a pointer to TEXT + 0x10, and 0x4e00 bytes that are zero.
 */
#define KERNEL_TEXT    (KEEL_TEXT_START + KEEL_SIZE_2M)
#define KERNEL_HEADERS 4
#define KERNEL_DATA    0x2200 /* its distance from KERNEL_TEXT */

struct kernel_data {
	struct elf_dynamic dynamic[8];
	struct elf_rela rela[2];
	uint64_t pointer;
};

struct kernel {
	struct elf_header h;
	struct elf_program_header load[KERNEL_HEADERS];
	uint8_t text[0x100];
	uint8_t rodata[0x100];
	struct kernel_data data;
	struct elf_section_header section[4];
	uint8_t symbols[3 * ELF_SYMBOL_BYTES];
	char names[16];
};

#define AT(member) offsetof(struct kernel, member)

/* The address of something in struct kernel_data. */
#define DATA_VIRT(k, member) ((k).load[2].vaddr + offsetof(struct kernel_data, member))

static inline void kernel_link(struct kernel *k, uint64_t text)
{
	k->h.entry = text + 0x10;
	k->load[0] = (struct elf_program_header){ 1, 5, AT(text), text, 0, 0x100, 0x100, 0x1000 };
	k->load[1] = (struct elf_program_header){ 1, 4,	    AT(rodata), text + 0x1100,
						  0, 0x100, 0x100,	0x1000 };
	k->load[2] = (struct elf_program_header){
		1, 6, AT(data), text + KERNEL_DATA, 0, sizeof(k->data), 0x5000, 0x1000
	};
	k->load[3] =
		(struct elf_program_header){ 2, 6, AT(data), text + KERNEL_DATA, 0, 0x80, 0x80, 8 };
	k->data.dynamic[0] = (struct elf_dynamic){ 7, DATA_VIRT(*k, rela) };
	k->data.dynamic[1] = (struct elf_dynamic){ 8, sizeof(k->data.rela) };
	k->data.dynamic[2] = (struct elf_dynamic){ 9, 24 };
	k->data.dynamic[3] = (struct elf_dynamic){ 0x6ffffff9, 1 }; /* DT_RELACOUNT */
	k->data.rela[0] = (struct elf_rela){ DATA_VIRT(*k, pointer), 8, 0, text + 0x10 };
	k->data.rela[1] = (struct elf_rela){ 0, 0, 0, 0 };
}

static inline struct kernel good_kernel(uint16_t type, uint64_t text)
{
	struct kernel k = {
		.h = { .magic = 0x464c457f,
		       .class = 2,
		       .data = 1,
		       .ident_version = 1,
		       .type = type,
		       .machine = 62,
		       .version = 1,
		       .phoff = AT(load),
		       .shoff = AT(section),
		       .ehsize = 64,
		       .phentsize = 56,
		       .phnum = KERNEL_HEADERS,
		       .shentsize = 64,
		       .shnum = 4 },
		.names = "\0kernel_entry",
	};

	kernel_link(&k, text);
	memset(k.text, 0x90, sizeof(k.text));
	memset(k.rodata, 'r', sizeof(k.rodata));
	memset(k.symbols, 's', sizeof(k.symbols));
	k.section[1] = (struct elf_section_header){ .type = 3, .offset = AT(names), .size = 1 };
	k.section[2] = (struct elf_section_header){ .type = 2,
						    .offset = AT(symbols),
						    .size = sizeof(k.symbols),
						    .link = 3,
						    .entsize = 24 };
	k.section[3] = (struct elf_section_header){ .type = 3,
						    .offset = AT(names),
						    .size = sizeof(k.names) };
	return k;
}

/* All of the loader's steps, as efi/load/kernel.c takes them. */
static inline enum elf_result load_all(struct fake_file *file, struct fake_memory *memory,
				       struct elf_image *image, struct elf_symbols *symbols,
				       struct elf_error *error)
{
	enum elf_result result = elf_examine(&file->file, image, error);

	memset(symbols, 0, sizeof(*symbols));
	if (!result)
		result = elf_load(&file->file, image, &memory->memory, error);
	if (!result)
		result = elf_load_symbols(&file->file, image, &memory->memory, symbols, error);
	return result;
}

#endif
