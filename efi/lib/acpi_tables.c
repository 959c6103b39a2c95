/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACPI's tables (ACPI 6.5, 5.2): RSDP, XSDT or RSDT, each table that it lists, and what three of
 * those lead to: the FADT, the TPM's (TCG ACPI specification 1.4, 8) and the BGRT.
 */
#include "lib/table_list.h"

/* Offsets; 5.2.5.3, 5.2.6, 5.2.9, 5.2.23. */
enum {
	RSDP_REVISION = 15,
	RSDP_RSDT = 16,
	RSDP_XSDT = 24,
	TABLE_BYTES = 4,
	FADT_FACS = 36,
	FADT_DSDT = 40,
	FADT_X_FACS = 132,
	FADT_X_DSDT = 140,
	TPM2_LOG_BYTES = 64,
	TPM2_LOG = 68,
	BGRT_TYPE = 39, /* 0: a bitmap */
	BGRT_IMAGE = 40,
	BITMAP_BYTES = 2, /* of the whole file, after "BM" */
};

#define RSDP_1_BYTES  20 /* of revision 0 */
#define RSDP_2_BYTES  36
#define HEADER_BYTES  36 /* of all tables but the FACS */
#define FACS_BYTES    64
#define BITMAP_HEADER 14

/* A table with this signature, NULL: any. NULL where there is none, or where it is left out. */
static const uint8_t *take_acpi_table(struct table_list *list, const char *signature, uint64_t phys,
				      uint64_t least_bytes, bool writable)
{
	char name[] = "ACPI";
	const uint8_t *table =
		table_look(list, signature ? signature : name, phys, TABLE_BYTES + 4);
	uint64_t bytes;

	if (!table)
		return NULL;
	if (signature && !table_begins(table, signature)) {
		table_tell(list, TABLE_SIGNATURE, signature, phys, 0);
		return NULL;
	}
	for (unsigned n = 0; name[n]; n++)
		name[n] = (char)table[n];
	bytes = table_number(table, TABLE_BYTES, 4);
	if (bytes < least_bytes) {
		table_tell(list, TABLE_LENGTH, name, phys, bytes);
		return NULL;
	}
	return table_add(list, name, phys, bytes, writable) ? table : NULL;
}

/* What a table has at this offset; 0 if it ends before. */
static uint64_t member(const uint8_t *table, unsigned offset, unsigned bytes)
{
	if (table_number(table, TABLE_BYTES, 4) < offset + bytes)
		return 0;
	return table_number(table, offset, bytes);
}

/* The address of 64 bits, where there is one, or that of 32. */
static uint64_t either(const uint8_t *table, unsigned offset64, unsigned offset32)
{
	const uint64_t phys = member(table, offset64, 8);

	return phys ? phys : member(table, offset32, 4);
}

static void walk_fadt(struct table_list *list, const uint8_t *fadt)
{
	/* Its global lock is written by the kernel: 5.2.10. */
	take_acpi_table(list, "FACS", either(fadt, FADT_X_FACS, FADT_FACS), FACS_BYTES, true);
	take_acpi_table(list, "DSDT", either(fadt, FADT_X_DSDT, FADT_DSDT), HEADER_BYTES, false);
}

static void walk_tpm2(struct table_list *list, const uint8_t *tpm2)
{
	const uint64_t phys = member(tpm2, TPM2_LOG, 8);
	const uint64_t bytes = member(tpm2, TPM2_LOG_BYTES, 4);

	if (phys && bytes && table_look(list, "TPM event log", phys, 1))
		table_add(list, "TPM event log", phys, bytes, false);
}

static void walk_bgrt(struct table_list *list, const uint8_t *bgrt)
{
	const uint64_t phys = member(bgrt, BGRT_TYPE, 1) ? 0 : member(bgrt, BGRT_IMAGE, 8);
	const uint8_t *image = table_look(list, "BGRT's image", phys, BITMAP_HEADER);

	if (!image)
		return;
	if (table_begins(image, "BM"))
		table_add(list, "BGRT's image", phys, table_number(image, BITMAP_BYTES, 4), false);
	else
		table_tell(list, TABLE_SIGNATURE, "BGRT's image", phys, 0);
}

static void walk_entry(struct table_list *list, uint64_t phys)
{
	const uint8_t *table = take_acpi_table(list, NULL, phys, HEADER_BYTES, false);

	if (!table)
		return;
	if (table_begins(table, "FACP"))
		walk_fadt(list, table);
	else if (table_begins(table, "TPM2"))
		walk_tpm2(list, table);
	else if (table_begins(table, "BGRT"))
		walk_bgrt(list, table);
}

/* Returns whether it is one. */
static bool walk_root(struct table_list *list, const char *signature, uint64_t phys,
		      unsigned entry_bytes)
{
	const uint8_t *root = take_acpi_table(list, signature, phys, HEADER_BYTES, false);
	const uint64_t bytes = root ? table_number(root, TABLE_BYTES, 4) : 0;

	for (uint64_t at = HEADER_BYTES; at + entry_bytes <= bytes; at += entry_bytes) {
		const uint64_t entry = table_number(root + at, 0, entry_bytes);

		if (entry != phys)
			walk_entry(list, entry);
		else if (table_look(list, signature, phys, HEADER_BYTES))
			table_tell(list, TABLE_LOOP, signature, phys, 0);
	}
	return root;
}

static bool rsdp_is_whole(struct table_list *list, const uint8_t *rsdp, uint64_t phys)
{
	uint8_t sum = 0;

	for (unsigned n = 0; n < RSDP_1_BYTES; n++)
		sum += rsdp[n];
	if (sum)
		table_tell(list, TABLE_CHECKSUM, "RSDP", phys, sum);
	return !sum;
}

void table_walk_acpi(struct table_list *list, uint64_t rsdp_phys)
{
	const uint8_t *rsdp = table_look(list, "RSDP", rsdp_phys, RSDP_1_BYTES);
	uint64_t bytes = RSDP_1_BYTES;

	if (!rsdp)
		return;
	if (!table_begins(rsdp, "RSD PTR ")) {
		table_tell(list, TABLE_SIGNATURE, "RSDP", rsdp_phys, 0);
		return;
	}
	if (!rsdp_is_whole(list, rsdp, rsdp_phys))
		return;
	if (rsdp[RSDP_REVISION] >= 2)
		bytes = RSDP_2_BYTES;
	if (!table_add(list, "RSDP", rsdp_phys, bytes, false))
		return;
	if (bytes == RSDP_2_BYTES && walk_root(list, "XSDT", table_number(rsdp, RSDP_XSDT, 8), 8))
		return;
	walk_root(list, "RSDT", table_number(rsdp, RSDP_RSDT, 4), 4);
}
