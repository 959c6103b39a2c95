/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "keelmap.h"
#include "parse_line.h"
#include "version.h"

static const char help[] =
	"usage: keelmap [options] FILE\n"
	"\n"
	"Reads the UEFI memory map of a machine and shows the x86-64 kernel memory map that\n"
	"Keel would build there. FILE (- is standard input) holds descriptors in any of:\n"
	"  7 100000 256 f                  type, start (hex), pages, attribute (hex)\n"
	"  efi: mem00: [Boot Code|...|UC] range=[0x...-0x...]   Linux's log, with efi=debug\n"
	"  EFI: mem00: type=7, attr=0xf, range=[0x...-0x...)    the same, older\n"
	"  (XEN)  0000...-0000... type=7 attr=0000...           Xen's log, with loglvl=all\n"
	"  BS_Code 0000...-0000... 0000... 0000...              the UEFI shell's memmap\n"
	"or is the report that keel.efi has left on its medium, keel-report-N.txt. The Memory\n"
	"Attributes Table comes from the same report or log (efi: memattr: ...).\n"
	"\n"
	"  --boot N                 which boot of a log, from 1 on; otherwise the last one whose\n"
	"                           memory map is in it\n"
	"  --attributes FILE        a Memory Attributes Table in one of these notations, instead of\n"
	"                           that of the boot; of several in FILE the last one\n"
	"  --phys-bits N            the CPU's physical address bits, 32 to 52; otherwise 46, or\n"
	"                           as many as the map takes\n"
	"  --no-1g                  the CPU has no 1 GB pages\n"
	"  --cpus N                 number of CPUs (1)\n"
	"  --kernel-bytes N         size of the kernel (320K): a third each of text, read-only\n"
	"                           data and data\n"
	"  --kernel-phys ADDR       where it wants to be (0x200000); moved when that is taken, as page 0\n"
	"                           always is\n"
	"  --framebuffer ADDR:N     a framebuffer of N bytes; up to 8 of them\n"
	"  --mtrr-boundary ADDR     the memory type changes there (may be repeated)\n"
	"  --format=table           for people (the default)\n"
	"  --format=plan            mappings: virt phys bytes rights memory-type region\n"
	"  --format=leaves          runs of equal leaves: the same, then the size of a leaf\n"
	"  --format=json            all of it\n"
	"  --format=svg             a picture\n"
	"  --check                  exit 1 also if a check of the tables fails, or where lines of the\n"
	"                           log are missing, or there twice\n"
	"  --verdict                what is wrong with the firmware, in words: from a report what the\n"
	"                           audit found, from a map what can be seen in it\n"
	"  --version                the version of Keel that it shows\n"
	"  --help                   this text\n"
	"\n"
	"ADDR is hexadecimal. N is decimal, or hexadecimal with 0x; sizes may end in K, M, G, T.\n"
	"Hexadecimal without 0x are: the table's addresses, in plan and leaves all numbers, and in\n"
	"JSON the numbers that are strings. A last field xN@STEP says that the same pages appear\n"
	"at N addresses, STEP bytes apart. Lines that begin with # are remarks; the last line is\n"
	"\"# tables used=N planned=N minimum=N\", all decimal, where minimum is the number of tables\n"
	"that could not be done without. The kernel, the CPUs' area and the tables are placed in\n"
	"conventional memory as the loader would; the local APIC and one I/O APIC are taken to be\n"
	"at their usual addresses.\n"
	"\n"
	"What is wrong is told on standard error, in lines \"# problem: ...\", and in JSON's problems.\n"
	"\n"
	"Exit code: 0; 1 when Keel could not boot there, --check found a problem, or --verdict something\n"
	"grave; 2 for bad input.\n";

enum {
	OPT_BOOT = 256,
	OPT_ATTRIBUTES,
	OPT_BITS,
	OPT_NO_1G,
	OPT_CPUS,
	OPT_BYTES,
	OPT_PHYS,
	OPT_FRAMEBUFFER,
	OPT_BOUNDARY,
	OPT_FORMAT,
	OPT_CHECK,
	OPT_VERDICT,
	OPT_VERSION,
	OPT_HELP
};

