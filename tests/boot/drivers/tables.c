/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's tables lie where no memory is, one right after the other, so that they cross the
 * ends of pages: the RSDP, all ACPI tables, SMBIOS, ESRT, the TPM's logs, a boot picture, and the
 * configuration table. Variants:
 *
 * reserved in reserved memory hole in memory that no descriptor has device in what the memory map
 * calls a device's low in a hole below 1 MB across page by page in boot services memory, in a hole,
 * and in reserved memory rubbish in a hole; and the XSDT also lists itself, tables with wrong
 * lengths, what lies above all memory, and an FADT without a DSDT many in a hole; and the XSDT
 * lists more of them than anybody has late in a hole; and an ESRT, and another SMBIOS entry point
 * of 64 bits, come after Keel has looked
 */
#include "hooks.h"

#define AREA_PAGES   96
#define LOW_PAGES    24 /* there is not much memory below 1 MB */
#define LOW_LAST     0x9ffff
#define FIRST_OFFSET 0xff0 /* in the first page: the RSDP crosses its end */
#define MANY	     1500
#define FAR_PHYS     0x123400000000 /* above what QEMU has */
#define MOST_TABLES  64

/* Calls of GetMemoryMap: Keel measures and reads the map to look at the tables, then anew. */
#define LOOKED 2

/* ACPI 6.5, 5.2.6. */
struct __attribute__((packed)) table {
	UINT8 signature[4];
	UINT32 length;
	UINT8 revision;
	UINT8 checksum;
	UINT8 rest[26];
};

static const EFI_GUID acpi20_guid = {
	0x8868e871, 0xe4f1, 0x11d3, { 0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 }
};
static const EFI_GUID smbios_guid = {
	0xeb9d2d31, 0x2d88, 0x11d3, { 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d }
};
static const EFI_GUID smbios3_guid = {
	0xf2fd1544, 0x9794, 0x4a2c, { 0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94 }
};
static const EFI_GUID esrt_guid = {
	0xb122a263, 0x3661, 0x4f68, { 0x99, 0x29, 0x78, 0xf8, 0xb0, 0xd6, 0x21, 0x80 }
};
static const EFI_GUID final_events_guid = {
	0x1e2ed096, 0x30e2, 0x4254, { 0xbd, 0x89, 0x86, 0x3b, 0xbe, 0xf8, 0x23, 0x25 }
};

static const char *wanted;
static EFI_PHYSICAL_ADDRESS area;
static UINTN area_bytes;
static UINTN used;

/* --- Memory --- */

static void *take(UINTN bytes)
{
	UINT8 *taken = (UINT8 *)area + used;

	used += (bytes + 15) & ~15ULL;
	if (used > area_bytes)
		complain("the area is too small");
	return taken;
}

static void *copy_of(const void *from, UINTN bytes)
{
	return memcpy(take(bytes), from, bytes);
}

static void put(void *to, UINTN offset, UINT64 value, UINTN bytes)
{
	memcpy((UINT8 *)to + offset, &value, bytes);
}

static UINT64 get(const void *from, UINTN offset, UINTN bytes)
{
	UINT64 value = 0;

	memcpy(&value, (const UINT8 *)from + offset, bytes);
	return value;
}

/* The byte at `offset` makes all of them sum up to zero. */
static void sign(void *start, UINTN bytes, UINTN offset)
{
	UINT8 *b = start;
	UINT8 sum = 0;

	b[offset] = 0;
	for (UINTN n = 0; n < bytes; n++)
		sum += b[n];
	b[offset] = -sum;
}

static void sign_table(struct table *t)
{
	sign(t, t->length, 9);
}

/* --- ACPI --- */

static struct table *new_table(const char *signature, UINT32 bytes)
{
	struct table *t = take(bytes);

	for (UINTN n = 0; n < bytes; n++)
		((UINT8 *)t)[n] = 0;
	memcpy(t->signature, signature, 4);
	t->length = bytes;
	sign_table(t);
	return t;
}

