/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fixmap in use: interrupt controllers answer in their slots, and a slot that was free at entry
 * is given to a page, to another one, and back. SDM vol. 3A 11.4 (local APIC); Intel 82093AA data
 * sheet, 3 "Register Description" (I/O APIC).
 */
#include "apic.h"
#include "audit/finding.h"
#include "checks.h"
#include "cpu.h"
#include "io_apic.h"
#include "pages.h"
#include "paging.h"
#include "probing.h"
#include "report.h"
#include "walk.h"

#define APIC_ID		0x20
#define APIC_VERSION	0x30
#define IO_APIC_VERSION 1

static volatile uint32_t *registers(uint64_t slot, uint64_t offset)
{
	return (volatile uint32_t *)(KEEL_FIXMAP_SLOT(slot) + offset);
}

/* Read through a byte probe, a device register would be read in a way that it does not know. */
static bool expect_mapped(uint64_t slot)
{
	const uint64_t virt = KEEL_FIXMAP_SLOT(slot);
	const uint64_t leaf = walk_lookup(boot->kernel_root_phys, virt, KEEL_LEVEL_PT);

	return expect("present bit of the slot", virt, KEEL_PTE_P, leaf & KEEL_PTE_P);
}

/* Neither a bus that nobody drives, nor memory that is zero. */
static void expect_version(uint64_t slot, uint32_t version)
{
	expect("a version register's low byte, neither 0 nor ff", KEEL_FIXMAP_SLOT(slot), true,
	       (version & 0xff) != 0 && (version & 0xff) != 0xff);
}

static void check_local_apic(void)
{
	const uint64_t mode = apic_base();

	point_begin("fixmap: local APIC's version and ID, read through its slot %016lx",
		    KEEL_FIXMAP_SLOT(KEEL_FIXMAP_LOCAL_APIC));
	expect("KEEL_FLAG_X2APIC", boot->local_apic_phys, (mode & APIC_BASE_X2APIC) != 0,
	       (boot->flags & KEEL_FLAG_X2APIC) != 0);
	if (mode & APIC_BASE_X2APIC) {
		point_skip("it is in x2APIC mode: nothing is in memory space");
		return;
	}
	if (!mode) {
		point_skip("there is no local APIC");
		return;
	}
	if (expect_mapped(KEEL_FIXMAP_LOCAL_APIC)) {
		const uint32_t id = *registers(KEEL_FIXMAP_LOCAL_APIC, APIC_ID) >> 24;

		expect_version(KEEL_FIXMAP_LOCAL_APIC,
			       *registers(KEEL_FIXMAP_LOCAL_APIC, APIC_VERSION));
		expect("ID of CPU 0", boot->local_apic_phys, boot->cpus[0].apic_id, id);
	}
	point_end();
}

static void check_io_apics(void)
{
	point_begin("fixmap: version of %lu I/O APICs, read through their slots",
		    boot->io_apic_count);
	for (uint64_t n = 0; n < boot->io_apic_count; n++) {
		const struct keel_io_apic *io = &boot->io_apics[n];
		volatile uint32_t *select = registers(io->slot, io->offset);

		/* Where it cannot be, a point above has failed, and this would be anything. */
		if (!io_apic_has_slot(io) || !io_apic_is_in_page(io) || !expect_mapped(io->slot))
			continue;
		*select = IO_APIC_VERSION;
		if (*registers(io->slot, io->offset + IO_APIC_WINDOW) == UINT32_MAX)
			finding(KEEL_FINDING_IO_APIC_ABSENT, "ID %u at %lx", io->id, io->phys);
		else
			expect_version(io->slot, *registers(io->slot, io->offset + IO_APIC_WINDOW));
	}
	point_end();
}

static void expect_slot_shows(uint64_t virt, uint64_t phys)
{
	volatile uint64_t *slot = (volatile uint64_t *)virt;
	const volatile uint64_t *direct = page_virt(phys);

	map_page(boot->kernel_root_phys, virt, phys, KEEL_PTE_RW | KEEL_PTE_NX | KEEL_PTE_G);
	expect("content of a fresh page", virt, 0, *slot);
	*slot = virt ^ phys;
	expect("what the slot writes, through the direct map", KEEL_DIRECT_MAP(phys), virt ^ phys,
	       *direct);
}

/* The first slot without a fixed meaning, and the last one that there is. */
static void check_free_slot(uint64_t virt)
{
	const uint64_t one = page_take(), other = page_take();

	point_begin("fixmap: slot %016lx is mapped to one page, to another, and unmapped", virt);
	expect_absent(virt);
	expect_slot_shows(virt, one);
	expect_slot_shows(virt, other);
	unmap_page(boot->kernel_root_phys, virt);
	expect_absent(virt);
	point_end();
	page_give(one);
	page_give(other);
}

void check_fixmap_use(void)
{
	check_local_apic();
	check_io_apics();
	check_free_slot(KEEL_FIXMAP_SLOT(KEEL_FIXMAP_SLOTS));
	check_free_slot(KEEL_FIXMAP_START);
}