static const struct option long_options[] = {
	{ "boot", required_argument, NULL, OPT_BOOT },
	{ "attributes", required_argument, NULL, OPT_ATTRIBUTES },
	{ "phys-bits", required_argument, NULL, OPT_BITS },
	{ "no-1g", no_argument, NULL, OPT_NO_1G },
	{ "cpus", required_argument, NULL, OPT_CPUS },
	{ "kernel-bytes", required_argument, NULL, OPT_BYTES },
	{ "kernel-phys", required_argument, NULL, OPT_PHYS },
	{ "framebuffer", required_argument, NULL, OPT_FRAMEBUFFER },
	{ "mtrr-boundary", required_argument, NULL, OPT_BOUNDARY },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "verdict", no_argument, NULL, OPT_VERDICT },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

static bool wrong_option(const char *option, const char *expected, const char *found)
{
	char *printable = name_printable(found);

	fprintf(stderr, "keelmap: %s: expected %s, found \"%s\"\n", option, expected,
		printable ? printable : "what takes too much memory");
	free(printable);
	return false;
}

/* In place of getopt's own words, which repeat what was given as it is. */
static bool wrong_usage(int option, const char *given)
{
	const char letter[] = { '-', (char)optopt, 0 };
	char *printable = name_printable(optopt && optopt < OPT_BOOT ? letter : given);

	fprintf(stderr, "keelmap: %s: %s; see --help\n", printable ? printable : "an option",
		option == ':'	     ? "expected an argument"
		: optopt >= OPT_BOOT ? "expected no argument"
				     : "unknown option, or the beginning of several");
	free(printable);
	return false;
}

static struct cursor cursor_over(const char *text)
{
	return (struct cursor){ .at = text, .end = text + strlen(text) };
}

/* A decimal number, or a hexadecimal one with 0x, with or without a unit. */
static bool take_size(struct cursor *c, uint64_t *value)
{
	static const char units[] = "KMGT";

	if (take_text(c, "0x") ? !take_hex(c, value, "") : !take_decimal(c, value, ""))
		return false;
	for (unsigned n = 0; n < 4; n++) {
		const char unit[] = { units[n], 0 };
		const unsigned shift = 10 * (n + 1);

		if (!take_text(c, unit))
			continue;
		if (*value > UINT64_MAX >> shift)
			return false;
		*value <<= shift;
		break;
	}
	return true;
}

static bool read_number(const char *option, const char *text, uint64_t least, uint64_t most,
			const char *expected, uint64_t *value)
{
	struct cursor c = cursor_over(text);

	if (!take_size(&c, value) || c.at != c.end || *value < least || *value > most)
		return wrong_option(option, expected, text);
	return true;
}

static bool read_address(const char *option, const char *text, uint64_t *phys)
{
	struct cursor c = cursor_over(text);

	take_text(&c, "0x");
	if (!take_hex(&c, phys, "") || c.at != c.end || *phys % KEEL_PAGE_SIZE || *phys >> 52)
		return wrong_option(option, "a hexadecimal physical address, a multiple of 0x1000",
				    text);
	return true;
}

static bool read_kernel_bytes(struct options *o, const char *text)
{
	const uint64_t most = KEEL_TEXT_LAST - KEEL_TEXT_START + 1 - KEEL_SIZE_2M;

	if (!read_number("--kernel-bytes", text, 3 * KEEL_PAGE_SIZE, most,
			 "at least three pages, at most 510M", &o->kernel_bytes))
		return false;
	return o->kernel_bytes % KEEL_PAGE_SIZE == 0 ||
	       wrong_option("--kernel-bytes", "a multiple of 4096", text);
}

