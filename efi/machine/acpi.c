/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs, I/O APICs and the early console, from ACPI's tables (ACPI 6.5, 5.2). */
#include "firmware.h"
#include "lib/x86.h"

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

#define MOST_TABLE_BYTES (16 << 20)

static bool sums_to_zero(const void *data, uint64_t bytes)
{
	const uint8_t *byte = data;
	uint8_t sum = 0;

	while (bytes--)
		sum += *byte++;
	return sum == 0;
}

/* Should the length be rubbish, what is behind the table need not be mapped. */
static bool is_sound(const struct table *t, const char *signature)
{
	return t && !memcmp(t->signature, signature, 4) && t->length >= sizeof(*t) &&
	       t->length <= MOST_TABLE_BYTES && sums_to_zero(t, t->length);
}

/* The XSDT, or where that is not sound the RSDT. */
static const struct table *find_root(const struct loader *l, uint64_t *entry_bytes)
{
	const struct rsdp *rsdp = (const void *)l->facts.rsdp_phys;
	const struct table *root;

	if (!rsdp || memcmp(rsdp->signature, "RSD PTR ", 8) || !sums_to_zero(rsdp, 20))
		return NULL;
	*entry_bytes = 8;
	root = (const void *)(rsdp->revision >= 2 ? rsdp->xsdt_phys : 0);
	if (is_sound(root, "XSDT"))
		return root;
	*entry_bytes = 4;
	root = (const void *)(uintptr_t)rsdp->rsdt_phys;
	return is_sound(root, "RSDT") ? root : NULL;
}

static const struct table *find_table(const struct loader *l, const char *signature,
				      uint64_t least_bytes)
{
	uint64_t entry_bytes;
	const struct table *root = find_root(l, &entry_bytes);

	if (!root)
		return NULL;
	for (uint64_t at = sizeof(*root); at + entry_bytes <= root->length; at += entry_bytes) {
		uint64_t phys = 0;
		const struct table *t;

		memcpy(&phys, (const char *)root + at, entry_bytes);
		t = (const void *)phys;
		if (is_sound(t, signature) && t->length >= least_bytes)
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
static bool is_enabled_cpu(const struct acpi_facts *acpi, const struct madt_entry *e)
{
	if (e->type != MADT_X2APIC)
		return is_local_apic(e);
	return e->x2apic.flags & MADT_CPU_ENABLED && e->x2apic.apic_id != X2APIC_BROADCAST &&
	       (e->x2apic.apic_id >= XAPIC_BROADCAST || !acpi->has_local_apics);
}

static uint32_t apic_id(const struct madt_entry *e)
{
	return e->type == MADT_X2APIC ? e->x2apic.apic_id : e->local_apic.apic_id;
}

/*
 * The first entry of an enabled CPU. Some firmware lists one more than once: Keel would give it two
 * stacks, and a kernel would start it twice.
 */
static bool is_new_cpu(const struct acpi_facts *acpi, const struct madt_entry *e)
{
	if (!is_enabled_cpu(acpi, e))
		return false;
	for (const struct madt_entry *other = NULL; (other = next_entry(acpi->madt, other)) != e;)
		if (is_enabled_cpu(acpi, other) && apic_id(other) == apic_id(e))
			return false;
	return true;
}

/* From the APIC itself: what CPUID says of it is wrong in some virtual machines. */
static uint32_t own_apic_id(const struct loader *l)
{
	if (l->facts.flags & KEEL_FLAG_X2APIC)
		return (uint32_t)read_msr(MSR_X2APIC_ID);
	if (read_msr(MSR_APIC_BASE) & APIC_BASE_ENABLED)
		return *(volatile uint32_t *)(l->acpi.local_apic_phys + APIC_ID) >> 24;
	return cpuid(LEAF_FEATURES, 0).ebx >> 24;
}

void acpi_examine(struct loader *l)
{
	const struct madt *madt = (const void *)find_table(l, "APIC", sizeof(struct madt));
	const struct spcr *spcr = (const void *)find_table(l, "SPCR", sizeof(struct spcr));
	struct acpi_facts *acpi = &l->acpi;
	bool listed = false;

	acpi->madt = madt;
	acpi->has_local_apics = madt && has_local_apics(madt);
	acpi->local_apic_phys = read_msr(MSR_APIC_BASE) & KEEL_PTE_ADDRESS;
	acpi->own_apic_id = own_apic_id(l);
	/* An address that the CPU cannot reach would be no page of the fixmap. */
	if (spcr && spcr->space == SPCR_SPACE_MEMORY && !(spcr->address >> l->machine.phys_bits))
		acpi->early_console_phys = spcr->address;
	acpi->cpu_count = 1;
	for (const struct madt_entry *e = NULL; madt && (e = next_entry(madt, e));) {
		if (is_new_cpu(acpi, e) && apic_id(e) != acpi->own_apic_id)
			acpi->cpu_count++;
		else if (is_enabled_cpu(acpi, e))
			listed |= apic_id(e) == acpi->own_apic_id;
		else if (e->type == MADT_IO_APIC && acpi->io_apic_count < KEEL_FIXMAP_IO_APIC_COUNT)
			acpi->io_apic_count++;
		else if (e->type == MADT_IO_APIC)
			say(l, "  note      I/O APIC at %x left out: more than %u of them\n",
			    (uint64_t)e->io_apic.phys, (uint64_t)KEEL_FIXMAP_IO_APIC_COUNT);
	}
	if (madt && !listed)
		say(l, "  note      the MADT does not list this CPU, APIC ID %x\n",
		    (uint64_t)acpi->own_apic_id);
	say(l, "  acpi      %s%u CPUs, %u I/O APICs\n", madt ? "" : "no usable MADT, ",
	    acpi->cpu_count, acpi->io_apic_count);
}

void acpi_fill(const struct loader *l, struct keel_cpu *cpus, struct keel_io_apic *io_apics)
{
	const struct madt *madt = l->acpi.madt;
	uint64_t cpu = 1;
	uint64_t io_apic = 0;

	/* CPU 0 is the one that runs. */
	cpus[0].apic_id = l->acpi.own_apic_id;
	for (const struct madt_entry *e = NULL; madt && (e = next_entry(madt, e));) {
		if (is_new_cpu(&l->acpi, e)) {
			struct keel_cpu *c = cpus;

			if (apic_id(e) != l->acpi.own_apic_id)
				c += cpu++;
			c->apic_id = apic_id(e);
			c->acpi_uid = e->type == MADT_X2APIC ? e->x2apic.uid : e->local_apic.uid;
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
