/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The map as a picture: a column of bands, one a row of the layout, from address 0 downwards.
 * Heights are not to scale: the space is 2^64 bytes wide. A band that holds something is as high as
 * the lines that say what.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "keelmap.h"
#include "lib/utf.h"

#define WIDTH	     960
#define MARGIN	     28
#define COLUMN_X     190 /* the bands; addresses stand to the left, contents to the right */
#define COLUMN_WIDTH 300
#define DETAIL_X     (COLUMN_X + COLUMN_WIDTH + 24)
#define TOP	     112
#define HOLE_HEIGHT  26
#define LINE_HEIGHT  20
#define PADDING	     20 /* of a band, above and below its lines together */
#define FOOT	     76
#define NAME_BYTES   80 /* of a file's name, at most */

/* Colours of rights, by writable, executable, user as bits 0 to 2. */
static const struct {
	const char *colour;
	const char *meaning; /* NULL: never on a sound map, and not in the legend */
} legend[SHARE_RIGHTS] = {
	{ "#6b7f99", "read-only" },
	{ "#2f6fb3", "writable" },
	{ "#2e8b57", "executable" },
	{ "#c0392b", "firmware's own code" },
	{ "#b8860b", "for user mode" },
	{ "#c0392b", NULL },
	{ "#c0392b", NULL },
	{ "#c0392b", NULL },
};

/* Devices, and the framebuffer: what is not write-back, and neither executable nor a user's. */
#define NOT_CACHED_COLOUR  "#8250b4"
#define NOT_CACHED_MEANING "UC, WC: not cached"

/* Attributes rather than a style sheet: every reader of SVG knows those. */
#define INK   "fill=\"#1f2933\""
#define GREY  "fill=\"#66717d\""
#define MONO  "font-family=\"'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"12\""
#define TITLE INK " font-size=\"22\" font-weight=\"bold\""
#define NAME  INK " font-weight=\"bold\""
#define RIGHT GREY " text-anchor=\"end\""

/* XML 1.0 (2.2) has no place for control characters, nor for these two. */
static void show_character(uint32_t code)
{
	char utf8[4];

	if (name_is_control(code))
		code = '?';
	if (code == 0xfffe || code == 0xffff)
		code = 0xfffd;
	if (code == '&' || code == '<' || code == '>')
		printf("&#%" PRIu32 ";", code);
	else
		fwrite(utf8, 1, utf8_put(code, utf8), stdout);
}

static void show_text(int x, int y, const char *attributes, const char *text)
{
	printf("<text x=\"%d\" y=\"%d\" %s>", x, y, attributes);
	while (*text) {
		uint32_t code;

		text += name_next(text, &code);
		show_character(code);
	}
	printf("</text>\n");
}

static unsigned lines_of(const struct contents *contents, enum keel_region region)
{
	unsigned lines = 0;

	for (unsigned n = 0; n < SHARE_RIGHTS * SHARE_TYPES; n++)
		lines += contents->shares[region][n / SHARE_TYPES][n % SHARE_TYPES].bytes != 0;
	return lines;
}

static int height_of(const struct contents *contents, enum keel_region region)
{
	const unsigned lines = lines_of(contents, region);

	if (keel_layout[region].kind == KEEL_ROW_HOLE && !lines)
		return HOLE_HEIGHT;
	return PADDING + LINE_HEIGHT * (int)(lines ? lines : 1);
}

static const char *colour_of(unsigned rights, unsigned type)
{
	if (rights < 2 && strcmp(words_memory_type(type), "WB"))
		return NOT_CACHED_COLOUR;
	return legend[rights].colour;
}

static void show_mark(int x, int y, const char *colour)
{
	printf("<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" rx=\"2\" fill=\"%s\"/>\n", x, y,
	       colour);
}

/* What a row holds: a mark in the colour of its rights, and the same words as in the table. */
static void show_contents(const struct contents *contents, enum keel_region region, int y)
{
	char text[160];

	if (!lines_of(contents, region)) {
		if (keel_layout[region].kind == KEEL_ROW_REGION)
			show_text(DETAIL_X + 20, y + 14, GREY,
				  region == KEEL_REGION_MODULES ? "nothing yet; tables in place"
								: "nothing");
		return;
	}
	for (unsigned n = 0; n < SHARE_RIGHTS * SHARE_TYPES; n++) {
		const unsigned rights = n / SHARE_TYPES;
		const unsigned type = n % SHARE_TYPES;
		const struct share *share = &contents->shares[region][rights][type];

		if (!share->bytes)
			continue;
		show_mark(DETAIL_X, y + 4, colour_of(rights, type));
		show_text(DETAIL_X + 20, y + 14, INK " " MONO,
			  words_share(text, sizeof(text), share, rights, type));
		y += LINE_HEIGHT;
	}
}

