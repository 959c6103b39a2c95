/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where elf_load puts a kernel, what it makes of the memory there, and what becomes of it when the
 * N-th read or the N-th allocation fails, for every N.
 */
#include "check.h"
#include "elf_scene.h"

#define HOME KEEL_SIZE_2M

struct outcome {
	struct elf_image image;
	struct elf_symbols symbols;
	struct elf_error error;
	enum elf_result result;
};

static struct outcome load(const struct kernel *k, struct fake_memory *memory)
{
	struct fake_file file = fake_file(k, sizeof(*k));
	struct outcome o = { .error = { .text = "" } };

	o.result = load_all(&file, memory, &o.image, &o.symbols, &o.error);
	assert_false(file.outside);
	return o;
}

static uint8_t *at(const struct elf_image *image, uint64_t offset)
{
	return (uint8_t *)(image->phys + offset);
}

static void zero(const uint8_t *from, const uint8_t *to)
{
	for (; from < to; from++)
		assert_int_equal(*from, 0);
}

/* Every byte of it: what the file has, and zero for all else. */
static void contents_are(const struct outcome *o, const struct kernel *k)
{
	const struct elf_image *image = &o->image;
	const uint64_t pointer = KERNEL_DATA + offsetof(struct kernel_data, pointer);
	struct kernel_data data = k->data;

	if (o->result)
		fail_msg("refused: %s", o->error.text);
	data.pointer = k->data.rela[0].addend + image->slide;
	assert_memory_equal(at(image, 0), k->text, sizeof(k->text));
	zero(at(image, sizeof(k->text)), at(image, 0x1100));
	assert_memory_equal(at(image, 0x1100), k->rodata, sizeof(k->rodata));
	zero(at(image, 0x1200), at(image, KERNEL_DATA));
	assert_memory_equal(at(image, KERNEL_DATA), &data, sizeof(data));
	assert_int_equal(*(uint64_t *)at(image, pointer), image->entry_virt);
	zero(at(image, KERNEL_DATA + sizeof(data)), at(image, image->bytes));
	assert_int_equal(image->bytes, 0x8000);
}

/* What the members have to say of each other, wherever it is. */
static void place_is(const struct outcome *o, uint64_t virt)
{
	const struct elf_image *image = &o->image;

	assert_int_equal(image->virt, virt);
	assert_int_equal(image->slide, virt - image->link_virt);
	assert_int_equal(image->phys, virt - KEEL_TEXT_START + image->phys_base);
	assert_int_equal(image->entry_virt, virt + 0x10);
	assert_int_equal(image->segment_count, 3);
	for (unsigned n = 0; n < 3; n++) {
		assert_int_equal(image->segments[n].virt, virt + n * 0x1000);
		assert_int_equal(image->segments[n].phys, image->phys + n * 0x1000);
	}
}

static void symbols_are(const struct outcome *o, const struct kernel *k)
{
	const uint64_t used = sizeof(k->symbols) + sizeof(k->names);

	assert_int_equal(o->symbols.count, 3);
	assert_int_equal(o->symbols.names_bytes, sizeof(k->names));
	assert_memory_equal((void *)o->symbols.phys, k->symbols, sizeof(k->symbols));
	assert_memory_equal((void *)o->symbols.names_phys, k->names, sizeof(k->names));
	zero((uint8_t *)o->symbols.phys + used, (uint8_t *)o->symbols.phys + KEEL_PAGE_SIZE);
}

static void at_home(uint16_t type, uint64_t text)
{
	const struct kernel k = good_kernel(type, text);
	struct fake_memory memory = fake_memory();
	const struct outcome o = load(&k, &memory);

	contents_are(&o, &k);
	place_is(&o, KERNEL_TEXT);
	symbols_are(&o, &k);
	assert_int_equal(o.image.phys, HOME);
	assert_int_equal(o.image.phys_base, 0);
	assert_int_equal(memory.blocks_used, 2);
	assert_int_equal(memory.blocks[0].bytes, 0x8000);
	assert_int_equal(memory.blocks[0].use, ELF_FOR_KERNEL);
	assert_int_equal(memory.blocks[1].bytes, KEEL_PAGE_SIZE);
	assert_int_equal(memory.blocks[1].use, ELF_FOR_SYMBOLS);
	fake_free(&memory);
}