static bool read_framebuffer(struct options *o, const char *text)
{
	struct cursor c = cursor_over(text);
	struct mm_framebuffer *f = o->framebuffers + o->framebuffer_count;

	if (o->framebuffer_count++ == MM_FRAMEBUFFERS_MOST)
		return wrong_option("--framebuffer", "8 of them at most", text);
	take_text(&c, "0x");
	if (!take_hex(&c, &f->phys, "") || !take_text(&c, ":") || !take_size(&c, &f->bytes) ||
	    c.at != c.end || !f->phys || !f->bytes)
		return wrong_option("--framebuffer", "ADDR:BYTES, neither of them zero", text);
	return true;
}

static bool read_format(struct options *o, const char *text)
{
	static const char *const names[] = { "table", "plan", "leaves", "json", "svg" };

	for (unsigned n = 0; n < sizeof(names) / sizeof(names[0]); n++)
		if (!strcmp(text, names[n])) {
			o->format = n;
			return true;
		}
	return wrong_option("--format", "table, plan, leaves, json or svg", text);
}

/* Keeps the list ascending and each address in it once. */
static bool append_boundary(struct options *o, const char *text)
{
	uint64_t phys;
	uint32_t at;

	if (!read_address("--mtrr-boundary", text, &phys))
		return false;
	for (at = 0; at < o->boundary_count && o->boundaries[at] < phys; at++)
		;
	if (at < o->boundary_count && o->boundaries[at] == phys)
		return true;
	memmove(o->boundaries + at + 1, o->boundaries + at,
		(o->boundary_count - at) * sizeof(*o->boundaries));
	o->boundaries[at] = phys;
	o->boundary_count++;
	return true;
}

static bool read_option(struct options *o, int option, const char *text)
{
	uint64_t bits;

	switch (option) {
	case OPT_BOOT:
		return read_number("--boot", text, 1, UINT64_MAX, "a number from 1 on", &o->boot);
	case OPT_ATTRIBUTES:
		o->attributes_path = text;
		return true;
	case OPT_BITS:
		if (!read_number("--phys-bits", text, 32, 52, "a number from 32 to 52", &bits))
			return false;
		o->phys_bits = (uint32_t)bits;
		return true;
	case OPT_NO_1G:
		return o->no_1g = true;
	case OPT_CPUS:
		return read_number("--cpus", text, 1, 65536, "a number from 1 to 65536", &o->cpus);
	case OPT_BYTES:
		return read_kernel_bytes(o, text);
	case OPT_PHYS:
		return read_address("--kernel-phys", text, &o->kernel_phys);
	case OPT_FRAMEBUFFER:
		return read_framebuffer(o, text);
	case OPT_BOUNDARY:
		return append_boundary(o, text);
	case OPT_FORMAT:
		return read_format(o, text);
	case OPT_CHECK:
		return o->check = true;
	case OPT_VERDICT:
		return o->verdict = true;
	default:
		return wrong_usage(option, text);
	}
}

bool options_read(struct options *o, int argc, char **argv, int *exit_code)
{
	int option;

	*o = (struct options){ .cpus = 1, .kernel_bytes = 0x50000, .kernel_phys = KEEL_SIZE_2M };
	*exit_code = EXIT_BAD_INPUT;
	o->boundaries = calloc((size_t)argc, sizeof(*o->boundaries));
	if (!o->boundaries) {
		fprintf(stderr, "keelmap: out of memory\n");
		return false;
	}
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", long_options, NULL)) != -1) {
		if (option == OPT_HELP) {
			fputs(help, stdout);
			*exit_code = EXIT_GOOD;
			return false;
		}
		if (option == OPT_VERSION) {
			puts("keelmap " KEEL_VERSION_TEXT);
			*exit_code = EXIT_GOOD;
			return false;
		}
		if (!read_option(o, option, optarg ? optarg : argv[optind - 1]))
			return false;
	}
	if (argc - optind != 1) {
		fprintf(stderr, "keelmap: expected one memory map, found %d; see --help\n",
			argc - optind);
		return false;
	}
	o->map_path = argv[optind];
	return true;
}