static struct table *copy_table(UINT64 phys)
{
	const struct table *t = (const struct table *)phys;

	return copy_of(t, t->length);
}

static void copy_fadt_parts(struct table *fadt)
{
	const UINT64 facs = get(fadt, 132, 8) ? get(fadt, 132, 8) : get(fadt, 36, 4);
	const UINT64 dsdt = get(fadt, 140, 8) ? get(fadt, 140, 8) : get(fadt, 40, 4);

	if (fadt->length < 148 || !facs || !dsdt) {
		complain("an FADT that this driver does not know");
		return;
	}
	put(fadt, 36, 0, 8);
	put(fadt, 132, (UINT64)copy_table(facs), 8);
	put(fadt, 140, (UINT64)copy_table(dsdt), 8);
	if (text_is(wanted, "rubbish"))
		((struct table *)get(fadt, 140, 8))->signature[0] = 'X';
	sign_table(fadt);
}

/* TCG ACPI specification 1.4, 8: the log's size and place are its last members. */
static struct table *new_tpm2(void)
{
	struct table *t = new_table("TPM2", 76);

	put(t, 64, 0x1234, 4);
	put(t, 68, (UINT64)take(0x1234), 8);
	sign_table(t);
	return t;
}

/* ACPI 6.5, 5.2.23: a bitmap, whose own header begins with "BM" and its size. */
static struct table *new_bgrt(void)
{
	struct table *t = new_table("BGRT", 56);
	UINT8 *image = take(0x2345);

	image[0] = 'B';
	image[1] = 'M';
	put(image, 2, 0x2345, 4);
	put(t, 40, (UINT64)image, 8);
	sign_table(t);
	return t;
}

static UINTN add_rubbish(UINT64 *entries, UINTN count)
{
	struct table *shorter = new_table("OEM1", 36);
	struct table *longer = new_table("OEM2", 36);

	shorter->length = 5;
	longer->length = ~0U;
	entries[count++] = (UINT64)shorter;
	entries[count++] = (UINT64)longer;
	entries[count++] = FAR_PHYS;
	entries[count++] = area + used; /* where the XSDT itself comes to lie */
	return count;
}

static BOOLEAN has_signature(const struct table *t, const char *signature)
{
	for (UINTN n = 0; n < 4; n++)
		if (t->signature[n] != (UINT8)signature[n])
			return FALSE;
	return TRUE;
}

/* Copies of what the old XSDT lists, and tables that it does not have. Returns how many. */
static UINTN copy_entries(const struct table *old, UINT64 *entries)
{
	UINTN count = 0;

	for (UINTN at = sizeof(*old); at + 8 <= old->length && count < MOST_TABLES; at += 8) {
		struct table *t = copy_table(get(old, at, 8));

		if (has_signature(t, "FACP"))
			copy_fadt_parts(t);
		if (!has_signature(t, "BGRT") && !has_signature(t, "TPM2"))
			entries[count++] = (UINT64)t;
	}
	entries[count++] = (UINT64)new_tpm2();
	entries[count++] = (UINT64)new_bgrt();
	return count;
}

static struct table *new_xsdt(const struct table *old)
{
	static UINT64 entries[MOST_TABLES + MANY];
	UINTN count = copy_entries(old, entries);
	struct table *xsdt;

	if (text_is(wanted, "many"))
		for (UINTN n = 0; n < MANY; n++)
			entries[count++] = (UINT64)new_table("SSDT", 36);
	if (text_is(wanted, "rubbish"))
		count = add_rubbish(entries, count);
	xsdt = take(sizeof(*old) + 8 * count);
	memcpy(xsdt, old, sizeof(*old));
	memcpy(xsdt + 1, entries, 8 * count);
	xsdt->length = sizeof(*old) + 8 * count;
	sign_table(xsdt);
	return xsdt;
}

