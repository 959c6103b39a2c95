/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUs and I/O APICs in boot_info, against the MADT (ACPI 6.5, 5.2.12). A CPU counts where it is
 * enabled and has an ID of its own. One with an ID of 8 bits belongs into an entry of the old kind;
 * the new kind tells of it only where there is no entry of the old kind at all.
 */
#include <stddef.h>
#include "checks.h"
#include "firmware_tables.h"
#include "follow_tables.h"
#include "report.h"

#define MADT_HEADER_BYTES 44
#define LOCAL_APIC	  0
#define IO_APIC		  1
#define LOCAL_X2APIC	  9
#define ENABLED		  1
#define IDS_OF_8_BITS	  0xff /* and the last of them stands for all CPUs */
#define X2APIC_ALL_CPUS	  UINT32_MAX

struct __attribute__((packed)) entry {
	uint8_t type, bytes;
	union {
		struct {
			uint8_t uid, apic_id;
			uint32_t flags;
		} __attribute__((packed)) local_apic;
		struct {
			uint8_t id, reserved;
			uint32_t phys, gsi_base;
		} __attribute__((packed)) io_apic;
		struct {
			uint16_t reserved;
			uint32_t apic_id, flags, uid;
		} __attribute__((packed)) x2apic;
	};
};

struct cpu {
	uint32_t apic_id, uid;
};

static const uint8_t *madt;
static uint64_t madt_bytes;
static bool has_old_kind;

/* The entry behind this one, or the first one; NULL at the end, which a wrong length is, too. */
static const struct entry *next(const struct entry *entry)
{
	static const uint8_t least[] = { [LOCAL_APIC] = 8, [IO_APIC] = 12, [LOCAL_X2APIC] = 16 };
	const uint8_t *at =
		entry ? (const uint8_t *)entry + entry->bytes : madt + MADT_HEADER_BYTES;
	const uint64_t left = (uint64_t)(madt + madt_bytes - at);
	const struct entry *e = (const void *)at;

	if (left < 2 || e->bytes < 2 || e->bytes > left)
		return NULL;
	return e->type < sizeof(least) && e->bytes < least[e->type] ? NULL : e;
}

static bool is_old_kind(const struct entry *e)
{
	return e->type == LOCAL_APIC && e->local_apic.flags & ENABLED &&
	       e->local_apic.apic_id < IDS_OF_8_BITS;
}

/* Whether the entry is of a CPU that counts, and which. */
static bool is_cpu(const struct entry *e, struct cpu *cpu)
{
	if (is_old_kind(e)) {
		*cpu = (struct cpu){ e->local_apic.apic_id, e->local_apic.uid };
		return true;
	}
	if (e->type != LOCAL_X2APIC || !(e->x2apic.flags & ENABLED) ||
	    e->x2apic.apic_id == X2APIC_ALL_CPUS)
		return false;
	*cpu = (struct cpu){ e->x2apic.apic_id, e->x2apic.uid };
	return cpu->apic_id >= IDS_OF_8_BITS || !has_old_kind;
}

/* The UID of the first entry with this APIC ID, or that there is none. */
static bool find_uid(uint32_t apic_id, uint32_t *uid)
{
	struct cpu cpu;

	for (const struct entry *e = NULL; (e = next(e));)
		if (is_cpu(e, &cpu) && cpu.apic_id == apic_id) {
			*uid = cpu.uid;
			return true;
		}
	return false;
}

static uint64_t count_id(uint32_t apic_id)
{
	uint64_t count = 0;

	for (uint64_t n = 0; n < boot->cpu_count; n++)
		count += boot->cpus[n].apic_id == apic_id;
	return count;
}

static void check_cpus(void)
{
	struct cpu cpu;

	point_begin("boot_info: CPUs and their ACPI UIDs are those of the MADT");
	for (uint64_t n = 0; n < boot->cpu_count; n++) {
		uint32_t uid = 0;

		/* The CPU that runs is there, whatever the MADT says. */
		if (!find_uid(boot->cpus[n].apic_id, &uid))
			expect("an APIC ID that the MADT does not list", boot->cpus[n].apic_id, 0,
			       n);
		expect("acpi_uid of the CPU with APIC ID", boot->cpus[n].apic_id, uid,
		       boot->cpus[n].acpi_uid);
	}
	for (const struct entry *e = NULL; (e = next(e));)
		if (is_cpu(e, &cpu))
			expect("elements for the CPU with APIC ID", cpu.apic_id, 1,
			       count_id(cpu.apic_id));
	point_end();
}

static const struct entry *io_apic_at(uint64_t phys)
{
	for (const struct entry *e = NULL; (e = next(e));)
		if (e->type == IO_APIC && e->io_apic.phys == phys)
			return e;
	return NULL;
}

static void check_io_apics(void)
{
	uint64_t count = 0;

	point_begin("boot_info: I/O APICs are those of the MADT");
	for (const struct entry *e = NULL; (e = next(e));)
		count += e->type == IO_APIC;
	expect("io_apic_count", 0,
	       count < KEEL_FIXMAP_IO_APIC_COUNT ? count : KEEL_FIXMAP_IO_APIC_COUNT,
	       boot->io_apic_count);
	for (uint64_t n = 0; n < boot->io_apic_count; n++) {
		const struct keel_io_apic *io = &boot->io_apics[n];
		const struct entry *e = io_apic_at(io->phys + io->offset);

		if (!expect("the MADT lists it", io->phys, true, e != NULL) || !e)
			continue;
		expect("id", io->phys, e->io_apic.id, io->id);
		expect("gsi_base", io->phys, e->io_apic.gsi_base, io->gsi_base);
	}
	point_end();
}

void check_madt(void)
{
	madt = madt_met();
	madt_bytes = madt ? number(madt, 4, 4) : 0;
	if (!madt) {
		point_begin("boot_info: CPUs and I/O APICs are those of the MADT");
		point_skip("there is no MADT");
		return;
	}
	for (const struct entry *e = NULL; (e = next(e));)
		has_old_kind |= is_old_kind(e);
	check_cpus();
	check_io_apics();
}
