/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Proves that built tables are what they should be: sound entries, nothing outside its row of the
 * layout, exactly what the plan says, nothing writable and executable, all of memory and nothing
 * else in the direct map, no table too many. Reads the tables with the walker in walk.h. That is
 * for tables as they were built: in the EFI region, and in all that is watched, the CPU sets A and
 * D as soon as the firmware runs.
 *
 * Freestanding; no allocation and no globals. The tables, the plan and the map are only read.
 */
#ifndef MM_CHECK_H
#define MM_CHECK_H

#include "mm.h"

/* What is wrong; beside each: what address and value of the report are. */
enum mm_violation {
	MM_CHECK_OK,
	MM_CHECK_ROOT,		/* the root is not in the pool; its index */
	MM_CHECK_ABSENT,	/* an absent entry is not zero; virtual, entry */
	MM_CHECK_OUTSIDE,	/* an entry leads out of the pool; virtual, entry */
	MM_CHECK_TWICE,		/* a table is used in two places; virtual, entry */
	MM_CHECK_RESERVED,	/* a reserved or ignored bit is set; virtual, entry */
	MM_CHECK_TABLE_BITS,	/* flags of an entry that leads to a table; virtual, entry */
	MM_CHECK_USER_PATH,	/* US without a user leaf below, or the other way; virtual, entry */
	MM_CHECK_LEAF_BITS,	/* A and D of a leaf, as they begin; virtual, entry */
	MM_CHECK_LEAF_LEVEL,	/* the machine has no leaves that large; virtual, entry */
	MM_CHECK_LEAF_ALIGN,	/* a leaf's frame is not aligned to its size; virtual, entry */
	MM_CHECK_LEAF_TYPE,	/* a PAT index that is never used; virtual, entry */
	MM_CHECK_LEAF_GLOBAL,	/* G not as it should be in this half; virtual, entry */
	MM_CHECK_BOUNDARY,	/* the memory type may change inside a leaf; virtual, entry */
	MM_CHECK_ROW,		/* mapped, though the layout has nothing there; virtual, physical */
	MM_CHECK_USER,		/* ring 3 reaches another row than vsyscall; virtual, physical */
	MM_CHECK_WRITE_EXECUTE, /* writable and executable outside the EFI region; both addresses */
	MM_CHECK_UNPLANNED,	/* mapped, but not in the plan; virtual, physical */
	MM_CHECK_MISSING,	/* in the plan, but not mapped; virtual, planned physical */
	MM_CHECK_PHYS,		/* leads elsewhere than planned; virtual, physical */
	MM_CHECK_RIGHTS,	/* other rights than planned; virtual, planned enum keel_rights */
	MM_CHECK_TYPE,		/* other memory type than planned; virtual, planned type */
	MM_CHECK_REPEAT,	/* appears more or less often than planned; virtual, appearances */
	MM_CHECK_IN_PLACE,	/* a table that should be in place is not; virtual, level */
	MM_CHECK_FRAME,		/* a frame is writable here, executable there; virtual, physical */
	MM_CHECK_DIRECT_MISSING, /* memory is not in the direct map; its physical address, end */
	MM_CHECK_DIRECT_FOREIGN, /* no memory, but in the direct map; virtual, physical */
	MM_CHECK_DIRECT_PHYS,	 /* not base + physical address; virtual, physical */
	MM_CHECK_TABLE_COUNT,	 /* another number of tables than planned; found, planned */
	MM_CHECK_WASTED,	 /* a table that need not be; virtual, tables that need not be */
	MM_CHECK_COUNT
};

/* One sentence for a violation, without a full stop; static memory. */
const char *mm_violation_text(enum mm_violation violation);

/* What is to be checked. All of it stays the caller's. */
struct mm_check {
	const struct mm_pool *pool;
	uint64_t root;		    /* index of the kernel root in the pool */
	const struct mm_plan *plan; /* finished; what the tables were built from */
	bool global;		    /* leaves of the upper half are global */
	/* Only for mm_check_direct_map. */
	const struct mm_memory_map *map;
	const struct mm_framebuffer *framebuffers; /* of the request, all of them */
	uint32_t framebuffers_mapped;		   /* of the outcome */
	void *work; /* mm_check_work_bytes, aligned to 8; only used during the call */
};

/* What was found. With a violation, the rest is what was found until then. */
struct mm_check_report {
	enum mm_violation violation; /* the first one */
	uint64_t address;
	uint64_t value;
	uint64_t tables;  /* tables that the root leads to, itself included, each counted once */
	uint64_t minimum; /* those of them that cannot be done without; a lower bound */
	uint64_t firmware_rwx_bytes; /* the named exception: runtime code that stays writable */
	uint64_t left_out_bytes;     /* memory beyond the direct map's end */
};

/* Bytes of working memory: 16 a mapping, or one a page of the pool, whichever is more. */
uint64_t mm_check_work_bytes(const struct mm_check *check);

/*
 * Everything below, in that order; true when nothing is wrong. Time is proportional to the number
 * of entries, and n log n in the number of mappings.
 */
bool mm_check_kernel(const struct mm_check *check, struct mm_check_report *report);

/*
 * The parts. Each sets its part of the report and returns true, or sets violation, address and
 * value and returns false. Those after mm_check_entries trust that it found nothing.
 */

/* Every entry by itself: its bits, where it leads, each table once. Any geometry, any root. */
bool mm_check_entries(const struct mm_check *check, struct mm_check_report *report);

/* Every leaf in its row; user only in vsyscall; W+X only in the EFI region. */
bool mm_check_rows(const struct mm_check *check, struct mm_check_report *report);

/* The tables map what the plan says, and nothing else. Any geometry, any root. */
bool mm_check_plan(const struct mm_check *check, struct mm_check_report *report);

/* Tables that the plan wants to be there with nothing in them. Any geometry, any root. */
bool mm_check_in_place(const struct mm_check *check, struct mm_check_report *report);

/*
 * No frame that is executable at one address is writable at another. It looks at the plan, which
 * mm_check_plan has shown to be what is mapped. Runtime code of the named exception may be
 * executable and writable through itself, but not writable through anything else.
 */
bool mm_check_frames(const struct mm_check *check, struct mm_check_report *report);

/*
 * All memory of the map is at base + phys, and so are its ranges of firmware's tables; nothing else
 * is but framebuffers.
 */
bool mm_check_direct_map(const struct mm_check *check, struct mm_check_report *report);

/*
 * As many tables as planned, and none that one larger leaf could replace, or that is empty and not
 * wanted in place. Any geometry, any root.
 */
bool mm_check_tables(const struct mm_check *check, struct mm_check_report *report);

#endif