/* --- The configuration table --- */

static void install(const EFI_GUID *guid, void *table)
{
	EFI_GUID copy = *guid;

	if (EFI_ERROR(boot_services->InstallConfigurationTable(&copy, table)))
		complain("a table cannot be installed");
}

static void move_acpi(void)
{
	const UINT8 *old = configuration_table(&acpi20_guid);
	UINT8 *rsdp;

	if (!old || !get(old, 24, 8)) {
		complain("there is no XSDT");
		return;
	}
	rsdp = copy_of(old, 36);
	put(rsdp, 16, 0, 4);
	put(rsdp, 24, (UINT64)new_xsdt((const struct table *)get(old, 24, 8)), 8);
	sign(rsdp, 20, 8);
	sign(rsdp, 36, 32);
	install(&acpi20_guid, rsdp);
}

/* DSP0134 3.6, 5.2.1 and 5.2.2. */
static void move_smbios(void)
{
	const UINT8 *old = configuration_table(&smbios_guid);
	UINT8 *entry, *entry3;
	UINT64 bytes;

	if (!old) {
		complain("there is no SMBIOS");
		return;
	}
	bytes = get(old, 22, 2);
	entry = copy_of(old, 31);
	put(entry, 24, (UINT64)copy_of((const void *)get(old, 24, 4), bytes), 4);
	sign(entry + 16, 15, 5);
	sign(entry, 31, 4);
	install(&smbios_guid, entry);
	entry3 = take(24);
	memcpy(entry3, "_SM3_\0\x18\x03\x06\0\x01", 12);
	put(entry3, 12, bytes, 4);
	put(entry3, 16, (UINT64)copy_of((const void *)get(old, 24, 4), bytes), 8);
	sign(entry3, 24, 5);
	install(&smbios3_guid, entry3);
}

/* UEFI 2.10, 23.4: a count, and entries of 40 bytes. */
#define ESRT_BYTES (16 + 2 * 40)

static void *fill_esrt(UINT8 *esrt)
{
	put(esrt, 0, 2, 4);
	put(esrt, 4, 2, 4);
	put(esrt, 8, 1, 8);
	return esrt;
}

/* TCG EFI Protocol Specification 1.00, 7: one event with one SHA-256 digest, and 0x1100 bytes. */
static void *new_final_events(void)
{
	UINT8 *table = take(16 + 12 + 2 + 32 + 4 + 0x1100);

	put(table, 0, 1, 8);
	put(table, 8, 1, 8);
	put(table, 24, 1, 4);
	put(table, 28, 0xb, 2);
	put(table, 62, 0x1100, 4);
	return table;
}

static void move_configuration_table(void)
{
	system_table->ConfigurationTable =
		copy_of(system_table->ConfigurationTable,
			system_table->NumberOfTableEntries * sizeof(EFI_CONFIGURATION_TABLE));
	hook_sign(&system_table->Hdr);
}

/* --- The memory map --- */

static EFI_GET_MEMORY_MAP get_memory_map;
static UINTN calls;
static UINT8 *late; /* a page of its own: nothing else gets it mapped */

/* What a page of the area is, or NULL: it is in no descriptor. */
static const EFI_MEMORY_DESCRIPTOR *kind_of_page(UINTN page)
{
	static const EFI_MEMORY_DESCRIPTOR reserved = { .Type = EfiReservedMemoryType,
							.Attribute = EFI_MEMORY_WB };
	static const EFI_MEMORY_DESCRIPTOR device = { .Type = EfiMemoryMappedIO,
						      .Attribute = EFI_MEMORY_UC };
	static const EFI_MEMORY_DESCRIPTOR memory = { .Type = EfiBootServicesData,
						      .Attribute = EFI_MEMORY_WB };

	if (text_is(wanted, "across"))
		return page % 3 == 0 ? &memory : page % 3 == 1 ? NULL : &reserved;
	if (text_is(wanted, "device"))
		return &device;
	return text_is(wanted, "reserved") ? &reserved : NULL;
}

