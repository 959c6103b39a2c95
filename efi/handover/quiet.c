/* SPDX-License-Identifier: BSD-2-Clause */
#include "handover/quiet.h"
#include "handover/local_apic.h"

/* Of a redirection entry and of an LVT entry alike (SDM vol. 3A 10.5.1; 82093AA data sheet). */
#define DELIVERY_MODE 0x700
#define DELIVERY_SMI  0x200
#define DELIVERY_NMI  0x400
#define REMOTE_IRR    0x4000
#define LEVEL	      0x8000
#define MASKED	      0x10000

/* I/O APIC: an index register and a window; registers behind them. */
#define IO_APIC_WINDOW	  0x10
#define IO_APIC_EOI	  0x40
#define IO_APIC_VERSION	  1
#define IO_APIC_PIN(n)	  (0x10 + 2 * (n))
#define IO_APIC_HAS_EOI	  0x20 /* from this version on */
#define IO_APIC_NOT_THERE 0xffffffff

/* The two 8259s: ports, and initialization command words (8259A data sheet). */
#define PIC_MASTER	 0x20
#define PIC_SLAVE	 0xa0
#define PIC_ICW1	 0x11 /* edge triggered, cascaded, with ICW4 */
#define PIC_MASTER_ICW3	 0x04 /* the slave is at line 2 */
#define PIC_SLAVE_ICW3	 0x02
#define PIC_ICW4	 0x01 /* 8086 mode */
#define PIC_ALL_MASKED	 0xff
#define PIC_PROBE	 0xfb /* a mask that an absent one does not read as */
#define PIC_FIRST_VECTOR 0x20
#define PIC_LINES	 8

#define VECTORS		  256
#define APIC_WORDS	  8
#define APIC_HAS_EXTENDED 0x80000000 /* of its version: AMD64 vol. 2, 16.3.4 */
#define APIC_EXTENDED	  0x400
#define APIC_LVT_EXTENDED 0x500

/* Every vector may be pending and in service, once each. */
#define MOST_ROUNDS (2 * VECTORS)

static bool delivers_smi_or_nmi(uint32_t entry)
{
	return (entry & DELIVERY_MODE) == DELIVERY_SMI || (entry & DELIVERY_MODE) == DELIVERY_NMI;
}

struct io_apic {
	volatile uint32_t *registers;
	uint32_t version; /* register of that name */
};

static uint32_t io_apic_read(const struct io_apic *a, uint32_t index)
{
	a->registers[0] = index;
	return a->registers[IO_APIC_WINDOW / 4];
}

static void io_apic_write(const struct io_apic *a, uint32_t index, uint32_t value)
{
	a->registers[0] = index;
	a->registers[IO_APIC_WINDOW / 4] = value;
}

static void mask_pin(const struct io_apic *a, uint32_t pin)
{
	const uint32_t entry = io_apic_read(a, IO_APIC_PIN(pin));

	if (!delivers_smi_or_nmi(entry))
		io_apic_write(a, IO_APIC_PIN(pin), entry | MASKED);
}

/* A level that was sent, and whose end nobody told: as edge-triggered the pin forgets it. */
static void forget_level(const struct io_apic *a, uint32_t pin)
{
	const uint32_t entry = io_apic_read(a, IO_APIC_PIN(pin));

	if (delivers_smi_or_nmi(entry) || !(entry & REMOTE_IRR))
		return;
	if ((a->version & 0xff) >= IO_APIC_HAS_EOI) {
		a->registers[IO_APIC_EOI / 4] = entry & 0xff;
		return;
	}
	io_apic_write(a, IO_APIC_PIN(pin), entry & ~(uint32_t)LEVEL);
	io_apic_write(a, IO_APIC_PIN(pin), entry);
}

static void for_each_pin(const struct madt *madt,
			 void (*act)(const struct io_apic *a, uint32_t pin))
{
	for (uint64_t n = 0; n < madt->io_apic_count; n++) {
		const uint64_t page_virt = KEEL_FIXMAP_SLOT(madt->io_apics[n].slot);
		struct io_apic a = {
			.registers = (volatile uint32_t *)(page_virt + madt->io_apics[n].offset),
		};

		a.version = io_apic_read(&a, IO_APIC_VERSION);
		if (a.version == IO_APIC_NOT_THERE)
			continue;
		for (uint32_t pin = 0; pin <= (a.version >> 16 & 0xff); pin++)
			act(&a, pin);
	}
}

