/* SPDX-License-Identifier: BSD-2-Clause */
/* The map as it was found, as a table; and the figures of the loader's way here. */
#include "census.h"
#include "checks.h"
#include "found.h"
#include "report.h"
#include "walk.h"

#define MEMORY_TYPES 8

/* What a row holds with one kind of rights and one memory type. */
struct share {
	uint64_t bytes;
	uint64_t leaves[KEEL_LEVEL_PDPT + 1];
};

/* Exact where that takes at most four digits, else with one decimal, the nearest. */
static void format_size(char *buffer, size_t bytes, uint64_t size)
{
	static const char units[] = "kMGTPE";
	unsigned shift = 10;
	uint64_t whole, rest, tenths;

	while (size >> shift >= 10000 || (size >> shift >= 1024 && size % (1024UL << shift) == 0))
		shift += 10;
	whole = size >> shift;
	rest = size - (whole << shift);
	tenths = (10 * rest + (1UL << shift >> 1)) >> shift;
	if (rest == 0)
		format(buffer, bytes, "%lu %cB", whole, units[shift / 10 - 1]);
	else
		format(buffer, bytes, "%lu.%lu %cB", whole + tenths / 10, tenths % 10,
		       units[shift / 10 - 1]);
}

static void format_share(char *buffer, size_t bytes, const struct share *share, unsigned rights,
			 unsigned memory_type)
{
	static const char *const names[] = {
		[KEEL_LEVEL_PT] = "4K", [KEEL_LEVEL_PD] = "2M", [KEEL_LEVEL_PDPT] = "1G"
	};
	char size[24], leaves[64] = "", old[64];

	for (unsigned level = KEEL_LEVEL_PDPT; level >= KEEL_LEVEL_PT; level--) {
		if (!share->leaves[level])
			continue;
		__builtin_memcpy(old, leaves, sizeof(old));
		format(leaves, sizeof(leaves), "%s %lux%s", old, share->leaves[level],
		       names[level]);
	}
	format_size(size, sizeof(size), share->bytes);
	format(buffer, bytes, "%s %s %s:%s", found_rights_text((uint8_t)rights),
	       found_memory_type_text((uint8_t)memory_type), size, leaves);
}

static enum screen_colour band_of(unsigned rights, unsigned memory_type)
{
	if (rights & RIGHT_U)
		return SCREEN_BAND_USER;
	if ((rights & RIGHTS_RWX) == RIGHTS_RWX)
		return SCREEN_BAND_BOTH;
	if (rights & RIGHT_X)
		return SCREEN_BAND_EXECUTE;
	if (rights & RIGHT_W)
		return memory_type == KEEL_MEMORY_WB ? SCREEN_BAND_WRITE : SCREEN_BAND_DEVICE;
	return SCREEN_BAND_READ;
}

/* The first line of a row says what the row is, the others only what else is in it. */
static void show_row(enum keel_region id, const char *found, bool first, enum screen_colour band)
{
	const struct keel_layout_row *row = &keel_layout[id];
	char size[24];

	screen_band(band, first);
	if (!first) {
		show(SCREEN_TEXT, "%60s %s", "", found);
		return;
	}
	format_size(size, sizeof(size), row->last - row->start + 1);
	show(row->kind == KEEL_ROW_HOLE ? SCREEN_DIM : SCREEN_TEXT, "%016lx %016lx %-8s %-17s %s",
	     row->start, row->last, size, keel_layout[id].name, found);
}

static void show_espfix(void)
{
	const struct found_row *row = &found_rows[KEEL_REGION_ESPFIX];
	uint64_t leaf = walk_lookup(boot->kernel_root_phys, KEEL_ESPFIX_START, KEEL_LEVEL_PT);
	uint8_t rights =
		(uint8_t)((leaf & KEEL_PTE_RW ? RIGHT_W : 0) | (leaf & KEEL_PTE_NX ? 0 : RIGHT_X) |
			  (leaf & KEEL_PTE_US ? RIGHT_U : 0));
	/* Each page appears once a step in the one PT that all of its window shares. */
	uint64_t pages = row->leaf_count[KEEL_LEVEL_PT] * KEEL_ESPFIX_STEP_BYTES / KEEL_SIZE_2M;
	char found[64];

	format(found, sizeof(found), "%s %s %lux4K, each at %lu addresses",
	       found_rights_text(rights),
	       found_memory_type_text(walk_memory_type(leaf, KEEL_LEVEL_PT)), pages,
	       KEEL_ESPFIX_WINDOW_BYTES / KEEL_ESPFIX_STEP_BYTES);
	if (leaf & KEEL_PTE_P)
		show_row(KEEL_REGION_ESPFIX, found, true,
			 band_of(rights, walk_memory_type(leaf, KEEL_LEVEL_PT)));
	else
		show_row(KEEL_REGION_ESPFIX, "nothing", true, SCREEN_BAND_NOTHING);
}