static void home(void **state)
{
	(void)state;
	at_home(ELF_EXEC, KERNEL_TEXT);
	at_home(ELF_DYN, KERNEL_TEXT);
	at_home(ELF_DYN, 0);
	at_home(ELF_DYN, KEEL_TEXT_LAST + 1 - KEEL_SIZE_2M + 0x200000);
}

/* The first pages are taken: a fixed one keeps its addresses, one that can be moved its base. */
static void taken_home(uint16_t type, uint64_t text, uint64_t virt, uint64_t phys)
{
	const struct kernel k = good_kernel(type, text);
	struct fake_memory memory = fake_memory();
	struct outcome o;

	memory.taken_from = 0;
	memory.taken_to = 3 * KEEL_SIZE_2M + 1;
	o = load(&k, &memory);
	contents_are(&o, &k);
	place_is(&o, virt);
	assert_int_equal(o.image.phys, phys);
	fake_free(&memory);
}

static void moved(void **state)
{
	(void)state;
	taken_home(ELF_EXEC, KERNEL_TEXT, KERNEL_TEXT, 4 * HOME);
	taken_home(ELF_EXEC, KERNEL_TEXT + 0x5000, KERNEL_TEXT + 0x5000, 3 * HOME + 0x5000);
	taken_home(ELF_DYN, KERNEL_TEXT, KEEL_TEXT_START + 4 * HOME, 4 * HOME);
	taken_home(ELF_DYN, 0, KEEL_TEXT_START + 4 * HOME, 4 * HOME);
	taken_home(ELF_DYN, 0x5000, KEEL_TEXT_START + 3 * HOME + 0x5000, 3 * HOME + 0x5000);
}

/* Linked at 1 MB, outside of the window or in it: there it can stay, in memory that is free. */
static void at_one_megabyte(void **state)
{
	const uint64_t links[] = { HOME / 2, KEEL_TEXT_START + HOME / 2,
				   KEEL_TEXT_START + HOME + HOME / 2 };

	(void)state;
	for (unsigned n = 0; n < 3; n++) {
		const struct kernel k = good_kernel(ELF_DYN, links[n]);
		struct fake_memory memory = fake_memory();
		struct outcome o;

		/* What is free begins below it, or the third one's home is not. */
		memory.taken_from = 3 * HOME / 2;
		memory.taken_to = 2 * HOME;
		o = load(&k, &memory);
		contents_are(&o, &k);
		place_is(&o, KEEL_TEXT_START + HOME / 2);
		assert_int_equal(o.image.phys, HOME / 2);
		fake_free(&memory);
	}
}

/* Page 0 is nobody's home, though it were free (the fake memory would abort). */
static void window_start(void **state)
{
	struct kernel k = good_kernel(ELF_EXEC, KEEL_TEXT_START);
	struct fake_memory memory = fake_memory();
	struct outcome o;

	(void)state;
	o = load(&k, &memory);
	contents_are(&o, &k);
	place_is(&o, KEEL_TEXT_START);
	assert_int_equal(o.image.phys, HOME);
	assert_true(o.image.moved);
	fake_free(&memory);

	/* It can be moved, so its entry is no matter either. */
	k = good_kernel(ELF_DYN, KEEL_TEXT_START);
	memory = fake_memory();
	o = load(&k, &memory);
	contents_are(&o, &k);
	place_is(&o, KEEL_TEXT_START + HOME);
	assert_int_equal(o.image.phys, HOME);
	assert_false(o.image.moved);
	fake_free(&memory);
}

