/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults of runtime services; see resume.h. Error codes: SDM vol. 3A 4.7. */
#include <keel/layout.h>
#include "audit/finding.h"
#include "audit/firmware_root.h"
#include "audit/resume.h"
#include "firmware.h"
#include "found.h"

#define PAGES_AT_MOST 4096

/* Pages that were given, each with the RIGHT_ bits in its lower bits; and GIVEN. */
#define GIVEN KEEL_U64(0x800)
static uint64_t given[PAGES_AT_MOST];
static unsigned given_count;

unsigned resume_pages(void)
{
	return given_count;
}

static uint8_t rights_for(uint64_t error)
{
	if (error & PF_FETCH)
		return RIGHT_X;
	return error & PF_WRITE ? RIGHT_W : RIGHTS_R;
}

static const char *access_word(uint64_t error)
{
	if (error & PF_FETCH)
		return "execute";
	return error & PF_WRITE ? "write" : "read";
}

/* The record of a page; a new one is empty. NULL where there are too many. */
static uint64_t *record_of(uint64_t page)
{
	for (unsigned n = 0; n < given_count; n++)
		if ((given[n] & ~(KEEL_PAGE_SIZE - 1)) == page)
			return &given[n];
	if (given_count == PAGES_AT_MOST)
		return NULL;
	given[given_count] = page;
	return &given[given_count++];
}

static enum keel_finding finding_for(uint64_t phys, const struct firmware_span *span)
{
	if (phys < KEEL_PAGE_SIZE)
		return KEEL_FINDING_TOUCHES_PAGE_ZERO;
	if (!span->known)
		return KEEL_FINDING_TOUCHES_UNLISTED;
	if (firmware_means_runtime(span->type, span->attribute))
		return KEEL_FINDING_TOUCHES_OLD_ADDRESS;
	switch (span->type) {
	case KEEL_MEMORY_TYPE_BOOT_SERVICES_CODE:
	case KEEL_MEMORY_TYPE_BOOT_SERVICES_DATA:
		return KEEL_FINDING_TOUCHES_BOOT_SERVICES;
	case KEEL_MEMORY_TYPE_CONVENTIONAL:
	case KEEL_MEMORY_TYPE_LOADER_CODE:
	case KEEL_MEMORY_TYPE_LOADER_DATA:
		return KEEL_FINDING_TOUCHES_FREE_MEMORY;
	default:
		return KEEL_FINDING_TOUCHES_RESERVED;
	}
}

/* Nothing says what is where no descriptor is: a device, which is not to be cached or executed. */
static bool give_physical(const struct fault *fault, uint8_t rights)
{
	const uint64_t phys = fault->cr2;
	const struct firmware_span span = firmware_span(phys);
	enum keel_memory_type type = KEEL_MEMORY_UC;

	if (!span.known && rights & RIGHT_X)
		return false;
	if (span.known)
		type = firmware_memory_type(span.type, span.attribute);
	else
		rights |= RIGHT_W;
	firmware_root_map(phys, rights, type);
	return true;
}

static bool is_physical(uint64_t address)
{
	return address <= KEEL_USER_LAST && !(address >> boot->phys_bits);
}

static bool is_efi_region(uint64_t address)
{
	return address >= KEEL_EFI_START && address <= KEEL_EFI_LAST;
}

static void note(const struct fault *fault, const char *caller)
{
	const bool physical = is_physical(fault->cr2);
	const struct firmware_span span =
		firmware_span(physical ? fault->cr2 : firmware_runtime_phys(fault->cr2));

	finding(physical ? finding_for(fault->cr2, &span) : KEEL_FINDING_EXCEEDS_RIGHTS,
		"%s: %s %lx (type %u) by %lx", caller, access_word(fault->error), fault->cr2,
		span.type, fault->rip);
}

bool resume_fault(const struct fault *fault, const char *caller)
{
	const uint8_t rights = rights_for(fault->error);
	const uint64_t page = fault->cr2 & ~(KEEL_PAGE_SIZE - 1);
	uint64_t *record;

	if (!is_physical(fault->cr2) && !is_efi_region(fault->cr2))
		return false;
	record = record_of(page);
	if (!record || (*record & GIVEN && (*record & rights) == rights))
		return false;
	*record |= GIVEN | rights;
	note(fault, caller);
	if (is_efi_region(fault->cr2))
		return firmware_root_widen(fault->cr2, rights);
	return give_physical(fault, *record & RIGHTS_RWX);
}