static void show_region(enum keel_region id)
{
	static struct share shares[RIGHTS_COUNT][MEMORY_TYPES];
	const struct found_row *row = &found_rows[id];
	bool first = true;
	char found[128];

	__builtin_memset(shares, 0, sizeof(shares));
	for (uint64_t n = row->first_run; n < row->end_run; n++) {
		const struct found_run *run = &found_runs[n];
		struct share *share = &shares[run->rights][run->memory_type];

		share->bytes += run->bytes;
		for (unsigned level = KEEL_LEVEL_PT; level <= KEEL_LEVEL_PDPT; level++)
			share->leaves[level] += run->leaves[level];
	}
	for (unsigned n = 0; n < RIGHTS_COUNT * MEMORY_TYPES; n++) {
		const struct share *share = &shares[n / MEMORY_TYPES][n % MEMORY_TYPES];

		if (!share->bytes)
			continue;
		format_share(found, sizeof(found), share, n / MEMORY_TYPES, n % MEMORY_TYPES);
		show_row(id, found, first, band_of(n / MEMORY_TYPES, n % MEMORY_TYPES));
		first = false;
	}
	if (first)
		show_row(id, "nothing", true, SCREEN_BAND_NOTHING);
}

void show_legend(void)
{
	static const struct {
		enum screen_colour band;
		const char *text;
	} legend[] = {
		{ SCREEN_BAND_READ, "read-only" },
		{ SCREEN_BAND_WRITE, "writable" },
		{ SCREEN_BAND_EXECUTE, "executable" },
		{ SCREEN_BAND_DEVICE, "writable, not cached" },
		{ SCREEN_BAND_USER, "for ring 3" },
	};
	const unsigned lines = sizeof(legend) / sizeof(legend[0]);

	/* Below it how the run ended; above it an empty line, where there is room for that. */
	if (screen_room() < lines)
		return;
	if (screen_room() > lines + 1)
		screen_line(SCREEN_TEXT, "");
	for (unsigned n = 0; n < lines; n++) {
		screen_band(legend[n].band, true);
		screen_line(SCREEN_DIM, legend[n].text);
	}
}

void show_map(void)
{
	show(SCREEN_DIM, "%-16s %-16s %-8s %-17s %s", "start", "end", "size", "what", "found");
	for (unsigned id = 0; id < KEEL_REGION_COUNT; id++) {
		if (id == KEEL_REGION_ESPFIX)
			show_espfix();
		else
			show_region(id);
	}
}

void format_ticks(char *text, size_t bytes)
{
	const uint64_t *t = boot->stage_ticks;

	format(text, bytes,
	       "ticks load=%lu setup=%lu plan=%lu tables=%lu exit=%lu svam=%lu jump=%lu total=%lu",
	       t[KEEL_STAGE_LOAD], t[KEEL_STAGE_SETUP], t[KEEL_STAGE_PLAN], t[KEEL_STAGE_TABLES],
	       t[KEEL_STAGE_EXIT], t[KEEL_STAGE_SVAM], t[KEEL_STAGE_JUMP],
	       boot->jump_tsc - boot->entry_tsc);
}

void show_figures(void)
{
	char ticks[200];

	format_ticks(ticks, sizeof(ticks));
	comment("%s", ticks);
	comment("tables used=%lu planned=%lu minimum=%lu", census.used, boot->tables_planned,
		census.minimum);
	comment("tables direct_map=%lu", census.direct_map);
	comment("cpus=%lu exit_tries=%lu left_out_bytes=%lu", boot->cpu_count, boot->exit_tries,
		boot->direct_map_left_out_bytes);
	if (boot->flags & KEEL_FLAG_RUNTIME_CODE_WRITABLE)
		show(SCREEN_TEXT,
		     "the firmware's runtime code is writable and executable: it gives no "
		     "usable Memory Attributes Table");
	if (boot->flags & KEEL_FLAG_STALE_SYSTEM_TABLE_CRC)
		show(SCREEN_TEXT, "the firmware left a CRC32 of its tables stale");
}
