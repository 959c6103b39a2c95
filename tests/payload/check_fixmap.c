/* SPDX-License-Identifier: BSD-2-Clause */
/* The fixmap, and the vsyscall page above it. */
#include "checks.h"
#include "found.h"
#include "io_apic.h"
#include "report.h"

static void expect_slot(uint64_t slot, uint64_t phys)
{
	const struct found_piece piece = {
		.virt = KEEL_FIXMAP_SLOT(slot),
		.phys = phys / KEEL_PAGE_SIZE * KEEL_PAGE_SIZE,
		.bytes = KEEL_PAGE_SIZE,
		.rights = RIGHTS_RW,
		.memory_type = KEEL_MEMORY_UC,
	};

	if (phys)
		found_expect(&piece);
}

void check_fixmap(void)
{
	found_forget(KEEL_REGION_FIXMAP);
	point_begin("fixmap: local APIC and early console, uncached, in their slots");
	expect_slot(KEEL_FIXMAP_LOCAL_APIC, boot->local_apic_phys);
	expect_slot(KEEL_FIXMAP_EARLY_CONSOLE, boot->early_console_phys);
	point_end();

	point_begin("fixmap: I/O APICs, uncached, in their slots");
	for (uint64_t n = 0; n < boot->io_apic_count; n++) {
		const struct keel_io_apic *io = &boot->io_apics[n];

		if (expect("slot of an I/O APIC", io->slot, true, io_apic_has_slot(io)) &&
		    expect("its registers lie in one page", io->slot, true, io_apic_is_in_page(io)))
			expect_slot(io->slot, io->phys);
	}
	point_end();

	point_begin("fixmap: all other slots absent");
	found_expect_nothing_else(KEEL_REGION_FIXMAP);
	point_end();
	point_begin("fixmap: every PT is in place");
	found_expect_tables(KEEL_FIXMAP_START, KEEL_FIXMAP_LAST, KEEL_LEVEL_PT);
	point_end();
}

/* mov $number, %rax; syscall; ret - and INT3 wherever nobody should jump to. */
#define ENTRY_BYTES 10

static uint8_t expected_byte(uint64_t offset)
{
	static const struct {
		uint64_t offset;
		uint8_t code[ENTRY_BYTES];
	} entries[] = {
		{ KEEL_VSYSCALL_GETTIMEOFDAY, { 0x48, 0xc7, 0xc0, 96, 0, 0, 0, 0x0f, 0x05, 0xc3 } },
		{ KEEL_VSYSCALL_TIME, { 0x48, 0xc7, 0xc0, 201, 0, 0, 0, 0x0f, 0x05, 0xc3 } },
		{ KEEL_VSYSCALL_GETCPU,
		  { 0x48, 0xc7, 0xc0, 309 & 0xff, 309 >> 8, 0, 0, 0x0f, 0x05, 0xc3 } },
	};

	for (unsigned n = 0; n < sizeof(entries) / sizeof(entries[0]); n++)
		if (offset >= entries[n].offset && offset - entries[n].offset < ENTRY_BYTES)
			return entries[n].code[offset - entries[n].offset];
	return 0xcc;
}

void check_vsyscall(void)
{
	/* Through the direct map: SMAP forbids the kernel to read a user page. */
	const uint8_t *page = (const void *)KEEL_DIRECT_MAP(boot->vsyscall_phys);
	const struct found_piece piece = {
		.virt = KEEL_VSYSCALL_START,
		.phys = boot->vsyscall_phys,
		.bytes = KEEL_PAGE_SIZE,
		.rights = RIGHTS_R | RIGHT_U,
		.memory_type = KEEL_MEMORY_WB,
	};

	found_forget(KEEL_REGION_VSYSCALL);
	point_begin("vsyscall: one page, read-only, NX, reachable by user code");
	found_expect(&piece);
	found_expect_nothing_else(KEEL_REGION_VSYSCALL);
	point_end();

	point_begin("vsyscall: three entry points, all else INT3");
	for (uint64_t offset = 0; offset < KEEL_PAGE_SIZE; offset++)
		expect("byte of the page", KEEL_VSYSCALL_START + offset, expected_byte(offset),
		       page[offset]);
	point_end();
}