static void show_band(const struct contents *contents, enum keel_region region, int y)
{
	const struct keel_layout_row *row = keel_layout + region;
	const int height = height_of(contents, region);
	const bool hole = row->kind == KEEL_ROW_HOLE;
	char text[64];
	char size[24];

	printf("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" %s/>\n", COLUMN_X, y,
	       COLUMN_WIDTH, height,
	       hole ? "fill=\"#f1f3f5\" stroke=\"#cbd2d9\""
		    : "fill=\"#dcebf8\" stroke=\"#8fb4d6\"");
	printf("<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#cbd2d9\"/>\n", MARGIN, y,
	       COLUMN_X, y);
	snprintf(text, sizeof(text), "%016" PRIx64, row->start);
	show_text(MARGIN, y + 16, GREY " " MONO, text);
	show_text(COLUMN_X + 12, y + height / 2 + 5, hole ? GREY : NAME,
		  keel_layout[row - keel_layout].name);
	show_text(COLUMN_X + COLUMN_WIDTH - 12, y + height / 2 + 5, RIGHT,
		  words_size(size, row->last - row->start + 1));
	show_contents(contents, region, y + PADDING / 2);
}

static void show_head(const struct simulation *s)
{
	uint64_t memory = 0;
	const char *slash = strrchr(s->map->path, '/');
	const char *name = slash ? slash + 1 : s->map->path;
	const size_t name_bytes = name_cut(name, NAME_BYTES);
	char text[256];
	char size[24];

	for (uint64_t n = 0; n < s->memory.count; n++)
		if (mm_type_is_memory(s->memory.ranges[n].type))
			memory += s->memory.ranges[n].bytes;
	show_text(MARGIN, 42, TITLE, "x86-64 kernel memory map at kernel entry");
	snprintf(text, sizeof(text),
		 "%.*s%s: %zu descriptors, %s of memory, %" PRIu64 " CPU%s, %u physical address "
		 "bits, %s",
		 (int)name_bytes, name, name[name_bytes] ? "..." : "", s->map->parsed.count,
		 words_size(size, memory), s->options->cpus, s->options->cpus == 1 ? "" : "s",
		 s->machine.phys_bits, s->options->no_1g ? "no 1 GB pages" : "1 GB pages");
	show_text(MARGIN, 66, GREY, text);
	show_text(MARGIN, 98, GREY, "first address");
	show_text(COLUMN_X + 12, 98, GREY, "row of the layout (not to scale)");
	show_text(DETAIL_X, 98, GREY, "mapped: rights, memory type, size, leaves");
}

/* Returns where the next one goes. */
static int show_meaning(int x, int y, const char *colour, const char *meaning)
{
	show_mark(x, y, colour);
	show_text(x + 18, y + 11, GREY, meaning);
	return x + 36 + 7 * (int)strlen(meaning);
}

static void show_foot(const struct simulation *s, int y)
{
	int x = MARGIN;
	char text[128];

	show_text(MARGIN, y + 16, GREY " " MONO, "ffffffffffffffff");
	snprintf(text, sizeof(text), "page tables: %" PRIu64 " of 4 kB", s->pool.used);
	show_text(WIDTH - MARGIN, y + 16, RIGHT, text);
	for (unsigned n = 0; n < SHARE_RIGHTS; n++) {
		if (!legend[n].meaning)
			continue;
		snprintf(text, sizeof(text), "%s %s", words_rights(n), legend[n].meaning);
		x = show_meaning(x, y + 40, legend[n].colour, text);
	}
	show_meaning(x, y + 40, NOT_CACHED_COLOUR, NOT_CACHED_MEANING);
}

void show_svg(const struct simulation *s)
{
	static struct contents contents;
	int height = TOP + FOOT;
	int y = TOP;

	contents_read(&contents, s);
	for (unsigned region = 0; region < KEEL_REGION_COUNT; region++)
		height += height_of(&contents, region);
	printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
	       "viewBox=\"0 0 %d %d\">\n",
	       WIDTH, height, WIDTH, height);
	printf("<title>x86-64 kernel memory map</title>\n");
	printf("<g font-family=\"'DejaVu Sans', Helvetica, Arial, sans-serif\" font-size=\"13\" stroke=\"none\">\n");
	printf("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", WIDTH, height);
	show_head(s);
	for (unsigned region = 0; region < KEEL_REGION_COUNT; region++) {
		show_band(&contents, region, y);
		y += height_of(&contents, region);
	}
	show_foot(s, y);
	printf("</g>\n</svg>\n");
}
