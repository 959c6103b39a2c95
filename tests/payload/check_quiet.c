/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A quiet machine: interrupt controllers mask everything but SMI and NMI, and nothing is pending.
 * SDM vol. 3A 10.5.1 and 10.8.4 (local APIC); Intel 82093AA data sheet (I/O APIC), 8259A data
 * sheet.
 */
#include "apic.h"
#include "checks.h"
#include "cpu.h"
#include "io_apic.h"
#include "report.h"
#include "walk.h"

#define PIC_MASTER_MASK 0x21
#define PIC_SLAVE_MASK	0xa1
#define PIC_ALL_MASKED	0xff

#define MODE(entry) ((entry) >> 8 & 7)
#define MODE_SMI    2
#define MODE_NMI    4
#define MASKED	    BIT(16)

#define IO_APIC_VERSION	  1
#define IO_APIC_FIRST_PIN 0x10
#define NOT_THERE	  0xffffffff

#define APIC_VERSION	0x30
#define APIC_ISR	0x100
#define APIC_IRR	0x200
#define APIC_WORDS	8
#define APIC_WORD_BYTES 16

static bool is_quiet(uint32_t entry)
{
	return MODE(entry) == MODE_SMI || MODE(entry) == MODE_NMI || entry & MASKED;
}

static void check_8259s(void)
{
	point_begin("interrupts: the 8259s mask every line");
	expect("mask of the first", PIC_MASTER_MASK, PIC_ALL_MASKED, port_read(PIC_MASTER_MASK));
	expect("mask of the second", PIC_SLAVE_MASK, PIC_ALL_MASKED, port_read(PIC_SLAVE_MASK));
	point_end();
}

static bool is_mapped(uint64_t virt)
{
	return walk_lookup(boot->kernel_root_phys, virt, KEEL_LEVEL_PT) & KEEL_PTE_P;
}

static uint32_t io_apic_read(const struct keel_io_apic *io, uint32_t number)
{
	const uint64_t virt = KEEL_FIXMAP_SLOT(io->slot) + io->offset;

	*(volatile uint32_t *)virt = number;
	return *(const volatile uint32_t *)(virt + IO_APIC_WINDOW);
}

static void expect_quiet_pins(const struct keel_io_apic *io)
{
	const uint32_t version = io_apic_read(io, IO_APIC_VERSION);

	if (version == NOT_THERE)
		return;
	for (uint32_t pin = 0; pin <= (version >> 16 & 0xff); pin++) {
		const uint32_t entry = io_apic_read(io, IO_APIC_FIRST_PIN + 2 * pin);

		expect("a pin is masked, unless it gives SMI or NMI", io->gsi_base + pin, true,
		       is_quiet(entry));
	}
}

static void check_io_apic_pins(void)
{
	point_begin("interrupts: the I/O APICs mask every pin but those that give SMI or NMI");
	/* Where one cannot be, a point of the fixmap fails. */
	for (uint64_t n = 0; n < boot->io_apic_count; n++)
		if (io_apic_has_slot(&boot->io_apics[n]) &&
		    io_apic_is_in_page(&boot->io_apics[n]) &&
		    is_mapped(KEEL_FIXMAP_SLOT(boot->io_apics[n].slot)))
			expect_quiet_pins(&boot->io_apics[n]);
	point_end();
}

/* Which local vector table entries there are, the version says: SDM vol. 3A 10.4.8. */
static void expect_quiet_lvt(void)
{
	static const struct {
		const char *name;
		uint16_t reg, least;
	} entries[] = {
		{ "timer", 0x320, 0 }, { "LINT0", 0x350, 0 },	 { "LINT1", 0x360, 0 },
		{ "error", 0x370, 3 }, { "counters", 0x340, 4 }, { "thermal", 0x330, 5 },
		{ "CMCI", 0x2f0, 6 },
	};
	const uint32_t last = apic_register(APIC_VERSION) >> 16 & 0xff;

	for (unsigned n = 0; n < sizeof(entries) / sizeof(entries[0]); n++)
		if (last >= entries[n].least)
			expect(entries[n].name, entries[n].reg, true,
			       is_quiet(apic_register(entries[n].reg)));
}

static void expect_nothing(const char *what, unsigned reg)
{
	for (unsigned n = 0; n < APIC_WORDS; n++)
		expect(what, n * 32, 0, apic_register(reg + n * APIC_WORD_BYTES));
}

static void check_local_apic_lines(const char *reason)
{
	point_begin("interrupts: the local APIC masks all but SMI and NMI");
	if (reason) {
		point_skip(reason);
		return;
	}
	expect_quiet_lvt();
	point_end();
}

static void check_pending(const char *reason)
{
	point_begin("interrupts: none is pending, none in service");
	if (reason) {
		point_skip(reason);
		return;
	}
	expect_nothing("IRR, from this vector on", APIC_IRR);
	expect_nothing("ISR, from this vector on", APIC_ISR);
	point_end();
}

void check_quiet(void)
{
	const char *reason = apic_why_not();

	check_8259s();
	check_io_apic_pins();
	check_local_apic_lines(reason);
	check_pending(reason);
}
