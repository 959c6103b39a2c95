/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loads kernels on the host with the very code that keel.efi has, symbols included, and says for
 * each what came of it, a line a file:
 *
 *	elfcheck FILE...	FILE: refused: why | FILE: good, with the place and what was found
 *	elfcheck --cut FILE	the same for every beginning of the file: how many were refused, and
 *				the number of bytes from which on it was good
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../unit/elf_scene.h"

struct loaded {
	enum elf_result result;
	struct elf_image image;
	struct elf_symbols symbols;
	struct elf_error error;
};

/* The bytes end where their memory does, for the sanitizer. */
static struct loaded load(const uint8_t *start, uint64_t bytes)
{
	struct loaded l = { .error = { .text = "" } };
	struct fake_file file = fake_file(start, bytes);
	struct fake_memory memory = fake_memory();

	l.result = load_all(&file, &memory, &l.image, &l.symbols, &l.error);
	if (file.outside || (l.result && (l.result != ELF_REFUSED || !*l.error.text)) ||
	    strlen(l.error.text) >= sizeof(l.error.text) - 1) {
		fprintf(stderr, "elfcheck: %s\n",
			file.outside ? "a read outside the file" : "a result without a reason");
		exit(1);
	}
	fake_free(&memory);
	return l;
}

static uint8_t *memory_of(uint64_t bytes)
{
	uint8_t *memory = malloc(bytes);

	if (!memory) {
		perror("elfcheck");
		exit(1);
	}
	return memory;
}

static uint8_t *contents(const char *name, uint64_t *bytes)
{
	FILE *file = fopen(name, "rb");
	uint8_t *most = memory_of(1 << 24);
	uint8_t *start;

	if (!file) {
		perror(name);
		exit(1);
	}
	*bytes = fread(most, 1, 1 << 24, file);
	fclose(file);
	start = memory_of(*bytes);
	memcpy(start, most, *bytes);
	free(most);
	return start;
}

static void check(const char *name)
{
	uint64_t bytes;
	uint8_t *start = contents(name, &bytes);
	const struct loaded l = load(start, bytes);

	if (l.result)
		printf("%s: refused: %s\n", name, l.error.text);
	else
		printf("%s: good, at %" PRIx64 ", phys %" PRIx64 ", %" PRIx64
		       " bytes, %u segments, "
		       "entry %" PRIx64 ", %" PRIu64 " symbols\n",
		       name, l.image.virt, l.image.phys, l.image.bytes, l.image.segment_count,
		       l.image.entry_virt, l.symbols.count);
	free(start);
}

static void cut(const char *name)
{
	uint64_t bytes;
	uint8_t *start = contents(name, &bytes);
	uint8_t *copy = memory_of(bytes);
	uint64_t refused = 0, good_from = bytes + 1;

	for (uint64_t n = 0; n <= bytes; n++) {
		uint8_t *beginning = copy + bytes - n;
		const bool bad = load(memcpy(beginning, start, n), n).result;

		refused += bad;
		if (!bad && good_from > bytes)
			good_from = n;
	}
	printf("%s: %" PRIu64 " of %" PRIu64 " refused, good from %" PRIu64 " on\n", name, refused,
	       bytes + 1, good_from);
	free(copy);
	free(start);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--cut")) {
		cut(argv[2]);
		return 0;
	}
	for (int n = 1; n < argc; n++)
		check(argv[n]);
	return 0;
}
