/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What elf_examine takes and what it refuses, with a small kernel that is spoiled in one way after
 * the other; and cut off at every byte. (What it says then, to the letter, is tested with real
 * kernels: tests/kernels.)
 */
#include "check.h"
#include "elf/parts.h"
#include "elf_scene.h"

static struct kernel fixed(void)
{
	return good_kernel(ELF_EXEC, KERNEL_TEXT);
}

static void refused_file(const void *start, uint64_t bytes, const char *word)
{
	struct elf_image image;
	struct elf_error error = { .text = "" };
	uint8_t *copy = malloc(bytes + !bytes); /* guarded by the sanitizer */
	struct fake_file file = fake_file(copy, bytes);

	memcpy(copy, start, bytes);
	assert_int_equal(elf_examine(&file.file, &image, &error), ELF_REFUSED);
	assert_false(file.outside);
	assert_in_range(strlen(error.text), 1, sizeof(error.text) - 2);
	if (!strstr(error.text, word))
		fail_msg("'%s' does not say '%s'", error.text, word);
	free(copy);
}

#define SPOIL(statement, word)                     \
	do {                                       \
		struct kernel k = fixed();         \
		statement;                         \
		refused_file(&k, sizeof(k), word); \
	} while (0)

static struct elf_image taken(const struct kernel *k)
{
	struct elf_image image;
	struct elf_error error = { .text = "" };
	struct fake_file file = fake_file(k, sizeof(*k));

	if (elf_examine(&file.file, &image, &error))
		fail_msg("refused: %s", error.text);
	return image;
}

static void segment_is(const struct keel_segment *s, uint64_t virt, uint64_t bytes,
		       enum keel_rights rights)
{
	assert_int_equal(s->virt, virt);
	assert_int_equal(s->bytes, bytes);
	assert_int_equal(s->rights, rights);
}

static void good(void **state)
{
	const struct kernel k = fixed();
	const struct elf_image image = taken(&k);

	(void)state;
	assert_int_equal(image.entry_virt, KERNEL_TEXT + 0x10);
	assert_int_equal(image.link_virt, KERNEL_TEXT);
	assert_int_equal(image.virt, KERNEL_TEXT);
	assert_int_equal(image.bytes, 0x8000);
	assert_int_equal(image.segment_count, 3);
	segment_is(image.segments, KERNEL_TEXT, 0x1000, KEEL_RIGHTS_RX);
	segment_is(image.segments + 1, KERNEL_TEXT + 0x1000, 0x1000, KEEL_RIGHTS_R);
	segment_is(image.segments + 2, KERNEL_TEXT + 0x2000, 0x6000, KEEL_RIGHTS_RW);
}

/* With the same rights, a page may be shared; without, it may not. */
static void shared_page(void **state)
{
	struct kernel k = fixed();
	struct elf_image image;

	(void)state;
	k.load[1].flags = 6;
	k.load[2].vaddr = k.load[1].vaddr + 0x200;
	image = taken(&k);
	assert_int_equal(image.segment_count, 2);
	assert_int_equal(image.piece_count, 3);
	segment_is(image.segments + 1, KERNEL_TEXT + 0x1000, 0x6000, KEEL_RIGHTS_RW);
	k.load[1].flags = 4;
	refused_file(&k, sizeof(k), "program header 2: p_vaddr");
	/* Pages that only touch are one range too. */
	k = fixed();
	k.load[1].flags = 6;
	image = taken(&k);
	assert_int_equal(image.segment_count, 2);
	segment_is(image.segments + 1, KERNEL_TEXT + 0x1000, 0x7000, KEEL_RIGHTS_RW);
}

/* What has no bytes in memory does not count, wherever it is. */
static void empty_segment(void **state)
{
	struct kernel k = fixed();

	(void)state;
	k.load[1].memsz = k.load[1].filesz = k.load[1].vaddr = 0;
	assert_int_equal(taken(&k).segment_count, 2);
}

