/* SPDX-License-Identifier: BSD-2-Clause */
/* Errors and notes in words, for whoever shows them. */
#include "result.h"

const char *mm_error_text(enum mm_error error)
{
	static const char *const text[MM_ERR_COUNT] = {
		[MM_OK] = "no error",
		[MM_ERR_EMPTY] = "a mapping has no bytes",
		[MM_ERR_UNALIGNED] = "an address or length is not a multiple of 4 KiB",
		[MM_ERR_WRAP] = "a mapping passes the end of the address space",
		[MM_ERR_NON_CANONICAL] = "a virtual address is not canonical",
		[MM_ERR_PHYS_BITS] = "a physical address is beyond what the CPU can address",
		[MM_ERR_OUTSIDE_REGION] = "a mapping leaves its region",
		[MM_ERR_OVERLAP] = "two mappings overlap",
		[MM_ERR_BAD_MAPPING] = "a mapping's rights, type or level make no sense",
		[MM_ERR_PLAN_FULL] = "the plan needs more room",
		[MM_ERR_POOL_FULL] = "more page tables are needed than were allocated",
		[MM_ERR_STRIDE] = "the memory map's descriptor size is not usable",
		[MM_ERR_MAP_FULL] = "the memory map needs more room",
		[MM_ERR_EFI_FULL] = "the runtime ranges do not fit into the 64 GB EFI region",
		[MM_ERR_CPUS] = "there are more CPUs than the map has places for",
		[MM_ERR_SLOT] = "a fixmap slot is out of range or used twice",
		[MM_ERR_ROOT] = "the root to share with does not exist",
		[MM_ERR_FRAME_SHARED] = "overlapping ranges make a frame writable and executable",
	};

	return (unsigned)error < MM_ERR_COUNT ? text[error] : "unknown error";
}

const char *mm_note_text(enum mm_note note)
{
	static const char *const text[MM_NOTE_COUNT] = {
		[MM_NOTE_ZERO_PAGES] = "descriptor dropped: it has no pages",
		[MM_NOTE_UNALIGNED] = "descriptor dropped: its start is not a multiple of 4 KiB",
		[MM_NOTE_WRAP] = "descriptor dropped: it passes the end of the address space",
		[MM_NOTE_PHYS_BITS] = "descriptor dropped: it is beyond what the CPU can address",
		[MM_NOTE_TYPE] = "descriptor dropped: its type (16 to 0x6fffffff) has no meaning",
		[MM_NOTE_FOREIGN_TYPE] = "type of an OEM's or OS loader's: not taken for memory",
		[MM_NOTE_OVERLAP] = "descriptors overlap: the more restrictive type wins",
		[MM_NOTE_RUNTIME_BIT] =
			"runtime services memory lacks the RUNTIME bit: taken as set",
		[MM_NOTE_UNACCEPTED] = "runtime range has unaccepted memory in it: not mapped",
		[MM_NOTE_NO_CACHE_BIT] = "no cacheability attribute: mapped uncached",
		[MM_NOTE_NO_WRITE_BACK] =
			"runtime range of an OEM's or OS loader's type: not mapped write-back",
		[MM_NOTE_LEFT_OUT] = "memory beyond the direct map's end is left out",
		[MM_NOTE_ATTRIBUTES_BAD] = "Memory Attributes Table is inconsistent: not used",
		[MM_NOTE_CODE_WRITABLE] = "runtime code stays writable and executable",
		[MM_NOTE_FRAMEBUFFER] =
			"framebuffer overlaps memory or another, or has no place: not mapped",
		[MM_NOTE_TABLES_LEFT_OUT] =
			"firmware's tables beyond the direct map's end are left out",
	};

	return (unsigned)note < MM_NOTE_COUNT ? text[note] : "unknown note";
}
