/* SPDX-License-Identifier: BSD-2-Clause */
/* Compares what was found with what should be there; see found.h. */
#include "found.h"
#include "report.h"
#include "walk.h"

/* Below the addresses of the piece that is compared. */
static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void found_expect(const struct found_piece *piece)
{
	const uint64_t last = piece->virt + (piece->bytes - 1);
	uint64_t virt = piece->virt, left = piece->bytes;

	for (uint64_t n = found_first_run(virt); left; n++) {
		struct found_run *run = &found_runs[n];
		bool there = n < found_run_count && run->virt <= last;
		uint64_t phys = piece->phys + (virt - piece->virt);

		if (!there || run->virt > virt) {
			/* Never equal: the address is absent, which no frame's address says. */
			expect_text("physical address", virt, "mapped", "nothing");
			if (!there)
				return;
			left -= run->virt - virt;
			virt = run->virt;
			phys = piece->phys + (virt - piece->virt);
		}
		uint64_t bytes = min(left, run->virt + (run->bytes - 1) - virt + 1);

		expect("physical address", virt, phys, run->phys + (virt - run->virt));
		expect_text("rights", virt, found_rights_text(piece->rights),
			    found_rights_text(run->rights));
		expect_text("memory type", virt, found_memory_type_text(piece->memory_type),
			    found_memory_type_text(run->memory_type));
		run->claimed_bytes += bytes;
		virt += bytes;
		left -= bytes;
	}
}

void found_forget(enum keel_region row)
{
	for (uint64_t n = found_rows[row].first_run; n < found_rows[row].end_run; n++)
		found_runs[n].claimed_bytes = 0;
}

void found_expect_nothing_else(enum keel_region row)
{
	for (uint64_t n = found_rows[row].first_run; n < found_rows[row].end_run; n++)
		expect("bytes that belong here, in what is mapped from this address on",
		       found_runs[n].virt, found_runs[n].bytes, found_runs[n].claimed_bytes);
	expect("runs of leaves that the self-check had no room for", keel_layout[row].start, 0,
	       found_runs_lost);
}

void found_expect_tables(uint64_t virt, uint64_t last, unsigned level)
{
	/* One entry of the next level leads to one table of this one. */
	const uint64_t step = walk_level_bytes(level + 1);
	uint64_t tables = last / step - virt / step + 1;

	for (; tables; tables--, virt += step) {
		uint64_t entry = walk_lookup(boot->kernel_root_phys, virt, level + 1);
		bool there = entry & KEEL_PTE_P && !walk_is_leaf(entry, level + 1);

		expect_text("table", virt, "in place", there ? "in place" : "absent");
	}
}

uint8_t found_rights(enum keel_rights rights)
{
	static const uint8_t table[KEEL_RIGHTS_COUNT] = {
		[KEEL_RIGHTS_R] = RIGHTS_R,
		[KEEL_RIGHTS_RW] = RIGHTS_RW,
		[KEEL_RIGHTS_RX] = RIGHTS_RX,
		[KEEL_RIGHTS_USER_R] = RIGHT_U,
		[KEEL_RIGHTS_FIRMWARE_RWX] = RIGHTS_RWX,
		[KEEL_RIGHTS_WATCHED_RWX] = RIGHTS_RWX,
	};

	return rights < KEEL_RIGHTS_COUNT ? table[rights] : RIGHTS_COUNT;
}

const char *found_rights_text(uint8_t rights)
{
	static const char *const texts[RIGHTS_COUNT + 1] = {
		"R--", "RW-", "R-X", "RWX", "R-- user", "RW- user", "R-X user", "RWX user", "none",
	};

	return texts[rights < RIGHTS_COUNT ? rights : RIGHTS_COUNT];
}

const char *found_memory_type_text(uint8_t memory_type)
{
	/* By index into the PAT, whose own value is a point of the report. */
	static const char *const texts[8] = {
		"WB", "WC", "UC-", "UC", "WB (index 4)", "WP", "UC- (index 6)", "WT",
	};

	return texts[memory_type % 8];
}