static void first_place(uint64_t text, uint64_t align, uint64_t expected)
{
	struct kernel k = good_kernel(ELF_DYN, text);

	k.load[1].align = align;
	assert_int_equal(taken(&k).virt, expected);
}

/* One that can be moved may be linked anywhere. */
static void movable(void **state)
{
	(void)state;
	first_place(KERNEL_TEXT, 0x1000, KERNEL_TEXT);
	first_place(KEEL_TEXT_START + 0x1000, 0x1000, KEEL_TEXT_START + 0x1000);
	first_place(KEEL_TEXT_LAST + 1 - 0x8000, 0x1000, KEEL_TEXT_LAST + 1 - 0x8000);
	first_place(KEEL_TEXT_LAST + 1 - 0x7000, 0x1000, KEEL_TEXT_START + KEEL_SIZE_2M - 0x7000);
	first_place(0, 0x1000, KERNEL_TEXT);
	first_place(0x3000, 0, KERNEL_TEXT + 0x3000);
	first_place(0x403000, 1, KERNEL_TEXT + 0x3000);
	first_place(0x403000, 0x400000, KEEL_TEXT_START + 0x403000);
	first_place(0x200000, 0x400000, KERNEL_TEXT);
	first_place(0x1000, 0x1000000, KEEL_TEXT_START + 0x1001000);
	first_place(-UINT64_C(0x8000), 0x1000, KEEL_TEXT_START + KEEL_SIZE_2M - 0x8000);
	/* The first place is from 1 MB on, whether or not that is what it was linked for. */
	first_place(0x100000, 0x1000, KEEL_TEXT_START + 0x100000);
	first_place(0x500000, 0x200000, KEEL_TEXT_START + 0x100000);
	first_place(0x500000, 0x400000, KEEL_TEXT_START + 0x100000);
	first_place(0xff000, 0x1000, KERNEL_TEXT + 0xff000);
}

static void spoiled_header(void **state)
{
	(void)state;
	SPOIL(k.h.magic++, "magic");
	SPOIL(k.h.class = 1, "32 bits, though for x86-64");
	SPOIL(k.h.class = 3, "EI_CLASS");
	SPOIL(k.h.data = 2, "EI_DATA");
	SPOIL(k.h.ident_version = 0, "EI_VERSION");
	SPOIL(k.h.version = 2, "e_version");
	SPOIL(k.h.machine = 183, "for AArch64");
	SPOIL((k.h.machine = 22 << 8, k.h.data = 2), "for S/390");
	SPOIL(k.h.machine = 63, "e_machine");
	SPOIL(k.h.type = 1, "ET_REL");
	SPOIL(k.h.type = 4, "ET_CORE");
	SPOIL(k.h.type = 5, "e_type");
	SPOIL(k.h.ehsize = 52, "e_ehsize");
	SPOIL(k.h.phentsize = 32, "e_phentsize");
	SPOIL(k.h.phoff = sizeof(k), "e_phoff");
	SPOIL(k.h.phoff = sizeof(k) - 4 * 56 + 1, "e_phoff");
	SPOIL(k.h.phoff = ~UINT64_C(0), "e_phoff");
	SPOIL(k.h.phnum = 0xfffe, "e_phoff");
	SPOIL(k.h.phnum = 0xffff, "PN_XNUM");
	SPOIL(k.h.phnum = 0, "e_phnum");
}