/* Makes one descriptor out of what the map says of the area. Returns how many there are then. */
static UINTN replace_area(void *map, UINTN count, UINTN stride)
{
	const UINTN pages = area_bytes / EFI_PAGE_SIZE;
	UINTN n = 0;

	while (n < count &&
	       (descriptor_at(map, stride, n)->PhysicalStart > area ||
		descriptor_at(map, stride, n)->PhysicalStart +
				descriptor_at(map, stride, n)->NumberOfPages * EFI_PAGE_SIZE <=
			area))
		n++;
	if (n == count) {
		complain("the area is not in the memory map");
		return count;
	}
	EFI_MEMORY_DESCRIPTOR *d = descriptor_at(map, stride, n);
	const UINT64 before = (area - d->PhysicalStart) / EFI_PAGE_SIZE;
	const UINT64 after = d->NumberOfPages - before - pages;

	if (after) {
		*descriptor_at(map, stride, count) = *d;
		descriptor_at(map, stride, count)->PhysicalStart = area + area_bytes;
		descriptor_at(map, stride, count++)->NumberOfPages = after;
	}
	d->NumberOfPages = before;
	if (!before)
		*d = *descriptor_at(map, stride, --count);
	for (UINTN page = 0; page < pages; page++) {
		const EFI_MEMORY_DESCRIPTOR *kind = kind_of_page(page);

		if (!kind)
			continue;
		d = descriptor_at(map, stride, count++);
		*d = *kind;
		d->PhysicalStart = area + page * EFI_PAGE_SIZE;
		d->NumberOfPages = 1;
	}
	return count;
}

static EFI_STATUS EFIAPI changed_map(UINTN *bytes, EFI_MEMORY_DESCRIPTOR *map, UINTN *key,
				     UINTN *stride, UINT32 *version)
{
	const UINTN room = *bytes;
	const UINTN more = area_bytes / EFI_PAGE_SIZE + 1;
	EFI_STATUS status;

	if (late && calls++ == LOOKED) {
		install(&esrt_guid, fill_esrt(late));
		install(&smbios3_guid,
			memcpy(late + EFI_PAGE_SIZE / 2, configuration_table(&smbios3_guid), 24));
	}
	status = get_memory_map(bytes, map, key, stride, version);
	if (status == EFI_BUFFER_TOO_SMALL) {
		*bytes += more * *stride;
		return status;
	}
	if (status != EFI_SUCCESS)
		return status;
	if (*bytes + more * *stride > room) {
		*bytes += more * *stride;
		return EFI_BUFFER_TOO_SMALL;
	}
	*bytes = replace_area(map, *bytes / *stride, *stride) * *stride;
	return status;
}

/* --- */

static void take_area(void)
{
	const BOOLEAN low = text_is(wanted, "low");
	const UINTN pages = low ? LOW_PAGES : AREA_PAGES;

	area = low ? LOW_LAST : 0x3fffffff;
	area_bytes = pages * EFI_PAGE_SIZE;
	used = FIRST_OFFSET;
	if (EFI_ERROR(boot_services->AllocatePages(AllocateMaxAddress, EfiReservedMemoryType, pages,
						   &area)))
		complain("there is no memory for the tables");
}

static void change(void)
{
	take_area();
	move_acpi();
	move_smbios();
	install(&final_events_guid, new_final_events());
	if (text_is(wanted, "late"))
		late = (UINT8 *)area + area_bytes - EFI_PAGE_SIZE;
	else
		install(&esrt_guid, fill_esrt(take(ESRT_BYTES)));
	move_configuration_table();
	HOOK(boot_services, GetMemoryMap, changed_map, &get_memory_map);
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	launch_init(image, system);
	wanted = variant(image);
	launch("tables", change, NULL);
	return finish();
}
