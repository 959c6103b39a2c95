/* SPDX-License-Identifier: BSD-2-Clause */
/* Probes with an expected outcome; see probing.h. Error codes: SDM vol. 3A 4.7. */
#include <stdbool.h>
#include <stddef.h>
#include "cpu.h"
#include "found.h"
#include "kept.h"
#include "probing.h"
#include "report.h"

#define OPCODE_RET 0xc3

uint64_t access_bits(enum probe_access access)
{
	static const uint8_t bits[] = { 0, PF_WRITE, PF_FETCH };

	return bits[access];
}

const char *access_text(enum probe_access access)
{
	static const char *const texts[] = { "read", "write", "fetch" };

	return texts[access];
}

static void outcome_text(char *text, size_t bytes, uint64_t outcome)
{
	const unsigned vector = (unsigned)(outcome >> 32);

	if (outcome == OUTCOME_ALLOWED)
		format(text, bytes, "no fault");
	else if (vector == VECTOR_PF || vector == VECTOR_GP)
		format(text, bytes, "%s error 0x%x", vector == VECTOR_PF ? "#PF" : "#GP",
		       (unsigned)outcome);
	else
		format(text, bytes, "vector %u error 0x%x", vector, (unsigned)outcome);
}

void expect_access(enum probe_access access, uint64_t virt, uint64_t outcome)
{
	const struct fault fault = probe(access, virt);
	uint64_t found = OUTCOME_ALLOWED;
	char expected_text[24], found_text[24];

	if (fault.vector != PROBE_NO_FAULT)
		found = fault.vector << 32 | fault.error;
	if (found != outcome) {
		outcome_text(expected_text, sizeof(expected_text), outcome);
		outcome_text(found_text, sizeof(found_text), found);
		expect_text(access_text(access), virt, expected_text, found_text);
	} else if (fault.vector == VECTOR_PF) {
		expect("CR2", virt, virt, fault.cr2);
	}
}

static const struct found_run *run_at(uint64_t virt)
{
	const uint64_t n = found_first_run(virt);

	return n < found_run_count && found_runs[n].virt <= virt ? &found_runs[n] : NULL;
}

static bool is_canonical(uint64_t virt)
{
	return virt < KEEL_NONCANONICAL_START || virt > KEEL_NONCANONICAL_LAST;
}

void expect_absent(uint64_t virt)
{
	for (enum probe_access access = PROBE_READ; access <= PROBE_FETCH; access++)
		expect_access(access, virt,
			      is_canonical(virt) ? OUTCOME_PF(access_bits(access)) : OUTCOME_GP);
}

static uint64_t data_outcome(const struct found_run *run, enum probe_access access)
{
	const bool smap = run->rights & RIGHT_U && read_cr4() & CR4_SMAP;

	if (smap || (access == PROBE_WRITE && !(run->rights & RIGHT_W)))
		return OUTCOME_PF(PF_PRESENT | access_bits(access));
	return OUTCOME_ALLOWED;
}

/* The frame's own byte, where it may be written: by the direct map, and by whom it belongs to. */
static volatile uint8_t *frame_byte(const struct found_run *run, uint64_t virt)
{
	const uint64_t phys = run->phys + (virt - run->virt), alias = KEEL_DIRECT_MAP(phys);
	const struct found_run *direct = run_at(alias);

	if (!direct || !(direct->rights & RIGHT_W) || !may_be_stored_to(phys))
		return NULL;
	return (volatile uint8_t *)alias;
}

/* A page that nobody may write has a byte that is a RET somewhere, or is left alone. */
static uint64_t find_ret(uint64_t virt)
{
	const uint64_t page = virt / KEEL_PAGE_SIZE * KEEL_PAGE_SIZE;

	for (uint64_t at = page; at < page + KEEL_PAGE_SIZE; at++)
		if (*(const volatile uint8_t *)at == OPCODE_RET)
			return at;
	return 0;
}

/* A RET has to stand there: a fetch that works, rightly or not, comes back with it. */
static void expect_fetch(const struct found_run *run, uint64_t virt)
{
	volatile uint8_t *byte = frame_byte(run, virt);
	const uint64_t outcome =
		run->rights & RIGHT_X ? OUTCOME_ALLOWED : OUTCOME_PF(PF_PRESENT | PF_FETCH);
	const uint8_t before = byte ? *byte : 0;

	if (byte)
		*byte = OPCODE_RET;
	else if (run->memory_type == KEEL_MEMORY_WB && !(run->rights & RIGHT_U))
		virt = find_ret(virt);
	if (virt)
		expect_access(PROBE_FETCH, virt, outcome);
	if (byte)
		*byte = before;
}

/*
 * Registers of a device are not for trying: reads can have effects too. Nor is memory that belongs
 * to somebody else for writing, not even what stands there.
 */
static bool may_be_tried(const struct found_run *run, uint64_t virt, enum probe_access access)
{
	if (run->memory_type == KEEL_MEMORY_UC)
		return false;
	return access == PROBE_READ || may_be_stored_to(run->phys + (virt - run->virt));
}

void expect_as_found(uint64_t virt)
{
	const struct found_run *run = run_at(virt);

	if (!run) {
		expect_absent(virt);
		return;
	}
	for (enum probe_access access = PROBE_READ; access <= PROBE_WRITE; access++) {
		uint64_t outcome = data_outcome(run, access);

		if (outcome != OUTCOME_ALLOWED || may_be_tried(run, virt, access))
			expect_access(access, virt, outcome);
	}
	expect_fetch(run, virt);
}
