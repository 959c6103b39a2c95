/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Errors and notes in words, for whoever shows them. All texts of a kind are one constant, in which
 * they are found by their offsets: pointers would have to be relocated, and cost more than most of
 * the texts.
 */
#include <stddef.h>
#include "mm.h"

#define ERRORS(X)                                                                     \
	X(MM_OK, "no error")                                                          \
	X(MM_ERR_EMPTY, "a mapping has no bytes")                                     \
	X(MM_ERR_UNALIGNED, "an address or length is not a multiple of 4 KiB")        \
	X(MM_ERR_WRAP, "a mapping passes the end of the address space")               \
	X(MM_ERR_NON_CANONICAL, "a virtual address is not canonical")                 \
	X(MM_ERR_PHYS_BITS, "a physical address is beyond what the CPU can address")  \
	X(MM_ERR_OUTSIDE_REGION, "a mapping leaves its region")                       \
	X(MM_ERR_OVERLAP, "two mappings overlap")                                     \
	X(MM_ERR_BAD_MAPPING, "a mapping's rights, type or level make no sense")      \
	X(MM_ERR_PLAN_FULL, "the plan needs more room")                               \
	X(MM_ERR_POOL_FULL, "more page tables are needed than were allocated")        \
	X(MM_ERR_STRIDE, "the memory map's descriptor size is not usable")            \
	X(MM_ERR_MAP_FULL, "the memory map needs more room")                          \
	X(MM_ERR_EFI_FULL, "the runtime ranges do not fit into the 64 GB EFI region") \
	X(MM_ERR_CPUS, "there are more CPUs than the map has places for")             \
	X(MM_ERR_SLOT, "a fixmap slot is out of range or used twice")                 \
	X(MM_ERR_ROOT, "the root to share with does not exist")                       \
	X(MM_ERR_FRAME_SHARED, "overlapping ranges make a frame writable and executable")

#define NOTES(X)                                                                              \
	X(MM_NOTE_ZERO_PAGES, "descriptor dropped: it has no pages")                          \
	X(MM_NOTE_UNALIGNED, "descriptor dropped: its start is not a multiple of 4 KiB")      \
	X(MM_NOTE_WRAP, "descriptor dropped: it passes the end of the address space")         \
	X(MM_NOTE_PHYS_BITS, "descriptor dropped: it is beyond what the CPU can address")     \
	X(MM_NOTE_TYPE, "descriptor dropped: its type is above 15")                           \
	X(MM_NOTE_OVERLAP, "descriptors overlap: the more restrictive type wins")             \
	X(MM_NOTE_RUNTIME_BIT, "runtime services memory lacks the RUNTIME bit: taken as set") \
	X(MM_NOTE_NO_CACHE_BIT, "no cacheability attribute: mapped uncached")                 \
	X(MM_NOTE_LEFT_OUT, "memory beyond the direct map's end is left out")                 \
	X(MM_NOTE_ATTRIBUTES_BAD, "Memory Attributes Table is inconsistent: not used")        \
	X(MM_NOTE_CODE_WRITABLE, "runtime code stays writable and executable")                \
	X(MM_NOTE_FRAMEBUFFER, "framebuffer overlaps memory or has no place: not mapped")

#define MEMBER(id, text)  char id##_text[sizeof(text)];
#define CONTENT(id, text) text,

struct errors {
	ERRORS(MEMBER)
};
struct notes {
	NOTES(MEMBER)
};

static const struct errors errors = { ERRORS(CONTENT) };
static const struct notes notes = { NOTES(CONTENT) };

#define ERROR_OFFSET(id, text) [id] = offsetof(struct errors, id##_text),
#define NOTE_OFFSET(id, text)  [id] = offsetof(struct notes, id##_text),

const char *mm_error_text(enum mm_error error)
{
	static const uint16_t offset[MM_ERR_COUNT] = { ERRORS(ERROR_OFFSET) };

	return (unsigned)error < MM_ERR_COUNT ? (const char *)&errors + offset[error]
					      : "unknown error";
}

const char *mm_note_text(enum mm_note note)
{
	static const uint16_t offset[MM_NOTE_COUNT] = { NOTES(NOTE_OFFSET) };

	return (unsigned)note < MM_NOTE_COUNT ? (const char *)&notes + offset[note]
					      : "unknown note";
}