static void spoiled_segments(void **state)
{
	(void)state;
	SPOIL(k.load[1].filesz = 0x101, "program header 1: p_filesz");
	SPOIL(k.load[1].memsz = 0, "program header 1: p_filesz");
	SPOIL(k.load[1].offset = sizeof(k) - 0xff, "program header 1: p_offset");
	SPOIL(k.load[1].offset = ~UINT64_C(0), "p_offset");
	SPOIL((k.load[1].filesz = k.load[1].memsz = sizeof(k)), "p_offset");
	SPOIL(k.load[0].vaddr = KEEL_SIZE_2M, "window");
	SPOIL(k.load[2].vaddr = KEEL_TEXT_LAST + 1, "window");
	SPOIL(k.load[2].memsz = ~UINT64_C(0), "window");
	SPOIL(k.load[2].memsz = KEEL_TEXT_LAST - KEEL_TEXT_START, "window");
	SPOIL((k.h.type = 3, k.load[2].memsz = ~UINT64_C(0)), "only 0x20000000 bytes");
	SPOIL((k.h.type = 3, k.load[2].memsz = 0x20000001), "only 0x20000000 bytes");
	SPOIL((k.h.type = 3, k.load[2].vaddr = ~UINT64_C(0), k.load[2].filesz = 0,
	       k.load[2].memsz = 2),
	      "wraps");
	SPOIL((k.h.type = 3, k.load[2].memsz = 0x20000000), "place");
	SPOIL((k.h.type = 3, k.load[0].vaddr = 0), "place");
	SPOIL((k.h.type = 3, k.load[0].vaddr = 0, k.load[0].memsz = 0x20000000), "place");
	SPOIL(k.load[0].flags = 7, "writable and executable");
	SPOIL(k.load[0].flags = 3, "writable and executable");
	SPOIL(k.load[0].align = 3, "p_align");
	SPOIL((kernel_link(&k, 0), k.h.type = 3, k.load[0].align = UINT64_C(1) << 63), "place");
	SPOIL(k.load[1].vaddr = KERNEL_TEXT + 0xf00, "page");
	SPOIL(k.load[1].vaddr = KERNEL_TEXT + 0xff, "inside");
	SPOIL(k.load[1].vaddr = KERNEL_TEXT, "inside");
	SPOIL(k.load[2].vaddr = KEEL_TEXT_START + 0x1000, "ascend");
	SPOIL(k.load[1].type = 3, "program header 1: PT_INTERP");
	SPOIL(k.load[1].type = 2, "program header 3: a second PT_DYNAMIC");
	SPOIL(k.load[0].type = k.load[1].type = k.load[2].type = 6, "no PT_LOAD");
}

static void spoiled_entry(void **state)
{
	(void)state;
	SPOIL(k.h.entry = KERNEL_TEXT + 0x1100, "e_entry");
	SPOIL(k.h.entry = KERNEL_TEXT - 1, "e_entry");
	SPOIL(k.h.entry = KERNEL_TEXT + 0x100, "e_entry");
	SPOIL(k.h.entry = 0, "e_entry is 0x0, which means that there is none");
	SPOIL((k.h.entry = 0, k.h.type = 3), "e_entry is 0x0, which means that there is none");
	/* Where the file begins, and where it has no bytes. */
	SPOIL((kernel_link(&k, 0), k.h.type = 3, k.h.entry = k.load[0].offset = 0), "ELF header");
	SPOIL((k.load[0].offset = 0, k.h.entry = KERNEL_TEXT + 63), "ELF header");
	SPOIL((k.load[0].filesz = 0x80, k.h.entry = KERNEL_TEXT + 0x80), "nothing but zeroes");
	SPOIL(k.load[0].flags = 4, "no PT_LOAD segment is executable");
	/* There has to be room for the landing before it. */
	SPOIL((k.load[0].vaddr = k.h.entry = KEEL_TEXT_START, k.h.entry += 2), "at least");
}

/* Neither the first byte after the header, nor the last one that the file has, is wrong. */
static void entry_at_borders(void **state)
{
	struct kernel k = fixed();

	(void)state;
	k.load[0].offset = 0;
	k.h.entry = KERNEL_TEXT + 64;
	taken(&k);
	k.h.entry = KERNEL_TEXT + k.load[0].filesz - 1;
	taken(&k);
	/* Linked at 0, with code there: ELF's own "none" cannot be told from it. */
	k = good_kernel(ELF_DYN, 0);
	k.h.entry = 0;
	assert_int_equal(taken(&k).entry_virt, 0);
}

