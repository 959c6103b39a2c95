/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What tools/keel-bundle asks: whether keel.efi would take a file, by the very code that it has.
 *
 *	bundle-check kernel ELF		loads it, symbols included
 *	bundle-check config FILE	reads it as keel.conf; shows what its entries name, a line a
 *					file: "kernel PATH", "symbols PATH" (of a kernel whose
 *					symbols are wanted), "driver PATH" or "module PATH"
 *	bundle-check section FILE	reads it as the section .bundle; shows "OFFSET BYTES NAME" for
 *					each file
 *
 * Where it would not, the reason goes to standard error, and the exit status is 1.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config/config.h"
#include "elf/elf.h"
#include "lib/bundle.h"

struct content {
	struct file file;
	char *start; /* at a page */
};

static uint64_t read_content(struct file *file, uint64_t offset, void *to, uint64_t bytes)
{
	memcpy(to, ((struct content *)file)->start + offset, bytes);
	return 0;
}

static void give_up(const char *name, const char *why)
{
	fprintf(stderr, "%s: %s\n", name, why);
	exit(1);
}

static void *take_memory(uint64_t bytes)
{
	const uint64_t mask = KEEL_PAGE_SIZE - 1;
	void *memory = aligned_alloc(KEEL_PAGE_SIZE, (bytes + !bytes + mask) & ~mask);

	if (!memory)
		give_up("bundle-check", "no memory");
	return memory;
}

static struct content read_file(const char *name)
{
	struct content c = { .file = { .name = name, .read = read_content } };
	FILE *file = fopen(name, "rb");
	long bytes;

	if (!file || fseek(file, 0, SEEK_END) || (bytes = ftell(file)) < 0) {
		perror(name);
		exit(1);
	}
	rewind(file);
	c.file.bytes = (uint64_t)bytes;
	c.start = take_memory(c.file.bytes);
	if (fread(c.start, 1, c.file.bytes, file) != c.file.bytes)
		give_up(name, "it cannot be read");
	fclose(file);
	return c;
}

/* No place is the right one here; there is memory as long as there is any. */
static bool refuse_place(struct elf_memory *m, enum elf_use use, uint64_t phys, uint64_t pages)
{
	(void)m, (void)use, (void)phys, (void)pages;
	return false;
}

static uint64_t take_pages(struct elf_memory *m, enum elf_use use, uint64_t pages)
{
	(void)m, (void)use;
	return (uintptr_t)take_memory(pages * KEEL_PAGE_SIZE);
}

static void check_kernel(const char *name)
{
	struct content c = read_file(name);
	struct elf_memory memory = { refuse_place, take_pages };
	struct elf_image image = { 0 };
	struct elf_symbols symbols = { 0 };
	struct elf_error error = { .text = "" };

	if (elf_examine(&c.file, &image, &error) || elf_load(&c.file, &image, &memory, &error) ||
	    elf_load_symbols(&c.file, &image, &memory, &symbols, &error))
		give_up(name, error.text);
}

static void check_config(const char *name)
{
	struct content c = read_file(name);
	struct config config;
	struct config_error error;

	if (config_parse(c.start, c.file.bytes, take_memory(config_work_bytes(c.file.bytes)),
			 &config, &error) != CONFIG_OK) {
		fprintf(stderr, "%s, line %u: %s\n", name, error.line, error.text);
		exit(1);
	}
	for (uint32_t n = 0; n < config.entry_count; n++) {
		const struct config_entry *entry = config.entries + n;

		if (entry->kernel)
			printf("%s %s\n", entry->symbols ? "symbols" : "kernel", entry->kernel);
		if (entry->driver)
			printf("driver %s\n", entry->driver);
	}
	for (uint32_t n = 0; n < config.module_count; n++)
		printf("module %s\n", config.modules[n].path);
}

static void check_section(const char *name)
{
	struct content c = read_file(name);
	struct bundle bundle;
	struct bundle_error error;

	if (!bundle_open(c.start, c.file.bytes, &bundle, &error))
		give_up(name, error.text);
	for (uint32_t n = 0; n < bundle.file_count; n++) {
		const struct bundle_file f = bundle_file(&bundle, n);

		printf("%" PRIu64 " %" PRIu64 " %s\n",
		       f.bytes ? (uint64_t)((const char *)f.start - c.start) : 0, f.bytes, f.name);
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*check)(const char *name);
	} kinds[] = {
		{ "kernel", check_kernel },
		{ "config", check_config },
		{ "section", check_section },
	};

	for (unsigned n = 0; argc == 3 && n < sizeof(kinds) / sizeof(*kinds); n++) {
		if (strcmp(argv[1], kinds[n].name) != 0)
			continue;
		kinds[n].check(argv[2]);
		return 0;
	}
	fprintf(stderr, "usage: bundle-check kernel|config|section FILE\n");
	return 2;
}