static void mask_entry(bool x2apic, unsigned offset)
{
	const uint32_t entry = apic_read(x2apic, offset);

	if (!delivers_smi_or_nmi(entry))
		apic_write(x2apic, offset, entry | MASKED);
}

/* Which there are, the version says: SDM vol. 3A 10.4.8. */
static void mask_local_apic(bool x2apic)
{
	static const struct {
		uint16_t offset;
		uint16_t least; /* value of Max LVT Entry */
	} entries[] = { { APIC_LVT_TIMER, 0 }, { APIC_LVT_LINT0, 0 }, { APIC_LVT_LINT1, 0 },
			{ APIC_LVT_ERROR, 3 }, { APIC_LVT_PERF, 4 },  { APIC_LVT_SENSOR, 5 },
			{ APIC_LVT_CMCI, 6 } };
	const uint32_t version = apic_read(x2apic, APIC_VERSION);

	for (unsigned n = 0; n < sizeof(entries) / sizeof(entries[0]); n++)
		if ((version >> 16 & 0xff) >= entries[n].least)
			mask_entry(x2apic, entries[n].offset);
	if (!(version & APIC_HAS_EXTENDED))
		return;
	for (unsigned n = 0; n < (apic_read(x2apic, APIC_EXTENDED) >> 16 & 0xff); n++)
		mask_entry(x2apic, APIC_LVT_EXTENDED + n * 0x10);
}

static void start_8259(uint16_t port, uint8_t vector, uint8_t icw3)
{
	out8(port, PIC_ICW1);
	out8(port + 1, vector);
	out8(port + 1, icw3);
	out8(port + 1, PIC_ICW4);
	out8(port + 1, PIC_ALL_MASKED);
}

/*
 * Masks do not reach what is pending or in service there; a new start clears it. It needs vectors,
 * and these are free.
 */
static void reset_8259s(void)
{
	out8(PIC_SLAVE + 1, PIC_ALL_MASKED);
	out8(PIC_MASTER + 1, PIC_PROBE);
	if (in8(PIC_MASTER + 1) != PIC_PROBE)
		return;
	start_8259(PIC_MASTER, PIC_FIRST_VECTOR, PIC_MASTER_ICW3);
	start_8259(PIC_SLAVE, PIC_FIRST_VECTOR + PIC_LINES, PIC_SLAVE_ICW3);
}

static bool is_any_set(bool x2apic, unsigned offset)
{
	uint32_t bits = 0;

	for (unsigned n = 0; n < APIC_WORDS; n++)
		bits |= apic_read(x2apic, offset + n * 0x10);
	return bits;
}

/*
 * What was pending before its source was masked: the CPU takes it, where fault.c lets it go by. One
 * or more may come each time; each is acknowledged.
 */
static void drain(bool x2apic)
{
	for (unsigned n = 0; n < MOST_ROUNDS; n++) {
		const bool in_service = is_any_set(x2apic, APIC_ISR);

		if (!in_service && !is_any_set(x2apic, APIC_IRR))
			return;
		if (in_service)
			apic_write(x2apic, APIC_EOI, 0);
		/* After STI one more instruction runs first: SDM vol. 2B, STI. */
		__asm__ volatile("sti; nop; nop; cli" ::: "memory");
	}
}

void quiet_machine(const struct machine *machine)
{
	const struct madt *madt = &machine->acpi.madt;
	const bool x2apic = machine->cpu.x2apic;

	for_each_pin(madt, mask_pin);
	reset_8259s();
	if (!x2apic && !machine->acpi.local_apic_phys)
		return;
	mask_local_apic(x2apic);
	__asm__ volatile("mov %0, %%cr8" : : "r"(KEEL_U64(0)) : "memory");
	drain(x2apic);
	for_each_pin(madt, forget_level);
}