static void cut_anywhere(void **state)
{
	const struct kernel k = fixed();

	(void)state;
	for (uint64_t bytes = 0; bytes < AT(section); bytes++)
		refused_file(&k, bytes, "");
}

/* As many program headers as there can be are no problem; segments are another matter. */
static void many_headers(void **state)
{
	const uint64_t bytes = sizeof(struct kernel) + 0xfffe * sizeof(struct elf_program_header);
	struct kernel k = fixed();
	char *start = zalloc(bytes);
	struct elf_program_header *headers = (struct elf_program_header *)(start + sizeof(k));
	struct fake_file file = fake_file(start, bytes);
	struct elf_image image;
	struct elf_error error;

	(void)state;
	k.h.phoff = sizeof(k);
	k.h.phnum = 0xfffe;
	memcpy(start, &k, sizeof(k));
	for (unsigned n = 0; n < ELF_MAX_SEGMENTS; n++)
		headers[0xfffd - n] = (struct elf_program_header){
			1, n % 2 ? 4 : 5, AT(text), KERNEL_TEXT - n * KEEL_PAGE_SIZE,
			0, 0x100,	  0x1000,   0x1000
		};
	assert_int_equal(elf_examine(&file.file, &image, &error), ELF_GOOD);
	assert_int_equal(image.segment_count, ELF_MAX_SEGMENTS);
	headers[0] = headers[0xfffd - ELF_MAX_SEGMENTS + 1];
	headers[0].vaddr -= KEEL_PAGE_SIZE;
	refused_file(start, bytes, "program header 65533: one PT_LOAD segment more than 32");
	free(start);
}

/* All headers lead to the same large table: it is read once, whatever there is in it. */
static void many_dynamic_sections(void **state)
{
	const uint64_t headers = 0xfffe, entries = 0xffff;
	const uint64_t headers_bytes = headers * sizeof(struct elf_program_header);
	const uint64_t bytes = sizeof(struct kernel) + headers_bytes + entries * 16;
	struct kernel k = fixed();
	char *start = zalloc(bytes);
	struct elf_program_header *header = (struct elf_program_header *)(start + sizeof(k));
	struct elf_dynamic *dynamic = (struct elf_dynamic *)(start + sizeof(k) + headers_bytes);
	struct fake_file file = fake_file(start, bytes);
	struct elf_image image;
	struct elf_error error = { .text = "" };

	(void)state;
	k.h.phoff = sizeof(k);
	k.h.phnum = (uint16_t)headers;
	memcpy(start, &k, sizeof(k));
	for (uint64_t n = 0; n < entries; n++)
		dynamic[n].tag = 21; /* DT_DEBUG */
	for (uint64_t n = 0; n < headers; n++)
		header[n] = (struct elf_program_header){
			2, 6, sizeof(k) + headers_bytes, KERNEL_TEXT, 0, entries * 16, entries * 16,
			8
		};
	assert_int_equal(elf_examine(&file.file, &image, &error), ELF_REFUSED);
	assert_string_equal(error.text, "program header 1: a second PT_DYNAMIC");
	assert_true(file.read_bytes <= 2 * bytes);
	free(start);
}

/* No sentence of today's is that long. */
static void long_sentence(void **state)
{
	struct elf_error error = { .part = "part", .number = 1 };
	char name[sizeof(error.text)];

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	assert_int_equal(elf_refuse(&error, "%s", name), ELF_REFUSED);
	assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
	assert_memory_equal(error.text, "part 1: xxx", 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(shared_page),
		cmocka_unit_test(empty_segment),
		cmocka_unit_test(movable),
		cmocka_unit_test(spoiled_header),
		cmocka_unit_test(spoiled_segments),
		cmocka_unit_test(spoiled_entry),
		cmocka_unit_test(entry_at_borders),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(many_headers),
		cmocka_unit_test(many_dynamic_sections),
		cmocka_unit_test(long_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
