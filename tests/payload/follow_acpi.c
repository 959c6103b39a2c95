/* SPDX-License-Identifier: BSD-2-Clause */
/* ACPI's tables (ACPI 6.5, 5.2), as a kernel follows them; see firmware_tables.h. */
#include "firmware_tables.h"
#include "follow_tables.h"
#include "report.h"

#define HEADER	    36
#define MADT_HEADER 44

/* Those that were met and are whole, for the audit. */
#define MET_AT_MOST 256
static const uint8_t *met[MET_AT_MOST];
static unsigned met_count;

const uint8_t *acpi_table_met(unsigned n)
{
	return n < met_count ? met[n] : NULL;
}

static void meet(const uint8_t *table)
{
	for (unsigned n = 0; n < met_count; n++)
		if (met[n] == table)
			return;
	if (met_count < MET_AT_MOST)
		met[met_count++] = table;
}

static const uint8_t *acpi_table(const char *signature, uint64_t phys, uint64_t least, bool written)
{
	const char *what = "an ACPI table is mapped";
	const uint8_t *t = look(what, phys, 8);

	if (!t || (signature && !is(t, signature)) || number(t, 4, 4) < least ||
	    !keep(what, phys, number(t, 4, 4), written))
		return NULL;
	meet(t);
	return t;
}

/* Zero where the table is too short for it. */
static uint64_t field(const uint8_t *t, uint64_t offset, size_t bytes)
{
	return number(t, 4, 4) >= offset + bytes ? number(t, offset, bytes) : 0;
}

static void follow_fadt(const uint8_t *t)
{
	const uint64_t facs = field(t, 132, 8), dsdt = field(t, 140, 8);

	acpi_table("FACS", facs ? facs : field(t, 36, 4), 64, true);
	acpi_table("DSDT", dsdt ? dsdt : field(t, 40, 4), HEADER, false);
}

/* TCG ACPI specification 1.4, 8. */
static void follow_tpm2(const uint8_t *t)
{
	const uint64_t bytes = field(t, 64, 4), phys = field(t, 68, 8);

	if (bytes && look("the TPM's event log is mapped", phys, 1))
		keep("the TPM's event log is mapped", phys, bytes, false);
}

static void follow_bgrt(const uint8_t *t)
{
	const uint64_t phys = field(t, 39, 1) ? 0 : field(t, 40, 8);
	const uint8_t *image = look("the boot picture is mapped", phys, 14);

	if (image && is(image, "BM"))
		keep("the boot picture is mapped", phys, number(image, 2, 4), false);
}

/* The first whose checksum is right, or else the first: ACPICA uses one with a wrong one, too. */
static const uint8_t *madt;
static bool madt_is_sound;

static void meet_madt(const uint8_t *t)
{
	const uint64_t bytes = number(t, 4, 4);

	if (madt_is_sound || bytes < MADT_HEADER)
		return;
	madt_is_sound = !byte_sum(t, bytes);
	if (!madt || madt_is_sound)
		madt = t;
}

const uint8_t *madt_met(void)
{
	return madt;
}

static void follow_table(uint64_t phys)
{
	const uint8_t *t = acpi_table(NULL, phys, HEADER, false);

	if (t && is(t, "APIC"))
		meet_madt(t);
	if (t && is(t, "FACP"))
		follow_fadt(t);
	if (t && is(t, "TPM2"))
		follow_tpm2(t);
	if (t && is(t, "BGRT"))
		follow_bgrt(t);
}

static bool follow_list(const char *signature, uint64_t phys, size_t entry_bytes)
{
	const uint8_t *list = acpi_table(signature, phys, HEADER, false);

	if (!list)
		return false;
	for (uint64_t at = HEADER; at + entry_bytes <= number(list, 4, 4); at += entry_bytes)
		if (number(list, at, entry_bytes) == phys)
			look("a table that lists itself is mapped", phys, HEADER);
		else
			follow_table(number(list, at, entry_bytes));
	return true;
}

void check_acpi_tables(void)
{
	const uint8_t *rsdp;
	bool is_new;

	point_begin("firmware's tables: ACPI's, and what they lead to, are mapped");
	rsdp = look("the RSDP is mapped", boot->rsdp_phys, 20);
	is_new = rsdp && rsdp[15] >= 2;
	if (rsdp && is(rsdp, "RSD PTR ") && !byte_sum(rsdp, 20) &&
	    keep("the RSDP is mapped", boot->rsdp_phys, is_new ? 36 : 20, false) &&
	    !(is_new && follow_list("XSDT", number(rsdp, 24, 8), 8)))
		follow_list("RSDT", number(rsdp, 16, 4), 4);
	point_end();
}
