/* SPDX-License-Identifier: BSD-2-Clause */
/* Rights, memory types, regions and sizes in words. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "keelmap.h"

/* Region names are the rows' identifiers in small letters; the string is made from the layout. */
static const char *const region_ids[KEEL_REGION_COUNT] = {
#define KEEL_ROW(id, next, kind, name) #id,
	KEEL_LAYOUT(KEEL_ROW)
#undef KEEL_ROW
};

const char *words_rights(unsigned share_rights)
{
	static const char *const text[SHARE_RIGHTS] = { "r--",	"rw-",	"r-x",	"rwx",
							"r--u", "rw-u", "r-xu", "rwxu" };

	return text[share_rights % SHARE_RIGHTS];
}

const char *words_mapping_rights(unsigned rights)
{
	static const char *const text[KEEL_RIGHTS_COUNT] = { "---",  "r--", "rw-", "r-x",
							     "r--u", "rwx", "rwx" };

	return rights < KEEL_RIGHTS_COUNT ? text[rights] : "???";
}

const char *words_memory_type(unsigned type)
{
	/* By index into the PAT that Keel loads: WB, WC, UC-, UC, WB, WP, UC-, WT. */
	static const char *const text[SHARE_TYPES] = { "WB", "WC", "UC-", "UC",
						       "WB", "WP", "UC-", "WT" };

	return text[type % SHARE_TYPES];
}

const char *words_region(unsigned region)
{
	static char text[KEEL_REGION_COUNT][24];

	for (unsigned n = 0; region_ids[region][n] && n < sizeof(text[0]) - 1; n++) {
		const char c = region_ids[region][n];

		text[region][n] = c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
	}
	return text[region];
}

/* Exact where that takes at most four digits, else to the nearest tenth, or the nearest whole. */
const char *words_size(char buffer[24], uint64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB", "EB" };
	unsigned shift = 0;
	uint64_t whole, rest, tenths;

	while (bytes >> shift >= 10000 ||
	       (bytes >> shift >= 1024 && bytes % (KEEL_U64(1024) << shift) == 0))
		shift += 10;
	whole = bytes >> shift;
	rest = bytes - (whole << shift);
	tenths = (10 * rest + (KEEL_U64(1) << shift >> 1)) >> shift;
	if (!rest)
		snprintf(buffer, 24, "%" PRIu64 " %s", whole, units[shift / 10]);
	else if (whole < 1000)
		snprintf(buffer, 24, "%" PRIu64 ".%" PRIu64 " %s", whole + tenths / 10, tenths % 10,
			 units[shift / 10]);
	else
		snprintf(buffer, 24, "%" PRIu64 " %s", whole + (tenths >= 5), units[shift / 10]);
	return buffer;
}

const char *words_share(char *buffer, size_t bytes, const struct share *share, unsigned rights,
			unsigned type)
{
	static const char *const sizes[] = { "", "4K", "2M", "1G" };
	char size[24];
	size_t at;

	at = (size_t)snprintf(buffer, bytes, "%s %s %s:", words_rights(rights),
			      words_memory_type(type),
			      words_size(size, share->bytes / share->appearances));
	for (unsigned level = KEEL_LEVEL_PDPT; level >= KEEL_LEVEL_PT && at < bytes; level--)
		if (share->leaves[level])
			at += (size_t)snprintf(buffer + at, bytes - at, " %" PRIu64 "x%s",
					       share->leaves[level] / share->appearances,
					       sizes[level]);
	if (share->appearances > 1 && at < bytes)
		snprintf(buffer + at, bytes - at, ", each at %" PRIu64 " addresses",
			 share->appearances);
	return buffer;
}

unsigned words_run_rights(const struct mm_run *run)
{
	return (run->writable ? 1 : 0) | (run->executable ? 2 : 0) | (run->user ? 4 : 0);
}

enum keel_region words_row_of(uint64_t virt)
{
	unsigned region = 0;

	while (virt > keel_layout[region].last)
		region++;
	return region;
}
