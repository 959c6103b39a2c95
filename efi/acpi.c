/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs, I/O APICs and the early console, from ACPI's tables (ACPI 6.5, 5.2). */
#include "loader.h"
#include "cpu.h"

struct rsdp {
	char signature[8];
	uint8_t checksum;
	char oem[6];
	uint8_t revision;
	uint32_t rsdt_phys;
	/* From revision 2 on: */
	uint32_t length;
	uint64_t xsdt_phys;
	uint8_t extended_checksum;
	uint8_t reserved[3];
} __attribute__((packed));

struct table {
	char signature[4];
	uint32_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem[26];
} __attribute__((packed));

/* MADT (5.2.12): entries of a type, a length and a body follow. */
struct madt {
	struct table table;
	uint32_t local_apic_phys;
	uint32_t flags;
} __attribute__((packed));

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
			uint64_t phys;
		} __attribute__((packed)) address_override;
		struct {
			uint16_t reserved;
			uint32_t apic_id;
			uint32_t flags;
			uint32_t uid;
		} __attribute__((packed)) x2apic;
	};
} __attribute__((packed));

#define MADT_LOCAL_APIC	      0
#define MADT_IO_APIC	      1
#define MADT_ADDRESS_OVERRIDE 5
#define MADT_X2APIC	      9
#define MADT_CPU_ENABLED      1

#define XAPIC_BROADCAST	 0xff
#define X2APIC_BROADCAST 0xffffffff

/* SPCR (Microsoft, "Serial Port Console Redirection Table"): a generic address at offset 40. */
struct spcr {
	struct table table;
	uint8_t interface;
	uint8_t reserved[3];
	uint8_t space; /* 0: memory */
	uint8_t width, offset, access;
	uint64_t address;
} __attribute__((packed));

#define SPCR_SPACE_MEMORY 0

static bool sums_to_zero(const void *data, uint64_t bytes)
{
	const uint8_t *byte = data;
	uint8_t sum = 0;

	while (bytes--)
		sum += *byte++;
	return sum == 0;
}

static bool is_sound(const struct table *t, const char *signature)
{
	return !memcmp(t->signature, signature, 4) && t->length >= sizeof(*t) &&
	       sums_to_zero(t, t->length);
}

static const struct table *find_table(const struct loader *l, const char *signature,
				      uint64_t least_bytes)
{
	const struct rsdp *rsdp = (const void *)l->facts.rsdp_phys;
	const bool is_xsdt = rsdp && rsdp->revision >= 2 && rsdp->xsdt_phys;
	const struct table *root;
	uint64_t entry_bytes = is_xsdt ? 8 : 4;

	if (!rsdp || memcmp(rsdp->signature, "RSD PTR ", 8) || !sums_to_zero(rsdp, 20))
		return NULL;
	root = (const void *)(is_xsdt ? rsdp->xsdt_phys : (uint64_t)rsdp->rsdt_phys);
	if (!root || !is_sound(root, is_xsdt ? "XSDT" : "RSDT"))
		return NULL;
	for (uint64_t at = sizeof(*root); at + entry_bytes <= root->length; at += entry_bytes) {
		uint64_t phys = 0;
		const struct table *t;

		memcpy(&phys, (const char *)root + at, entry_bytes);
		t = (const void *)phys;
		if (t && !memcmp(t->signature, signature, 4) && is_sound(t, signature) &&
		    t->length >= least_bytes)
			return t;
	}
	return NULL;
}

/* The entry after `entry` (NULL: the first), or NULL at the end or where the lengths are wrong. */
static const struct madt_entry *next_entry(const struct madt *madt, const struct madt_entry *entry)
{
	const char *end = (const char *)madt + madt->table.length;
	const char *at = entry ? (const char *)entry + entry->length : (const char *)(madt + 1);
	static const uint8_t least[MADT_X2APIC + 1] = {
		[MADT_LOCAL_APIC] = 8,
		[MADT_IO_APIC] = 12,
		[MADT_ADDRESS_OVERRIDE] = 12,
		[MADT_X2APIC] = 16,
	};
	const struct madt_entry *next = (const void *)at;

	if (end - at < 2 || next->length < 2 || next->length > end - at ||
	    (next->type <= MADT_X2APIC && next->length < least[next->type]))
		return NULL;
	return next;
}

