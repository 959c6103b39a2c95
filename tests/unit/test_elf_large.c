/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Large segments: read to their place whatever the alignment of file and memory, and nearly all of
 * each with a read whose offset and address are aligned alike.
 */
#include "check.h"
#include "elf_scene.h"

#define TEXT_OFFSET 0x1000
#define TEXT_BYTES  0x100
#define LARGE_BYTES ((1 << 20) + 12345)
#define FILE_BYTES  (TEXT_OFFSET + 2 * KEEL_PAGE_SIZE + LARGE_BYTES)
#define VIRT	    (KEEL_TEXT_START + KEEL_SIZE_2M)

struct large {
	struct elf_header h;
	struct elf_program_header load[2];
};

static uint64_t unaligned_bytes; /* that were read */

static uint64_t watching_read(struct file *file, uint64_t offset, void *to, uint64_t bytes)
{
	if ((offset ^ (uintptr_t)to) % KEEL_PAGE_SIZE)
		unaligned_bytes += bytes;
	return fake_read(file, offset, to, bytes);
}

/* The large segment begins at that offset in the file, and so far into a page of memory. */
static void make_file(uint8_t *bytes, uint64_t offset, uint64_t into_page)
{
	struct large *k = (struct large *)bytes;

	for (uint64_t n = 0; n < FILE_BYTES; n++)
		bytes[n] = (uint8_t)(n * 31 + n / 257);
	*k = (struct large){
		.h = { .magic = 0x464c457f,
		       .class = 2,
		       .data = 1,
		       .ident_version = 1,
		       .type = 2,
		       .machine = 62,
		       .version = 1,
		       .entry = VIRT + 0x10,
		       .phoff = offsetof(struct large, load),
		       .ehsize = 64,
		       .phentsize = 56,
		       .phnum = 2 },
		.load = { { 1, 5, TEXT_OFFSET, VIRT, 0, TEXT_BYTES, TEXT_BYTES, 1 },
			  { 1, 6, offset, VIRT + KEEL_PAGE_SIZE + into_page, 0, LARGE_BYTES,
			    LARGE_BYTES + 0x3000, 1 } },
	};
}

static void load(uint64_t offset, uint64_t into_page, uint64_t fail_at)
{
	uint8_t *bytes = malloc(FILE_BYTES);
	struct fake_file file = fake_file(bytes, FILE_BYTES);
	struct fake_memory memory = fake_memory();
	struct elf_image image;
	struct elf_error error = { .text = "" };
	const uint8_t *start;

	make_file(bytes, offset, into_page);
	file.file.read = watching_read;
	assert_int_equal(elf_examine(&file.file, &image, &error), ELF_GOOD);
	file.reads = 0;
	file.fail_at = fail_at;
	unaligned_bytes = 0;
	if (fail_at != NEVER) {
		assert_int_equal(elf_load(&file.file, &image, &memory.memory, &error),
				 ELF_UNREADABLE);
	} else {
		assert_int_equal(elf_load(&file.file, &image, &memory.memory, &error), ELF_GOOD);
		start = (const uint8_t *)(image.phys + KEEL_PAGE_SIZE);
		for (uint64_t n = 0; n < into_page; n++)
			assert_int_equal(start[n], 0);
		start += into_page;
		assert_memory_equal(start, bytes + offset, LARGE_BYTES);
		for (const uint8_t *b = start + LARGE_BYTES;
		     b < (const uint8_t *)(image.phys + image.bytes); b++)
			assert_int_equal(*b, 0);
		assert_true(unaligned_bytes <= 3 * KEEL_PAGE_SIZE);
	}
	assert_false(file.outside);
	fake_free(&memory);
	free(bytes);
}

static void every_alignment(void **state)
{
	static const uint64_t offsets[] = {
		0, 1, 8, 0x10, 0xe8, 0x1ff, 0x200, 0x800, 0xff8, 0xfff
	};

	(void)state;
	for (unsigned n = 0; n < sizeof(offsets) / sizeof(offsets[0]); n++)
		for (unsigned m = 0; m < sizeof(offsets) / sizeof(offsets[0]); m++)
			load(TEXT_OFFSET + KEEL_PAGE_SIZE + offsets[n], offsets[m], NEVER);
}

static void every_read_may_fail(void **state)
{
	(void)state;
	for (uint64_t n = 0; n < 3; n++)
		load(TEXT_OFFSET + KEEL_PAGE_SIZE + 8, 0x100, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_alignment),
		cmocka_unit_test(every_read_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
