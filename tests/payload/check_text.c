/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel text window and the modules above it. */
#include "checks.h"
#include "entry.h"
#include "found.h"
#include "report.h"

static const struct {
	const char *start, *end;
	enum keel_rights rights;
} linked[] = {
	{ text_start, text_end, KEEL_RIGHTS_RX },
	{ rodata_start, rodata_end, KEEL_RIGHTS_R },
	{ data_start, data_end, KEEL_RIGHTS_RW },
};

#define LINKED_SEGMENTS (sizeof(linked) / sizeof(linked[0]))

static uint64_t checksum;

void take_checksum(void)
{
	const uint64_t *end = &file_checksum;

	/* Each step is reversible, so that a change of one word changes the result. */
	for (const uint64_t *word = (const void *)text_start; word < end; word++)
		checksum = (checksum ^ *word) * UINT64_C(0x9e3779b97f4a7c15);
}

static void check_contents(void)
{
	const uint64_t used = entry_state.bss_used;

	point_begin("kernel text: holds what the kernel's file holds, and zeros behind it");
	/* Position-independent, it holds addresses that were not known when it was linked. */
	if (file_checksum)
		expect("checksum", (uint64_t)text_start, file_checksum, checksum);
	expect("first word of .bss that is not zero", used, 0, used);
	point_end();
}

static void check_segments(void)
{
	point_begin("kernel text: boot_info has the segments that were linked");
	expect("segment_count", 0, LINKED_SEGMENTS, boot->segment_count);
	for (unsigned n = 0; n < LINKED_SEGMENTS && n < boot->segment_count; n++) {
		const struct keel_segment *s = &boot->segments[n];
		const uint64_t virt = (uint64_t)linked[n].start;

		expect("start of a segment", virt, virt, s->virt);
		expect("bytes of a segment", virt, (uint64_t)linked[n].end - virt, s->bytes);
		expect("rights of a segment", virt, linked[n].rights, s->rights);
		expect("reserved member of a segment", virt, 0, s->reserved);
		expect("physical address of a segment", virt,
		       virt - KEEL_TEXT_START + boot->phys_base, s->phys);
	}
	expect("kernel_virt", 0, (uint64_t)text_start, boot->kernel_virt);
	expect("kernel_bytes", 0, (uint64_t)(data_end - text_start), boot->kernel_bytes);
	point_end();
}

void check_kernel_text(void)
{
	check_segments();
	check_contents();
	found_forget(KEEL_REGION_TEXT);
	point_begin("kernel text: text R-X, rodata R--, data RW-, where phys_base says");
	for (unsigned n = 0; n < LINKED_SEGMENTS; n++) {
		const uint64_t virt = (uint64_t)linked[n].start;
		const struct found_piece piece = {
			.virt = virt,
			.phys = virt - KEEL_TEXT_START + boot->phys_base,
			.bytes = (uint64_t)linked[n].end - virt,
			.rights = found_rights(linked[n].rights),
			.memory_type = KEEL_MEMORY_WB,
		};

		found_expect(&piece);
	}
	point_end();
	point_begin("kernel text: nothing but the kernel");
	found_expect_nothing_else(KEEL_REGION_TEXT);
	point_end();
}

void check_modules(void)
{
	found_forget(KEEL_REGION_MODULES);
	point_begin("modules: nothing is mapped");
	found_expect_nothing_else(KEEL_REGION_MODULES);
	point_end();
	point_begin("modules: the tables down to the PDs are in place");
	found_expect_tables(KEEL_MODULES_START, KEEL_MODULES_LAST, KEEL_LEVEL_PD);
	point_end();
}
