/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory is really there, and only once: distinct words are written at both ends of each
 * conventional range and on both sides of boundaries between leaves, all of them before the first
 * is read back. An entry with a wrong address shows as a word that belongs elsewhere.
 */
#include <stdbool.h>
#include "checks.h"
#include "fault.h"
#include "kept.h"
#include "report.h"

#define SAMPLES_AT_MOST 4096
/* Few enough that an emulator does not have to provide all memory of its guest. */
#define BOUNDARIES_A_RANGE 16

/* An odd factor: different addresses never give the same word. */
#define PATTERN_FACTOR KEEL_U64(0x9e3779b97f4a7c15)

static struct sample {
	uint64_t virt;
	uint64_t before;
} samples[SAMPLES_AT_MOST];
static unsigned sample_count, left_out;

static volatile uint64_t *word_at(uint64_t virt)
{
	return (volatile uint64_t *)virt;
}

/* So that memory answers, and not the cache. */
static void flush(uint64_t virt)
{
	asm volatile("mfence; clflush (%0); mfence" : : "r"(virt) : "memory");
}

static void add_sample(uint64_t virt)
{
	if (sample_count == SAMPLES_AT_MOST) {
		left_out++;
		return;
	}
	const struct fault fault = probe(PROBE_WRITE, virt);

	if (fault.vector == PROBE_NO_FAULT)
		samples[sample_count++].virt = virt;
	else
		expect_text("write", virt, "no fault", "a fault");
}

/* The words before and behind a boundary that lies in the range. */
static void add_boundary(const struct keel_memory_range *r, uint64_t phys)
{
	if (phys > r->phys && phys <= r->phys + r->bytes)
		add_sample(r->virt + (phys - r->phys) - sizeof(uint64_t));
	if (phys >= r->phys && phys < r->phys + r->bytes)
		add_sample(r->virt + (phys - r->phys));
}

static uint64_t align_up(uint64_t value, uint64_t to)
{
	return (value + to - 1) / to * to;
}

/* And the first word of the leaves on both sides, whatever their size: neighbours get mixed up. */
static void add_neighbours(const struct keel_memory_range *r, uint64_t phys, uint64_t stride)
{
	for (uint64_t bytes = KEEL_PAGE_SIZE; bytes <= stride;
	     bytes *= KEEL_SIZE_2M / KEEL_PAGE_SIZE) {
		if (phys - r->phys >= bytes)
			add_sample(r->virt + (phys - r->phys) - bytes);
		if (r->phys + r->bytes - phys > bytes)
			add_sample(r->virt + (phys - r->phys) + bytes);
	}
}

/* Leaves change their size where larger ones begin and end to fit. */
static void add_range(const struct keel_memory_range *r)
{
	const uint64_t end = r->phys + r->bytes;
	uint64_t stride = KEEL_PAGE_SIZE;

	add_boundary(r, r->phys);
	add_boundary(r, end);
	add_boundary(r, align_up(r->phys, KEEL_SIZE_2M));
	add_boundary(r, align_up(r->phys, KEEL_SIZE_1G));
	add_boundary(r, end / KEEL_SIZE_2M * KEEL_SIZE_2M);
	add_boundary(r, end / KEEL_SIZE_1G * KEEL_SIZE_1G);
	while (r->bytes / stride > BOUNDARIES_A_RANGE)
		stride *= 2;
	for (uint64_t phys = align_up(r->phys, stride); phys < end; phys += stride) {
		add_boundary(r, phys);
		add_neighbours(r, phys, stride);
	}
}

static void write_patterns(uint64_t invert)
{
	for (unsigned n = 0; n < sample_count; n++)
		*word_at(samples[n].virt) = (samples[n].virt * PATTERN_FACTOR) ^ invert;
	for (unsigned n = 0; n < sample_count; n++)
		flush(samples[n].virt);
}

static void expect_patterns(uint64_t invert)
{
	for (unsigned n = 0; n < sample_count; n++)
		expect("word", samples[n].virt, (samples[n].virt * PATTERN_FACTOR) ^ invert,
		       *word_at(samples[n].virt));
}

void check_patterns(void)
{
	uint64_t ranges = 0;

	point_begin("memory: distinct words in every conventional range read back, twice");
	for (uint64_t n = 0; n < boot->memory_range_count; n++) {
		const struct keel_memory_range *r = &boot->memory_ranges[n];

		if (r->type != KEEL_MEMORY_TYPE_CONVENTIONAL || !r->virt || !range_is_possible(r))
			continue;
		add_range(r);
		ranges++;
	}
	for (unsigned n = 0; n < sample_count; n++)
		samples[n].before = *word_at(samples[n].virt);
	write_patterns(0);
	expect_patterns(0);
	write_patterns(UINT64_MAX);
	expect_patterns(UINT64_MAX);
	for (unsigned n = 0; n < sample_count; n++)
		*word_at(samples[n].virt) = samples[n].before;
	point_end();
	comment("%u words in %lu conventional ranges, %u left out", sample_count, ranges, left_out);
}