static void anywhere(uint16_t type, uint64_t text, uint64_t virt)
{
	const struct kernel k = good_kernel(type, text);
	struct fake_memory memory = fake_memory();
	struct outcome o;

	memory.taken_to = KEEL_TEXT_LAST + 1 - KEEL_TEXT_START;
	o = load(&k, &memory);
	contents_are(&o, &k);
	place_is(&o, virt);
	assert_true(o.image.phys >= memory.taken_to);
	fake_free(&memory);
}

/* Nothing is free in all of the window's own memory. */
static void window_taken(void **state)
{
	(void)state;
	anywhere(ELF_EXEC, KERNEL_TEXT + 0x5000, KERNEL_TEXT + 0x5000);
	anywhere(ELF_DYN, KERNEL_TEXT + 0x5000, KERNEL_TEXT + 0x5000);
	anywhere(ELF_DYN, 0x5000, KERNEL_TEXT + 0x5000);
}

/* A large p_align holds at every place; one that stays at its address does not care. */
static void aligned(void **state)
{
	struct kernel k = good_kernel(ELF_DYN, 0x1000);
	struct fake_memory memory = fake_memory();
	struct outcome o;

	(void)state;
	k.load[2].align = 8 * HOME;
	memory.taken_to = 9 * HOME;
	o = load(&k, &memory);
	contents_are(&o, &k);
	place_is(&o, KEEL_TEXT_START + 16 * HOME + 0x1000);
	fake_free(&memory);
	k.h.type = ELF_EXEC;
	kernel_link(&k, KERNEL_TEXT);
	k.load[2].align = 8 * HOME;
	memory.taken_to = 4 * HOME;
	o = load(&k, &memory);
	contents_are(&o, &k);
	place_is(&o, KERNEL_TEXT);
	assert_int_equal(o.image.phys, 4 * HOME);
	fake_free(&memory);
}

/* Nothing is read for a segment that has no bytes in the file. */
static void only_zeros(void **state)
{
	struct kernel k = good_kernel(ELF_EXEC, KERNEL_TEXT);
	struct fake_memory memory = fake_memory();
	struct outcome o;

	(void)state;
	k.load[1].filesz = 0;
	o = load(&k, &memory);
	assert_int_equal(o.result, ELF_GOOD);
	zero(at(&o.image, sizeof(k.text)), at(&o.image, KERNEL_DATA));
	fake_free(&memory);
}

/* Symbols that fill a page take one. */
static void page_of_symbols(void **state)
{
	struct {
		struct kernel k;
		char names[KEEL_PAGE_SIZE - 3 * ELF_SYMBOL_BYTES];
	} larger = { .k = good_kernel(ELF_EXEC, KERNEL_TEXT) };
	struct fake_file file = fake_file(&larger, sizeof(larger));
	struct fake_memory memory = fake_memory();
	struct outcome o;

	(void)state;
	larger.k.section[3].offset = sizeof(larger.k);
	larger.k.section[3].size = sizeof(larger.names);
	o.result = load_all(&file, &memory, &o.image, &o.symbols, &o.error);
	assert_int_equal(o.result, ELF_GOOD);
	assert_int_equal(memory.blocks[1].bytes, KEEL_PAGE_SIZE);
	assert_int_equal(o.symbols.names_bytes, sizeof(larger.names));
	fake_free(&memory);
}

/* Segments need not be aligned to anything in the file, and may share pages. */
static void shared_page(void **state)
{
	struct kernel k = good_kernel(ELF_EXEC, KERNEL_TEXT);
	struct fake_memory memory = fake_memory();
	struct outcome o;

	(void)state;
	k.load[1].flags = 5;
	k.load[1].vaddr = KERNEL_TEXT + 0x123;
	k.load[1].offset = 7;
	k.load[1].memsz = 0x1000;
	o = load(&k, &memory);
	assert_int_equal(o.result, ELF_GOOD);
	assert_int_equal(o.image.segment_count, 2);
	assert_memory_equal(at(&o.image, 0), k.text, 0x100);
	zero(at(&o.image, 0x100), at(&o.image, 0x123));
	assert_memory_equal(at(&o.image, 0x123), (uint8_t *)&k + 7, 0x100);
	zero(at(&o.image, 0x223), at(&o.image, KERNEL_DATA));
	fake_free(&memory);
}

