/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another MADT. Variants:
 *
 *	large		that of a large machine: each CPU has a local x2APIC entry instead of a
 *			local APIC entry, and there is one more, with an ID that does not fit into
 *			eight bits. No such CPU answers
 *	repeated	it lists each CPU twice
 *	unlisted	it does not list the CPU that runs, whose ID is 0
 *	checksum	it has a wrong checksum
 *	two		there is another one before it, without CPUs and with a wrong checksum
 *	root		the table that lists it has a wrong checksum
 *	zero		behind the first CPU is an entry of length 0
 *	renamed		the CPU that runs has another ID in its local APIC, and in the table,
 *			than CPUID has: so it is in some virtual machines
 */
#include "hooks.h"

#define LOCAL_APIC	  0
#define LOCAL_APIC_BYTES  8
#define LOCAL_X2APIC	  9
#define ENABLED		  1
#define MADT_HEADER_BYTES 44
#define OTHER_ID	  9
#define LOCAL_APIC_ID	  0xfee00020
#define FAR_ID		  0x12345
#define MAX_BYTES	  4096

/* ACPI 6.5, 5.2.6. */
struct __attribute__((packed)) table {
	UINT32 signature;
	UINT32 length;
	UINT8 revision;
	UINT8 checksum;
	UINT8 rest[26];
};

/* 5.2.12.12. */
struct __attribute__((packed)) x2apic {
	UINT8 type;
	UINT8 length;
	UINT16 reserved;
	UINT32 id;
	UINT32 flags;
	UINT32 uid;
};

static const EFI_GUID acpi20_guid = {
	0x8868e871, 0xe4f1, 0x11d3, { 0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 }
};

static void sign(struct table *t)
{
	UINT8 sum = 0;

	t->checksum = 0;
	for (UINT32 n = 0; n < t->length; n++)
		sum += ((UINT8 *)t)[n];
	t->checksum = -sum;
}

static void add(struct table *t, const void *entry, UINT32 bytes)
{
	memcpy((UINT8 *)t + t->length, entry, bytes);
	t->length += bytes;
}

static void add_x2apic(struct table *t, UINT32 id, UINT32 uid, UINT32 flags)
{
	const struct x2apic entry = { LOCAL_X2APIC, sizeof(entry), 0, id, flags, uid };

	add(t, &entry, sizeof(entry));
}

static BOOLEAN keeps_all(const char *wanted)
{
	return text_is(wanted, "checksum") || text_is(wanted, "two") || text_is(wanted, "root") ||
	       text_is(wanted, "zero");
}

/* Local APIC entries are type, length, UID, ID, and flags in 32 bits (5.2.12.2). */
static void add_cpu(struct table *to, const UINT8 *e, const char *wanted)
{
	if (text_is(wanted, "large"))
		add_x2apic(to, e[3], e[2], e[4] & ENABLED);
	if (text_is(wanted, "repeated") || keeps_all(wanted))
		add(to, e, e[1]);
	if (text_is(wanted, "repeated"))
		add(to, e, e[1]);
	if (text_is(wanted, "zero") && !e[3])
		add(to, (const UINT8[2]){ LOCAL_APIC, 0 }, 2);
	if (text_is(wanted, "unlisted") && e[3])
		add(to, e, e[1]);
	if (text_is(wanted, "renamed")) {
		add(to, e, e[1]);
		if (!e[3])
			((UINT8 *)to)[to->length - e[1] + 3] = OTHER_ID;
	}
	if (text_is(wanted, "phantom")) {
		add(to, e, e[1]);
		((UINT8 *)to)[to->length - 4] |= ENABLED;
	}
}

static void convert(struct table *to, const struct table *from, const char *wanted)
{
	const UINT8 *end = (const UINT8 *)from + from->length;

	memcpy(to, from, MADT_HEADER_BYTES);
	to->length = MADT_HEADER_BYTES;
	for (const UINT8 *e = (const UINT8 *)from + MADT_HEADER_BYTES; e < end; e += e[1])
		if (*e == LOCAL_APIC)
			add_cpu(to, e, wanted);
		else
			add(to, e, e[1]);
	if (text_is(wanted, "large"))
		add_x2apic(to, FAR_ID, 0xff, ENABLED);
	sign(to);
}

/* Where the good one was; that takes the place of the last table. */
static void add_bad_one(struct table *xsdt, UINT64 *entry)
{
	static UINT8 bad[MADT_HEADER_BYTES];
	struct table *t = (struct table *)bad;
	UINT64 *last = (UINT64 *)((UINT8 *)xsdt + xsdt->length - sizeof(*last));

	if (entry == last)
		complain("the MADT is the last table");
	memcpy(t, (const void *)*entry, MADT_HEADER_BYTES);
	t->length = MADT_HEADER_BYTES;
	sign(t);
	t->checksum++;
	*last = *entry;
	*entry = (UINT64)t;
}

/*
 * The XSDT, whose address is at offset 24 of the RSDP, has addresses of 64 bits after its header.
 */
static void replace(const char *wanted)
{
	const UINT8 *rsdp = configuration_table(&acpi20_guid);
	struct table *xsdt = rsdp ? *(struct table **)(rsdp + 24) : NULL;
	struct table *madt;

	if (!xsdt || EFI_ERROR(boot_services->AllocatePool(EfiACPIReclaimMemory, MAX_BYTES,
							   (void **)&madt))) {
		complain("there is no XSDT, or no memory");
		return;
	}
	for (UINT32 at = sizeof(*xsdt); at < xsdt->length; at += 8) {
		UINT64 *entry = (UINT64 *)((UINT8 *)xsdt + at);
		const struct table *t = (const struct table *)*entry;

		if (t->signature != 0x43495041) /* "APIC" */
			continue;
		convert(madt, t, wanted);
		*entry = (UINT64)madt;
		if (text_is(wanted, "two"))
			add_bad_one(xsdt, entry);
		sign(xsdt);
		madt->checksum += text_is(wanted, "checksum");
		xsdt->checksum += text_is(wanted, "root");
		return;
	}
	complain("there is no MADT");
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	const char *wanted;

	launch_init(image, system);
	wanted = variant(image);
	replace(wanted);
	if (text_is(wanted, "renamed"))
		*(volatile UINT32 *)LOCAL_APIC_ID = OTHER_ID << 24;
	launch("madt", NULL, NULL);
	return finish();
}
