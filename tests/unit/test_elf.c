/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What elf_parse takes and what it refuses, with a small kernel that is spoiled in one way after
 * the other; and cut off at every byte.
 */
#include "check.h"
#include "elf.h"

#define HEADERS 3
#define TEXT	(KEEL_TEXT_START + KEEL_SIZE_2M)

struct file_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct load {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

struct kernel {
	struct file_header h;
	struct load load[HEADERS];
	uint8_t bytes[0x300];
};

static struct kernel good(void)
{
	struct kernel k = {
		.h = { .ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 },
		       .type = 2,
		       .machine = 62,
		       .version = 1,
		       .entry = TEXT + 0x10,
		       .phoff = sizeof(struct file_header),
		       .ehsize = sizeof(struct file_header),
		       .phentsize = sizeof(struct load),
		       .phnum = HEADERS },
	};
	const uint64_t start = offsetof(struct kernel, bytes);

	k.load[0] = (struct load){ 1, 5, start, TEXT, 0, 0x100, 0x100, 0x1000 };
	k.load[1] = (struct load){ 1, 4, start + 0x100, TEXT + 0x1100, 0, 0x100, 0x100, 0x1000 };
	k.load[2] = (struct load){ 1, 6, start + 0x200, TEXT + 0x2200, 0, 0x100, 0x5000, 0x1000 };
	return k;
}

static void refused(const struct kernel *k, uint64_t bytes, const char *word)
{
	struct elf_image image;
	struct elf_error error = { 0 };
	uint64_t *copy =
		malloc((bytes + 7) / 8 * 8 + 1); /* aligned, and guarded by the sanitizer */

	memcpy(copy, k, bytes);
	assert_int_equal(elf_parse(copy, bytes, &image, &error), -1);
	assert_non_null(error.what);
	if (!strstr(error.what, word))
		fail_msg("'%s' does not say '%s'", error.what, word);
	free(copy);
}

static void good_kernel(void **state)
{
	const struct kernel k = good();
	struct elf_image image;
	struct elf_error error;

	(void)state;
	assert_int_equal(elf_parse(&k, sizeof(k), &image, &error), 0);
	assert_int_equal(image.entry_virt, TEXT + 0x10);
	assert_int_equal(image.virt, TEXT);
	assert_int_equal(image.bytes, 0x8000);
	assert_int_equal(image.segment_count, 3);
	assert_int_equal(image.segments[0].rights, KEEL_RIGHTS_RX);
	assert_int_equal(image.segments[1].rights, KEEL_RIGHTS_R);
	assert_int_equal(image.segments[1].virt, TEXT + 0x1000);
	assert_int_equal(image.segments[1].data_virt, TEXT + 0x1100);
	assert_int_equal(image.segments[2].rights, KEEL_RIGHTS_RW);
	assert_int_equal(image.segments[2].bytes, 0x6000);
	assert_int_equal(image.segments[2].file_bytes, 0x100);
}

#define SPOIL(statement, word)                \
	do {                                  \
		struct kernel k = good();     \
		statement;                    \
		refused(&k, sizeof(k), word); \
	} while (0)

static void spoiled_header(void **state)
{
	(void)state;
	SPOIL(k.h.ident[0] = 'M', "magic");
	SPOIL(k.h.ident[4] = 1, "EI_CLASS");
	SPOIL(k.h.ident[5] = 2, "EI_DATA");
	SPOIL(k.h.ident[6] = 0, "version");
	SPOIL(k.h.version = 2, "version");
	SPOIL(k.h.machine = 183, "e_machine");
	SPOIL(k.h.type = 1, "e_type");
	SPOIL(k.h.phentsize = 32, "e_phentsize");
	SPOIL(k.h.phoff = sizeof(k), "e_phoff");
	SPOIL(k.h.phoff = 1, "e_phoff");
	SPOIL(k.h.phoff = ~UINT64_C(7), "e_phoff");
	SPOIL(k.h.phnum = 0xffff, "e_phoff");
	SPOIL(k.h.phnum = 0, "nothing to load");
}

static void spoiled_segments(void **state)
{
	(void)state;
	SPOIL(k.load[1].filesz = 0x101, "p_filesz");
	SPOIL(k.load[1].offset = sizeof(k) + 1, "p_offset");
	SPOIL(k.load[1].offset = ~UINT64_C(0), "p_offset");
	SPOIL((k.load[1].filesz = k.load[1].memsz = sizeof(k)), "p_offset");
	SPOIL(k.load[0].vaddr = KEEL_SIZE_2M, "window");
	SPOIL(k.load[2].memsz = ~UINT64_C(0), "window");
	SPOIL(k.load[2].memsz = KEEL_TEXT_LAST - KEEL_TEXT_START, "window");
	SPOIL(k.load[0].flags = 7, "writable and executable");
	SPOIL(k.load[1].vaddr = TEXT + 0xf00, "page");
	SPOIL(k.load[2].vaddr = TEXT + 0x1200, "page");
	SPOIL(k.load[2].vaddr = KEEL_TEXT_START + 0x1000, "before");
}

static void spoiled_entry(void **state)
{
	(void)state;
	SPOIL(k.h.entry = TEXT + 0x1100, "e_entry");
	SPOIL(k.h.entry = TEXT - 1, "e_entry");
	SPOIL(k.h.entry = TEXT + 0x1000, "e_entry");
	SPOIL(k.h.entry = 0, "e_entry");
	/* There has to be room for the landing before it. */
	SPOIL((k.load[0].vaddr = k.h.entry = KEEL_TEXT_START, k.h.entry += 2), "too close");
}

static void cut_anywhere(void **state)
{
	const struct kernel k = good();

	(void)state;
	for (uint64_t bytes = 0; bytes < sizeof(k); bytes++)
		refused(&k, bytes, "");
}

static void too_many_segments(void **state)
{
	const uint64_t bytes =
		sizeof(struct file_header) + (ELF_MAX_SEGMENTS + 1) * sizeof(struct load);
	struct kernel k = good();
	char *file = zalloc(bytes);
	struct load *load = (struct load *)(file + sizeof(k.h));
	struct elf_image image;
	struct elf_error error = { 0 };

	(void)state;
	k.h.phnum = ELF_MAX_SEGMENTS + 1;
	memcpy(file, &k.h, sizeof(k.h));
	for (unsigned n = 0; n <= ELF_MAX_SEGMENTS; n++)
		load[n] = (struct load){ 1, 5, 0, TEXT + n * 0x1000, 0, 0, 0x1000, 0x1000 };
	assert_int_equal(elf_parse(file, bytes, &image, &error), -1);
	assert_non_null(strstr(error.what, "segments"));
	assert_int_equal(error.wanted, ELF_MAX_SEGMENTS);
	free(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_kernel),	    cmocka_unit_test(spoiled_header),
		cmocka_unit_test(spoiled_segments), cmocka_unit_test(spoiled_entry),
		cmocka_unit_test(cut_anywhere),	    cmocka_unit_test(too_many_segments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
