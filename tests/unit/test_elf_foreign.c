/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signs of other boot protocols: found wherever their specifications allow them, and nowhere else.
 */
#include "check.h"
#include "elf_scene.h"

#define FILE_BYTES 40000

static const uint32_t multiboot[] = { 0x1badb002, 0x00000003, -(0x1badb002 + 0x00000003u) };
static const uint32_t multiboot2[] = { 0xe85250d6, 0, 16, -(0xe85250d6 + 16) };

struct sign {
	const char *name;
	const uint32_t *words;
	uint64_t bytes;
	uint64_t align;
	uint64_t last; /* the header ends there at the latest */
};

static const struct sign signs[] = {
	{ "a Multiboot header", multiboot, sizeof(multiboot), 4, 8192 },
	{ "a Multiboot2 header", multiboot2, sizeof(multiboot2), 8, 32768 },
};

/* What is found in a file of so many bytes, with that at an offset, of which one read fails. */
static const char *found(const void *what, uint64_t what_bytes, uint64_t offset, uint64_t bytes,
			 uint64_t fail_at)
{
	uint8_t *start = malloc(bytes + !bytes);
	struct fake_file file = fake_file(start, bytes);
	const char *name;

	memset(start, 0x90, bytes);
	for (uint64_t n = 0; n < what_bytes && offset + n < bytes; n++)
		start[offset + n] = ((const uint8_t *)what)[n];
	file.fail_at = fail_at;
	name = elf_foreign_header(&file.file);
	assert_false(file.outside);
	free(start);
	return name;
}

static void is_found(const char *name, const char *expected, const char *where, uint64_t offset)
{
	if (expected ? !name || strcmp(name, expected) : !!name)
		fail_msg("%s, %s at %" PRIu64 ": expected %s", name ? name : "nothing", where,
			 offset, expected ? expected : "nothing");
}

static void headers(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 2; n++) {
		const struct sign *s = signs + n;

		for (uint64_t at = 0; at <= FILE_BYTES - s->bytes; at += at > 64 ? 4 : 1)
			is_found(found(s->words, s->bytes, at, FILE_BYTES, NEVER),
				 at % s->align || at + s->bytes > s->last ? NULL : s->name, s->name,
				 at);
	}
}

/* The file ends with it, or within it. */
static void at_the_end(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 2; n++)
		for (uint64_t less = 0; less <= signs[n].bytes; less++)
			for (uint64_t at = 0; at < 8192 - 64; at += 4096 - 8)
				is_found(found(signs[n].words, signs[n].bytes, at,
					       at + signs[n].bytes - less, NEVER),
					 less ? NULL : signs[n].name, "cut", at);
}

/* The magic number alone is a constant that a loader's own code has, too. */
static void wrong_sum(void **state)
{
	const uint32_t both[] = { 0xe85250d6,
				  0,
				  16,
				  1,
				  0x1badb002,
				  0,
				  1,
				  0,
				  0,
				  0,
				  multiboot2[0],
				  multiboot2[1],
				  multiboot2[2],
				  multiboot2[3] };

	(void)state;
	for (unsigned n = 0; n < 2; n++) {
		for (unsigned bit = 0; bit < 32; bit++) {
			uint32_t words[4];

			memcpy(words, signs[n].words, signs[n].bytes);
			words[signs[n].bytes / 4 - 1] ^= 1u << bit;
			is_found(found(words, signs[n].bytes, 64, FILE_BYTES, NEVER), NULL, "wrong",
				 bit);
		}
	}
	is_found(found(both, sizeof(both), 4, FILE_BYTES, NEVER), NULL, "not aligned", 4 + 40);
	is_found(found(both, sizeof(both), 24, FILE_BYTES, NEVER), "a Multiboot2 header",
		 "behind two", 64);
}

/* Whoever reads the file afterwards has the words for that. */
static void unreadable(void **state)
{
	(void)state;
	is_found(found(multiboot2, sizeof(multiboot2), 8192, FILE_BYTES, 0), NULL, "no read", 0);
	is_found(found(multiboot2, sizeof(multiboot2), 8192, FILE_BYTES, 2), NULL, "third read", 2);
	is_found(found(multiboot2, sizeof(multiboot2), 8192, FILE_BYTES, 3), NULL, "fourth read",
		 3);
	is_found(found(multiboot2, sizeof(multiboot2), 8192, FILE_BYTES, 4), "a Multiboot2 header",
		 "fifth read", 4);
	is_found(found(NULL, 0, 0, 0, NEVER), NULL, "empty", 0);
}

static const uint64_t request[] = { 0xc7b1dd30df4c8b88, 0x0a82e883a194f07b };
static const uint64_t base_revision[] = { 0xf9562b2d5c95a6c8, 0x6a7b384944536bdc };

/* The sign that is found in a loaded kernel. */
static const char *loaded(const struct kernel *k)
{
	struct fake_file file = fake_file(k, sizeof(*k));
	struct fake_memory memory = fake_memory();
	struct elf_image image;
	struct elf_error error = { .text = "" };
	const char *name;

	if (elf_examine(&file.file, &image, &error) ||
	    elf_load(&file.file, &image, &memory.memory, &error))
		fail_msg("refused: %s", error.text);
	name = elf_foreign_requests(&image);
	fake_free(&memory);
	return name;
}

static void requests(void **state)
{
	const uint64_t *const magics[] = { request, base_revision };
	const char *const name = "Limine requests";

	(void)state;
	for (unsigned n = 0; n < 2; n++) {
		struct kernel k = good_kernel(ELF_EXEC, KERNEL_TEXT);

		is_found(loaded(&k), NULL, "none", 0);
		for (unsigned at = 0; at <= sizeof(k.rodata) - 16; at++) {
			memset(k.rodata, 'r', sizeof(k.rodata));
			memcpy(k.rodata + at, magics[n], 16);
			is_found(loaded(&k), at % 8 ? NULL : name, "constants", at);
		}
		/* The file has only the first word of it. */
		k.load[1].filesz = sizeof(k.rodata) - 8;
		memset(k.rodata, 'r', sizeof(k.rodata));
		memcpy(k.rodata + sizeof(k.rodata) - 16, magics[n], 16);
		is_found(loaded(&k), NULL, "cut", 0);
		k.load[1].filesz = 0;
		is_found(loaded(&k), NULL, "zeroes", 0);

		k = good_kernel(ELF_EXEC, KERNEL_TEXT);
		memcpy(k.data.dynamic + 6, magics[n], 16);
		is_found(loaded(&k), name, "data", 0);
		k = good_kernel(ELF_EXEC, KERNEL_TEXT);
		memcpy(k.text + 64, magics[n], 16);
		is_found(loaded(&k), NULL, "code", 0);
	}
}

/* A segment that does not begin on a multiple of 8 has them on addresses that are. */
static void unaligned_segment(void **state)
{
	(void)state;
	for (unsigned shift = 0; shift < 8; shift++) {
		struct kernel k = good_kernel(ELF_EXEC, KERNEL_TEXT);

		k.load[1].vaddr += shift;
		memcpy(k.rodata + (8 - shift) % 8, request, 16);
		is_found(loaded(&k), "Limine requests", "shifted", shift);
		k.load[1].filesz = (8 - shift) % 8 + 15;
		is_found(loaded(&k), NULL, "shifted and cut", shift);
		k.load[1].filesz = 1;
		is_found(loaded(&k), NULL, "one byte", shift);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),   cmocka_unit_test(at_the_end),
		cmocka_unit_test(wrong_sum), cmocka_unit_test(unreadable),
		cmocka_unit_test(requests),  cmocka_unit_test(unaligned_segment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