/* Every read in turn fails: its status comes back. There is an end to them. */
static void each_read_fails(void **state)
{
	const struct kernel k = good_kernel(ELF_DYN, 0);
	uint64_t n = 0;

	(void)state;
	for (enum elf_result result = ELF_UNREADABLE; result; n++) {
		struct fake_memory memory = fake_memory();
		struct fake_file file = fake_file(&k, sizeof(k));
		struct outcome o = { .error = { .text = "" } };

		file.fail_at = n;
		result = load_all(&file, &memory, &o.image, &o.symbols, &o.error);
		if (result) {
			assert_int_equal(result, ELF_UNREADABLE);
			assert_int_equal(o.error.status, FAKE_STATUS);
			assert_non_null(strstr(o.error.text, "cannot be read"));
			assert_int_equal(o.symbols.count, 0);
		}
		fake_free(&memory);
	}
	/* ELF header, program headers, 3 segments, section headers, string table's, 2 tables. */
	assert_int_equal(n - 1, 9);
}

static void allocations_fail(const struct kernel *k, uint64_t one, uint64_t all,
			     enum elf_result expected, const char *text)
{
	struct fake_memory memory = fake_memory();
	struct outcome o;

	memory.fail_at = one;
	memory.fail_from = all;
	o = load(k, &memory);
	assert_int_equal(o.result, expected);
	if (expected)
		assert_string_equal(o.error.text, text);
	else
		contents_are(&o, k);
	assert_true(memory.calls > one || memory.calls > all);
	fake_free(&memory);
}

/* One place that is not free is no failure, no place at all is. */
static void each_allocation_fails(void **state)
{
	static const char no_kernel[] = "no memory for the kernel: 8 pages of 4 KiB";
	static const char no_symbols[] = "no memory for the kernel's symbols: 1 pages of 4 KiB";
	const struct kernel kinds[] = { good_kernel(ELF_EXEC, KERNEL_TEXT),
					good_kernel(ELF_DYN, 0) };

	(void)state;
	for (unsigned n = 0; n < 2; n++) {
		allocations_fail(kinds + n, 0, NEVER, ELF_GOOD, NULL);
		allocations_fail(kinds + n, 1, NEVER, ELF_NO_MEMORY, no_symbols);
		allocations_fail(kinds + n, NEVER, 0, ELF_NO_MEMORY, no_kernel);
		allocations_fail(kinds + n, NEVER, 1, ELF_NO_MEMORY, no_symbols);
	}
}

/* With less and less of the window free, up to none and nothing else either. */
static void each_place_fails(void **state)
{
	const struct kernel k = good_kernel(ELF_DYN, 0);
	const uint64_t tries = 1 + 255; /* at home, and at each place from 2 MB on */

	(void)state;
	for (uint64_t n = 0; n <= tries; n++) {
		struct fake_memory memory = fake_memory();
		struct outcome o;

		memory.taken_to = n * KEEL_SIZE_2M + 1;
		memory.fail_from = n < 255 ? NEVER : tries;
		o = load(&k, &memory);
		assert_int_equal(o.result, n < 255 ? ELF_GOOD : ELF_NO_MEMORY);
		if (!o.result)
			assert_int_equal(o.image.phys, (n + 1) * KEEL_SIZE_2M);
		else
			assert_int_equal(memory.calls, tries + 1);
		fake_free(&memory);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(home),
		cmocka_unit_test(moved),
		cmocka_unit_test(at_one_megabyte),
		cmocka_unit_test(window_start),
		cmocka_unit_test(window_taken),
		cmocka_unit_test(aligned),
		cmocka_unit_test(shared_page),
		cmocka_unit_test(only_zeros),
		cmocka_unit_test(page_of_symbols),
		cmocka_unit_test(each_read_fails),
		cmocka_unit_test(each_allocation_fails),
		cmocka_unit_test(each_place_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
