/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include "lib/madt.h"

#define LOCAL_APIC  0
#define IO_APIC	    1
#define X2APIC	    9
#define CPU_ENABLED 1
#define LEAST_BYTES 8 /* of an entry for a CPU */

#define XAPIC_BROADCAST	 0xff
#define X2APIC_BROADCAST 0xffffffff

struct madt_entry {
	uint8_t type;
	uint8_t length;
	union {
		struct {
			uint8_t uid;
			uint8_t apic_id;
			uint32_t flags;
		} __attribute__((packed)) local_apic;
		struct {
			uint8_t id;
			uint8_t reserved;
			uint32_t phys;
			uint32_t gsi_base;
		} __attribute__((packed)) io_apic;
		struct {
			uint16_t reserved;
			uint32_t apic_id;
			uint32_t flags;
			uint32_t uid;
		} __attribute__((packed)) x2apic;
	};
} __attribute__((packed));

/* A table that is being read. */
struct reader {
	const char *start;
	const char *end;
	struct madt *madt;
	bool has_local_apics; /* entries of the old kind, of enabled CPUs */
	/* APIC IDs that were met: a hash table, with X2APIC_BROADCAST in what is free. */
	uint32_t *met;
	uint64_t met_mask;
};

/* Whether an entry fits into what is left; what it is shorter than is not known of all types. */
static bool is_whole(const struct reader *r, const struct madt_entry *entry)
{
	static const uint8_t least[] = {
		[LOCAL_APIC] = 8,
		[IO_APIC] = 12,
		[X2APIC] = 16,
	};
	const uint64_t left = (uint64_t)(r->end - (const char *)entry);

	return left >= 2 && entry->length >= 2 && entry->length <= left &&
	       (entry->type >= sizeof(least) || entry->length >= least[entry->type]);
}

/* The entry after `entry` (NULL: the first), or NULL at the end or where the lengths are wrong. */
static const struct madt_entry *next_entry(const struct reader *r, const struct madt_entry *entry)
{
	const char *at = entry ? (const char *)entry + entry->length : r->start;
	const struct madt_entry *next = (const void *)at;

	if (at == r->end)
		return NULL;
	if (is_whole(r, next))
		return next;
	r->madt->wrong_offset = (uint64_t)(at - r->start) + MADT_HEADER_BYTES;
	r->madt->wrong_length = r->end - at < 2 ? 0 : next->length;
	return NULL;
}

/* All ones are not a CPU but all of them. */
static bool is_local_apic(const struct madt_entry *e)
{
	return e->type == LOCAL_APIC && e->local_apic.flags & CPU_ENABLED &&
	       e->local_apic.apic_id != XAPIC_BROADCAST;
}

/*
 * IDs of 8 bits belong into entries of the old kind (ACPI 6.5, 5.2.12.12). Some boards list such a
 * CPU in both kinds, others only in the new one.
 */
static bool is_enabled_cpu(const struct reader *r, const struct madt_entry *e)
{
	if (e->type != X2APIC)
		return is_local_apic(e);
	return e->x2apic.flags & CPU_ENABLED && e->x2apic.apic_id != X2APIC_BROADCAST &&
	       (e->x2apic.apic_id >= XAPIC_BROADCAST || !r->has_local_apics);
}

/* Whether this ID was not met before: it is from now on. The table is never more than half full. */
static bool is_new(struct reader *r, uint32_t apic_id)
{
	uint64_t at = apic_id * UINT32_C(0x9e3779b1) & r->met_mask;

	for (; r->met[at] != X2APIC_BROADCAST; at = (at + 1) & r->met_mask)
		if (r->met[at] == apic_id)
			return false;
	r->met[at] = apic_id;
	return true;
}

/* Some firmware lists a CPU more than once: it would get two stacks, and be started twice. */
static void take_cpu(struct reader *r, const struct madt_entry *e)
{
	const bool is_x2apic = e->type == X2APIC;
	const struct madt_cpu cpu = {
		.apic_id = is_x2apic ? e->x2apic.apic_id : e->local_apic.apic_id,
		.acpi_uid = is_x2apic ? e->x2apic.uid : e->local_apic.uid,
	};
	struct madt *madt = r->madt;

	if (cpu.apic_id == madt->cpus[0].apic_id && !madt->lists_own_cpu) {
		madt->cpus[0] = cpu;
		madt->lists_own_cpu = true;
	} else if (cpu.apic_id != madt->cpus[0].apic_id && is_new(r, cpu.apic_id)) {
		madt->cpus[madt->cpu_count++] = cpu;
	}
}

static void take_io_apic(struct madt *madt, const struct madt_entry *e)
{
	if (madt->io_apic_count == KEEL_FIXMAP_IO_APIC_COUNT) {
		if (!madt->io_apics_left_out++)
			madt->left_out_phys = e->io_apic.phys;
		return;
	}
	madt->io_apics[madt->io_apic_count] = (struct keel_io_apic){
		.phys = e->io_apic.phys & ~(KEEL_PAGE_SIZE - 1),
		.offset = e->io_apic.phys % KEEL_PAGE_SIZE,
		.id = e->io_apic.id,
		.gsi_base = e->io_apic.gsi_base,
		.slot = KEEL_FIXMAP_IO_APIC_FIRST + madt->io_apic_count,
	};
	madt->io_apic_count++;
}

static uint64_t most_cpus(uint64_t table_bytes)
{
	return table_bytes / LEAST_BYTES + 1;
}

/* A power of two, at least twice as many as there can be CPUs. */
static uint64_t met_slots(uint64_t table_bytes)
{
	uint64_t slots = 2;

	while (slots < 2 * most_cpus(table_bytes))
		slots *= 2;
	return slots;
}

uint64_t madt_work_bytes(uint64_t table_bytes)
{
	return KEEL_FIXMAP_IO_APIC_COUNT * sizeof(struct keel_io_apic) +
	       most_cpus(table_bytes) * sizeof(struct madt_cpu) +
	       met_slots(table_bytes) * sizeof(uint32_t);
}

void madt_read(const void *table, uint64_t table_bytes, uint32_t own_apic_id, void *work,
	       struct madt *madt)
{
	const uint64_t slots = met_slots(table_bytes);
	struct reader r = { .madt = madt, .met_mask = slots - 1 };

	*madt = (struct madt){ .io_apics = work, .cpu_count = 1 };
	madt->cpus = (struct madt_cpu *)(madt->io_apics + KEEL_FIXMAP_IO_APIC_COUNT);
	madt->cpus[0] = (struct madt_cpu){ .apic_id = own_apic_id };
	r.met = (uint32_t *)(madt->cpus + most_cpus(table_bytes));
	if (table_bytes < MADT_HEADER_BYTES)
		return;
	r.start = (const char *)table + MADT_HEADER_BYTES;
	r.end = (const char *)table + table_bytes;
	for (uint64_t n = 0; n < slots; n++)
		r.met[n] = X2APIC_BROADCAST;
	for (const struct madt_entry *e = NULL; (e = next_entry(&r, e));)
		r.has_local_apics |= is_local_apic(e);
	for (const struct madt_entry *e = NULL; (e = next_entry(&r, e));) {
		if (is_enabled_cpu(&r, e))
			take_cpu(&r, e);
		else if (e->type == IO_APIC)
			take_io_apic(madt, e);
	}
}