/* All ones are not a CPU but all of them. */
static bool is_local_apic(const struct madt_entry *e)
{
	return e->type == MADT_LOCAL_APIC && e->local_apic.flags & MADT_CPU_ENABLED &&
	       e->local_apic.apic_id != XAPIC_BROADCAST;
}

static bool has_local_apics(const struct madt *madt)
{
	for (const struct madt_entry *e = NULL; (e = next_entry(madt, e));)
		if (is_local_apic(e))
			return true;
	return false;
}

/*
 * IDs of 8 bits belong into entries of the old kind (ACPI 6.5, 5.2.12.12). Some boards list such a
 * CPU in both kinds, others only in the new one.
 */
static bool is_enabled_cpu(const struct madt *madt, const struct madt_entry *e)
{
	if (e->type != MADT_X2APIC)
		return is_local_apic(e);
	return e->x2apic.flags & MADT_CPU_ENABLED && e->x2apic.apic_id != X2APIC_BROADCAST &&
	       (e->x2apic.apic_id >= XAPIC_BROADCAST || !has_local_apics(madt));
}

/* This CPU's APIC ID: 32 bits wide where leaf 0Bh exists (SDM vol. 3A 10.12.8.1). */
static uint32_t own_apic_id(void)
{
	if (cpuid(0, 0).eax >= 0xb && cpuid(0xb, 0).ebx)
		return cpuid(0xb, 0).edx;
	return cpuid(1, 0).ebx >> 24;
}

void acpi_examine(struct loader *l)
{
	const struct madt *madt = (const void *)find_table(l, "APIC", sizeof(struct madt));
	const struct spcr *spcr = (const void *)find_table(l, "SPCR", sizeof(struct spcr));
	struct acpi_facts *acpi = &l->acpi;

	acpi->madt = madt;
	acpi->local_apic_phys = read_msr(MSR_APIC_BASE) & KEEL_PTE_ADDRESS;
	if (spcr && spcr->space == SPCR_SPACE_MEMORY)
		acpi->early_console_phys = spcr->address;
	for (const struct madt_entry *e = NULL; madt && (e = next_entry(madt, e));) {
		if (is_enabled_cpu(madt, e))
			acpi->cpu_count++;
		else if (e->type == MADT_IO_APIC && acpi->io_apic_count < KEEL_FIXMAP_IO_APIC_COUNT)
			acpi->io_apic_count++;
		else if (e->type == MADT_IO_APIC)
			say(l, "  note      I/O APIC at %x left out: more than %u of them\n",
			    (uint64_t)e->io_apic.phys, (uint64_t)KEEL_FIXMAP_IO_APIC_COUNT);
	}
	if (!acpi->cpu_count)
		acpi->cpu_count = 1;
	say(l, "  acpi      %s%u CPUs, %u I/O APICs\n", madt ? "" : "no usable MADT, ",
	    acpi->cpu_count, acpi->io_apic_count);
}

void acpi_fill(const struct loader *l, struct keel_cpu *cpus, struct keel_io_apic *io_apics)
{
	const struct madt *madt = l->acpi.madt;
	const uint32_t own = own_apic_id();
	uint64_t cpu = 0;
	uint64_t io_apic = 0;

	cpus[0].apic_id = own;
	for (const struct madt_entry *e = NULL; madt && (e = next_entry(madt, e));) {
		if (is_enabled_cpu(madt, e) && cpu < l->acpi.cpu_count) {
			const bool x2 = e->type == MADT_X2APIC;

			cpus[cpu].apic_id = x2 ? e->x2apic.apic_id : e->local_apic.apic_id;
			cpus[cpu].acpi_uid = x2 ? e->x2apic.uid : e->local_apic.uid;
			/* CPU 0 is the one that runs. */
			if (cpus[cpu].apic_id == own && cpu) {
				const struct keel_cpu first = cpus[0];

				cpus[0] = cpus[cpu];
				cpus[cpu] = first;
			}
			cpu++;
		} else if (e->type == MADT_IO_APIC && io_apic < l->acpi.io_apic_count) {
			io_apics[io_apic] = (struct keel_io_apic){
				.phys = e->io_apic.phys & ~(KEEL_PAGE_SIZE - 1),
				.offset = e->io_apic.phys % KEEL_PAGE_SIZE,
				.id = e->io_apic.id,
				.gsi_base = e->io_apic.gsi_base,
				.slot = KEEL_FIXMAP_IO_APIC_FIRST + io_apic,
			};
			io_apic++;
		}
	}
}
