/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine/acpi.h"
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

#define RSDP_1_BYTES 20 /* of revision 0, and what the first checksum is of */

struct table {
	char signature[4];
	uint32_t length;
	uint8_t revision;
	uint8_t checksum;
	char oem[26];
} __attribute__((packed));

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

/* A table that can be read, and what it is called; NULL if it is not. */
static const struct table *table_at(const struct listed_tables *tables, uint64_t phys,
				    const char *signature)
{
	const struct table *t = (const void *)phys;

	if (!listed_tables_hold(tables, phys, sizeof(*t)) || memcmp(t->signature, signature, 4) ||
	    t->length < sizeof(*t) || !listed_tables_hold(tables, phys, t->length))
		return NULL;
	return t;
}

/* Of tables of one kind: the first whose checksum is right, or else the first. */
struct choice {
	const struct table *table;
	bool sound;
};

static void consider(struct choice *choice, const struct table *t, uint64_t least_bytes)
{
	if (!t || t->length < least_bytes || choice->sound)
		return;
	choice->sound = sums_to_zero(t, t->length);
	if (choice->sound || !choice->table)
		choice->table = t;
}

/*
 * One with a wrong checksum is used, too, as ACPICA does: boards have shipped with such. What it
 * leads to is looked at in any case.
 */
static const struct table *settle(const struct firmware *fw, const struct choice *choice,
				  const char *signature)
{
	if (choice->table && !choice->sound)
		note(fw, "the checksum of the ACPI table %s is wrong: it is used all the same",
		     signature);
	return choice->table;
}

/* The table that lists the others. */
struct root {
	const struct table *table; /* NULL: there is none */
	unsigned entry_bytes;	   /* of an address in it */
};

/* The XSDT, or where that cannot be read the RSDT. */
static struct root find_root(const struct firmware *fw, const struct listed_tables *tables)
{
	const struct rsdp *rsdp = (const void *)tables->roots.rsdp_phys;
	struct choice xsdt = { NULL };
	struct choice rsdt = { NULL };

	if (!rsdp || !listed_tables_hold(tables, tables->roots.rsdp_phys, RSDP_1_BYTES) ||
	    memcmp(rsdp->signature, "RSD PTR ", 8) || !sums_to_zero(rsdp, RSDP_1_BYTES))
		return (struct root){ NULL };
	if (rsdp->revision >= 2)
		consider(&xsdt, table_at(tables, rsdp->xsdt_phys, "XSDT"), 0);
	if (xsdt.table)
		return (struct root){ settle(fw, &xsdt, "XSDT"), 8 };
	consider(&rsdt, table_at(tables, rsdp->rsdt_phys, "RSDT"), 0);
	return (struct root){ settle(fw, &rsdt, "RSDT"), 4 };
}

/* One that is long enough; NULL if there is none. */
static const struct table *find_table(const struct firmware *fw, const struct listed_tables *tables,
				      const struct root *root, const char *signature,
				      uint64_t least_bytes)
{
	const uint64_t end = root->table ? root->table->length : 0;
	struct choice choice = { 0 };

	for (uint64_t at = sizeof(*root->table); at + root->entry_bytes <= end;
	     at += root->entry_bytes) {
		uint64_t phys = 0;

		memcpy(&phys, (const char *)root->table + at, root->entry_bytes);
		consider(&choice, table_at(tables, phys, signature), least_bytes);
	}
	return settle(fw, &choice, signature);
}

/* From the APIC itself: what CPUID says of it is wrong in some virtual machines. */
static uint32_t own_apic_id(const struct cpu *cpu, uint64_t local_apic_phys)
{
	if (cpu->x2apic)
		return (uint32_t)read_msr(MSR_X2APIC_ID);
	if (cpu->apic_base)
		return *(volatile uint32_t *)(local_apic_phys + APIC_ID) >> 24;
	return cpuid(LEAF_FEATURES, 0).ebx >> 24;
}

static void note_oddities(const struct firmware *fw, const struct acpi *acpi)
{
	const struct madt *madt = &acpi->madt;

	if (madt->io_apics_left_out)
		note(fw, "I/O APIC at %x left out: more than %u of them", madt->left_out_phys,
		     (uint64_t)KEEL_FIXMAP_IO_APIC_COUNT);
	if (madt->wrong_offset)
		note(fw, "the MADT is used up to byte %u: the entry there has %u bytes, it says",
		     madt->wrong_offset, madt->wrong_length);
	if (acpi->has_madt && !madt->lists_own_cpu)
		note(fw, "the MADT does not list this CPU, APIC ID %x",
		     (uint64_t)madt->cpus[0].apic_id);
}

EFI_STATUS acpi_examine(const struct firmware *fw, const struct listed_tables *tables,
			const struct cpu *cpu, struct acpi *acpi)
{
	const struct root root = find_root(fw, tables);
	const struct table *madt = find_table(fw, tables, &root, "APIC", MADT_HEADER_BYTES);
	const struct spcr *spcr =
		(const void *)find_table(fw, tables, &root, "SPCR", sizeof(*spcr));
	const uint64_t madt_bytes = madt ? madt->length : 0;
	EFI_STATUS status;

	*acpi = (struct acpi){ .has_madt = madt };
	acpi->local_apic_phys = cpu->apic_base & KEEL_PTE_ADDRESS;
	/* An address that the CPU cannot reach would be no page of the fixmap. */
	if (spcr && spcr->space == SPCR_SPACE_MEMORY && !(spcr->address >> cpu->paging.phys_bits))
		acpi->early_console_phys = spcr->address;
	status = block_allocate(fw, &acpi->block, BYTES_TO_PAGES(madt_work_bytes(madt_bytes)),
				"the list of CPUs");
	if (EFI_ERROR(status))
		return status;
	madt_read(madt, madt_bytes, own_apic_id(cpu, acpi->local_apic_phys),
		  block_memory(&acpi->block), &acpi->madt);
	note_oddities(fw, acpi);
	return EFI_SUCCESS;
}

void acpi_free(const struct firmware *fw, struct acpi *acpi)
{
	block_free(fw, &acpi->block);
}
