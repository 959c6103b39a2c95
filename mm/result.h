/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What mm/ reports: errors, which end a call, and notes, which do not. Nothing is ever clamped or
 * rounded in silence.
 */
#ifndef MM_RESULT_H
#define MM_RESULT_H

#include <stdint.h>

/* Why a call failed; beside each: what mm_result.address is then. */
enum mm_error {
	MM_OK,		       /* it did not; 0 */
	MM_ERR_EMPTY,	       /* a mapping of no bytes; its virtual address */
	MM_ERR_UNALIGNED,      /* an address or length is not a multiple of 4 KiB; that value */
	MM_ERR_WRAP,	       /* a mapping passes the end of the address space; its address */
	MM_ERR_NON_CANONICAL,  /* a virtual address that does not exist; that address */
	MM_ERR_PHYS_BITS,      /* beyond MAXPHYADDR; the physical address */
	MM_ERR_OUTSIDE_REGION, /* a mapping leaves its row of the layout; its virtual address */
	MM_ERR_OVERLAP,	       /* two mappings share an address; the second one's virtual address */
	MM_ERR_BAD_MAPPING,    /* rights, level or repetition have no meaning; virtual address */
	MM_ERR_PLAN_FULL,      /* the plan's array is too small; its capacity */
	MM_ERR_POOL_FULL,      /* more table pages needed than the pool has; pages needed */
	MM_ERR_STRIDE,	       /* descriptor stride too small or not a multiple of 8; the stride */
	MM_ERR_MAP_FULL,       /* the output of the memory map is too small; its capacity */
	MM_ERR_EFI_FULL,       /* runtime ranges do not fit into the EFI region; physical address */
	MM_ERR_CPUS,	       /* more CPUs than a region has slots; the number of CPUs */
	MM_ERR_SLOT,	       /* a fixmap slot out of range or used twice; the slot */
	MM_ERR_ROOT,	       /* the root to share with is not in the pool; its index */
	MM_ERR_FRAME_SHARED,   /* a frame would be writable and executable; its physical address */
	MM_ERR_COUNT
};

/* What every function returns that can fail. */
struct mm_result {
	enum mm_error error;
	uint64_t address; /* as stated beside each error */
};

/* One sentence for an error, without a full stop; static memory. Any number has a text. */
const char *mm_error_text(enum mm_error error);

/* Things that are worth a line in the log but do not stop anything. */
enum mm_note {
	MM_NOTE_ZERO_PAGES,	/* descriptor dropped: no pages */
	MM_NOTE_UNALIGNED,	/* descriptor dropped: start is not a multiple of 4 KiB */
	MM_NOTE_WRAP,		/* descriptor dropped: it passes 2^64 */
	MM_NOTE_PHYS_BITS,	/* descriptor dropped: it passes MAXPHYADDR */
	MM_NOTE_TYPE,		/* descriptor dropped: a type without a meaning */
	MM_NOTE_FOREIGN_TYPE,	/* a type of an OEM's or an OS loader's: no memory to Keel */
	MM_NOTE_OVERLAP,	/* two descriptors overlap, the more restrictive one wins */
	MM_NOTE_RUNTIME_BIT,	/* runtime services type without RUNTIME: treated as if it had it */
	MM_NOTE_UNACCEPTED,	/* RUNTIME on memory that is not accepted: not mapped */
	MM_NOTE_NO_CACHE_BIT,	/* no cacheability attribute: mapped uncached */
	MM_NOTE_NO_WRITE_BACK,	/* RUNTIME on such a type, and write-back is not offered */
	MM_NOTE_LEFT_OUT,	/* memory beyond the direct map's end; its first address that is
				 * left out, and bytes in all */
	MM_NOTE_ATTRIBUTES_BAD, /* Memory Attributes Table inconsistent, not used; index: entry */
	MM_NOTE_CODE_WRITABLE,	/* runtime code stays writable and executable; its first address,
				 * and pages in all */
	MM_NOTE_FRAMEBUFFER,	/* one not mapped: overlaps, or leaves the direct map */
	MM_NOTE_TABLES_LEFT_OUT, /* firmware's tables beyond the direct map's end; value: bytes */
	MM_NOTE_COUNT
};

#define MM_NO_INDEX (~UINT64_C(0)) /* a note is not about one descriptor */

/* Where notes go. NULL, and a function that is NULL, may be given as well: nothing is said then. */
struct mm_notes {
	/*
	 * Called for each. index: the descriptor's place in the firmware's array, or as said beside
	 * the note, or MM_NO_INDEX. phys: its physical start, bytes. value: its pages, or as said
	 * beside the note.
	 */
	void (*note)(void *context, enum mm_note what, uint64_t index, uint64_t phys,
		     uint64_t value);
	void *context; /* handed through */
};

/* One line for a note, without a full stop; static memory. Any number has a text. */
const char *mm_note_text(enum mm_note note);

#endif
