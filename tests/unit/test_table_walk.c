/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pages of the firmware's tables, in made-up memory: right tables, and all kinds of wrong ones.
 */
#include "check.h"
#include "lib/table_walk.h"

#define MOST_BLOBS  1200
#define MOST_FAULTS 64

/* Memory that can be read, each piece in an allocation of its own: the sanitizer sees its ends. */
struct blob {
	uint64_t phys;
	uint64_t bytes;
	uint8_t *data;
};

struct fault {
	enum table_fault fault;
	char name[24];
	uint64_t phys;
	uint64_t value;
};

struct scene {
	struct blob blobs[MOST_BLOBS];
	uint64_t blob_count;
	struct table_roots roots;
	struct fault faults[MOST_FAULTS];
	uint64_t fault_count;
	struct mm_table_pages *pages;
	uint64_t count;
};

static int start(void **state)
{
	*state = calloc(1, sizeof(struct scene));
	return 0;
}

static int stop(void **state)
{
	struct scene *s = *state;

	for (uint64_t n = 0; n < s->blob_count; n++)
		free(s->blobs[n].data);
	free(s->pages);
	free(s);
	return 0;
}

static const void *memory_at(void *context, uint64_t phys, uint64_t bytes)
{
	const struct scene *s = context;

	assert_true(bytes > 0);
	for (uint64_t n = 0; n < s->blob_count; n++) {
		const struct blob *b = &s->blobs[n];

		if (phys - b->phys < b->bytes && bytes <= b->bytes - (phys - b->phys))
			return b->data + (phys - b->phys);
	}
	return NULL;
}

static void tell(void *context, enum table_fault fault, const char *name, uint64_t phys,
		 uint64_t value)
{
	struct scene *s = context;
	struct fault *f = s->faults + s->fault_count;

	assert_true(fault < TABLE_FAULT_COUNT);
	assert_true(strlen(name) < sizeof(f->name));
	if (s->fault_count++ >= MOST_FAULTS)
		return;
	*f = (struct fault){ .fault = fault, .phys = phys, .value = value };
	strcpy(f->name, name);
}

/* Zeroed memory at phys. */
static uint8_t *add(struct scene *s, uint64_t phys, uint64_t bytes)
{
	struct blob *b = &s->blobs[s->blob_count++];

	assert_true(s->blob_count <= MOST_BLOBS);
	*b = (struct blob){ phys, bytes, zalloc(bytes) };
	return b->data;
}

/* What lies there; something must. */
static uint8_t *data_at(struct scene *s, uint64_t phys)
{
	uint8_t *data = (uint8_t *)memory_at(s, phys, 1);

	assert_non_null(data);
	return data;
}

static void put(uint8_t *data, unsigned offset, uint64_t value, unsigned bytes)
{
	for (; bytes; bytes--, offset++, value >>= 8)
		data[offset] = (uint8_t)value;
}

static uint8_t *add_table(struct scene *s, const char *signature, uint64_t phys, uint32_t bytes)
{
	uint8_t *table = add(s, phys, bytes);

	memcpy(table, signature, 4);
	put(table, 4, bytes, 4);
	return table;
}

static void sign(uint8_t *rsdp)
{
	rsdp[8] = 0;
	for (unsigned n = 0; n < 20; n++)
		if (n != 8)
			rsdp[8] = (uint8_t)(rsdp[8] - rsdp[n]);
}

static uint8_t *add_rsdp(struct scene *s, uint64_t phys, uint8_t revision, uint64_t rsdt,
			 uint64_t xsdt)
{
	uint8_t *rsdp = add(s, phys, revision >= 2 ? 36 : 20);

	memcpy(rsdp, "RSD PTR ", 8);
	rsdp[15] = revision;
	put(rsdp, 16, rsdt, 4);
	if (revision >= 2) {
		put(rsdp, 20, 36, 4);
		put(rsdp, 24, xsdt, 8);
	}
	sign(rsdp);
	s->roots.rsdp_phys = phys;
	return rsdp;
}

static void walk(struct scene *s)
{
	const struct table_reader reader = { memory_at, tell, s };
	void *work = malloc(table_walk_work_bytes()); /* whatever is in it */

	free(s->pages);
	s->pages = malloc(TABLE_PAGES_MOST * sizeof(*s->pages));
	s->fault_count = 0;
	s->count = table_walk(&reader, &s->roots, work, s->pages);
	free(work);
	assert_true(s->count <= TABLE_PAGES_MOST);
	for (uint64_t n = 0; n < s->count; n++) {
		const struct mm_table_pages *p = &s->pages[n];

		assert_true(p->bytes && !((p->phys | p->bytes) & 0xfff));
		if (!n)
			continue;
		assert_true(p[-1].phys + p[-1].bytes <= p->phys);
		assert_false(p[-1].phys + p[-1].bytes == p->phys && p[-1].writable == p->writable);
	}
}

static void expect_pages(const struct scene *s, uint64_t n, uint64_t phys, uint64_t bytes,
			 bool writable)
{
	if (n >= s->count)
		fail_msg("%" PRIu64 " elements, no number %" PRIu64, s->count, n);
	if (s->pages[n].phys != phys || s->pages[n].bytes != bytes ||
	    s->pages[n].writable != writable)
		fail_msg("element %" PRIu64 ": 0x%" PRIx64 " + 0x%" PRIx64 "%s", n,
			 s->pages[n].phys, s->pages[n].bytes,
			 s->pages[n].writable ? ", writable" : "");
}

static bool lists(const struct scene *s, uint64_t phys)
{
	for (uint64_t n = 0; n < s->count; n++)
		if (phys - s->pages[n].phys < s->pages[n].bytes)
			return true;
	return false;
}

/* It is the only one. */
static void expect_fault(const struct scene *s, enum table_fault fault, const char *name,
			 uint64_t phys, uint64_t value)
{
	const struct fault *f = &s->faults[0];

	if (s->fault_count != 1)
		fail_msg("%" PRIu64 " faults, expected \"%s\"", s->fault_count,
			 table_fault_text(fault));
	if (f->fault != fault || strcmp(f->name, name) || f->phys != phys || f->value != value)
		fail_msg("%s at 0x%" PRIx64 ": %s: %" PRIu64, f->name, f->phys,
			 table_fault_text(f->fault), f->value);
}

static void nothing(void **state)
{
	struct scene *s = *state;

	walk(s);
	assert_int_equal(s->count, 0);
	assert_int_equal(s->fault_count, 0);
}

/* Everything that there is, each in a page of its own. */
static void add_everything(struct scene *s)
{
	uint8_t *t;

	t = add(s, 0x10000, 48);
	s->roots.configuration_phys = 0x10000;
	s->roots.configuration_count = 2;
	t = add(s, 0x12010, 31);
	memcpy(t, "_SM_", 4);
	t[5] = 31;
	put(t, 22, 0x123, 2);
	put(t, 24, 0x14000, 4);
	s->roots.smbios_phys = 0x12010;
	add(s, 0x14000, 0x123);
	t = add(s, 0x16010, 24);
	memcpy(t, "_SM3_", 5);
	t[6] = 24;
	put(t, 12, 0x1234, 4);
	put(t, 16, 0x100018000, 8);
	s->roots.smbios3_phys = 0x16010;
	add(s, 0x100018000, 0x1234);
	t = add(s, 0x1a000, 16 + 40 * 3);
	put(t, 0, 3, 4);
	put(t, 4, 100, 4); /* as many could be: not as many are */
	s->roots.esrt_phys = 0x1a000;
	t = add(s, 0x1c000, 16);
	put(t, 0, 1, 8);
	s->roots.final_events_phys = 0x1c000;

	add_rsdp(s, 0x1e000, 2, 0xdead0000, 0x20000);
	t = add_table(s, "XSDT", 0x20000, 36 + 8 * 5);
	put(t, 36, 0x22000, 8);
	put(t, 44, 0x24000, 8);
	put(t, 52, 0, 8); /* ACPICA skips these, too */
	put(t, 60, 0x26000, 8);
	put(t, 68, 0x28ff0, 8); /* across the end of a page */
	t = add_table(s, "FACP", 0x22000, 276);
	put(t, 36, 0xdead0000, 4);
	put(t, 40, 0xdead0000, 4);
	put(t, 132, 0x2a000, 8);
	put(t, 140, 0x2c000, 8);
	add_table(s, "FACS", 0x2a000, 64);
	add_table(s, "DSDT", 0x2c000, 0x2345);
	t = add_table(s, "TPM2", 0x24000, 76);
	put(t, 64, 0x3000, 4);
	put(t, 68, 0x30000, 8);
	add(s, 0x30000, 0x3000);
	t = add_table(s, "BGRT", 0x26000, 56);
	put(t, 40, 0x34000, 8);
	t = add(s, 0x34000, 0x1001);
	memcpy(t, "BM", 2);
	put(t, 2, 0x1001, 4);
	add_table(s, "SSDT", 0x28ff0, 36);
}

static void everything(void **state)
{
	static const struct mm_table_pages expected[] = {
		{ 0x10000, 0x1000, false },	/* configuration table */
		{ 0x12000, 0x1000, false },	/* SMBIOS */
		{ 0x14000, 0x1000, false },	/* its structures */
		{ 0x16000, 0x1000, false },	/* SMBIOS 3 */
		{ 0x1a000, 0x1000, false },	/* ESRT */
		{ 0x1c000, 0x1000, false },	/* final events */
		{ 0x1e000, 0x1000, false },	/* RSDP */
		{ 0x20000, 0x1000, false },	/* XSDT */
		{ 0x22000, 0x1000, false },	/* FADT */
		{ 0x24000, 0x1000, false },	/* TPM2 */
		{ 0x26000, 0x1000, false },	/* BGRT */
		{ 0x28000, 0x2000, false },	/* SSDT */
		{ 0x2a000, 0x1000, true },	/* FACS */
		{ 0x2c000, 0x3000, false },	/* DSDT */
		{ 0x30000, 0x3000, false },	/* event log */
		{ 0x34000, 0x2000, false },	/* image */
		{ 0x100018000, 0x2000, false }, /* structures of SMBIOS 3 */
	};
	struct scene *s = *state;

	add_everything(s);
	walk(s);
	for (uint64_t n = 0; n < sizeof(expected) / sizeof(expected[0]); n++)
		expect_pages(s, n, expected[n].phys, expected[n].bytes, expected[n].writable);
	assert_int_equal(s->count, sizeof(expected) / sizeof(expected[0]));
	assert_int_equal(s->fault_count, 0);
}

/* ACPI 1.0, and an FADT that has addresses of 32 bits only. */
static void old_acpi(void **state)
{
	struct scene *s = *state;
	uint8_t *t;

	add_rsdp(s, 0xe0000, 0, 0x20000, 0);
	t = add_table(s, "RSDT", 0x20000, 36 + 4 * 2 + 3); /* three bytes are no entry */
	put(t, 36, 0x22000, 4);
	put(t, 40, 0x24000, 4);
	t = add_table(s, "FACP", 0x22000, 116);
	put(t, 36, 0x26000, 4);
	put(t, 40, 0x28000, 4);
	add_table(s, "FACS", 0x26000, 64);
	add_table(s, "DSDT", 0x28000, 36);
	add_table(s, "APIC", 0x24000, 44);
	walk(s);
	assert_int_equal(s->fault_count, 0);
	assert_int_equal(s->count, 6);
	expect_pages(s, 0, 0x20000, 0x1000, false);
	expect_pages(s, 3, 0x26000, 0x1000, true);
	expect_pages(s, 5, 0xe0000, 0x1000, false);
}

/* Without an XSDT that can be used, the RSDT it is. */
static void xsdt_or_rsdt(void **state)
{
	struct scene *s = *state;
	uint8_t *xsdt, *rsdp;

	rsdp = add_rsdp(s, 0x10000, 2, 0x20000, 0x30000);
	add_table(s, "RSDT", 0x20000, 36);
	xsdt = add_table(s, "XSDT", 0x30000, 36);
	walk(s);
	assert_int_equal(s->fault_count, 0);
	assert_true(lists(s, 0x30000) && !lists(s, 0x20000));
	xsdt[0] = 'Y';
	walk(s);
	expect_fault(s, TABLE_SIGNATURE, "XSDT", 0x30000, 0);
	assert_true(!lists(s, 0x30000) && lists(s, 0x20000));
	put(rsdp, 24, 0, 8);
	walk(s);
	assert_int_equal(s->fault_count, 0);
	assert_true(lists(s, 0x20000));
	/* Revision 1 never was; what is behind 20 bytes is nothing then. */
	rsdp[15] = 1;
	put(rsdp, 24, 0x30000, 8);
	sign(rsdp);
	walk(s);
	assert_int_equal(s->fault_count, 0);
	assert_true(!lists(s, 0x30000) && lists(s, 0x20000));
}

/* A page with the FACS in it is writable, whoever else is there; those beside it are not. */
static void pages_of_the_facs(void **state)
{
	struct scene *s = *state;
	uint8_t *t;

	add_rsdp(s, 0x10000, 2, 0, 0x20000);
	t = add_table(s, "XSDT", 0x20000, 36 + 8 * 2);
	put(t, 36, 0x20100, 8);
	put(t, 44, 0x21fe0, 8);
	t = add_table(s, "FACP", 0x20100, 276);
	put(t, 132, 0x22fc0, 8);
	put(t, 140, 0x23040, 8);
	add_table(s, "SSDT", 0x21fe0, 0x40);
	add_table(s, "FACS", 0x22fc0, 0x80);
	add_table(s, "DSDT", 0x23040, 0x3000);
	walk(s);
	assert_int_equal(s->fault_count, 0);
	assert_int_equal(s->count, 4);
	expect_pages(s, 1, 0x20000, 0x2000, false);
	expect_pages(s, 2, 0x22000, 0x2000, true);
	expect_pages(s, 3, 0x24000, 0x3000, false);
}

/* Each table of its own kind, with a wrong length: it and what it leads to are left out. */
static void wrong_lengths(void **state)
{
	static const struct {
		uint64_t table;
		unsigned offset, bytes;
		uint64_t value;
		const char *name;
		uint64_t phys, told;
		uint64_t left_out; /* what it leads to */
	} rows[] = {
		{ 0x20000, 4, 4, 35, "XSDT", 0x20000, 35, 0x22000 },
		{ 0x20000, 4, 4, 77, "XSDT", 0x20000, 77, 0x22000 },
		{ 0x20000, 4, 4, 0xffffffff, "XSDT", 0x20000, 0xffffffff, 0x28000 },
		{ 0x22000, 4, 4, 8, "FACP", 0x22000, 8, 0x2a000 },
		{ 0x22000, 4, 4, 0, "FACP", 0x22000, 0, 0x2c000 },
		{ 0x2a000, 4, 4, 63, "FACS", 0x2a000, 63, 0x2a000 },
		{ 0x2c000, 4, 4, 0x2346, "DSDT", 0x2c000, 0x2346, 0x2c000 },
		{ 0x24000, 4, 4, 77, "TPM2", 0x24000, 77, 0x30000 },
		{ 0x24000, 64, 4, 0x3001, "TPM event log", 0x30000, 0x3001, 0x30000 },
		{ 0x26000, 4, 4, 57, "BGRT", 0x26000, 57, 0x34000 },
		{ 0x34000, 2, 4, 0x1002, "BGRT's image", 0x34000, 0x1002, 0x34000 },
		{ 0x34000, 2, 4, 0, "BGRT's image", 0x34000, 0, 0x34000 },
		{ 0x12010, 5, 1, 29, "SMBIOS entry point", 0x12010, 29, 0x14000 },
		{ 0x12010, 22, 2, 0x124, "SMBIOS structures", 0x14000, 0x124, 0x14000 },
		{ 0x12010, 22, 2, 0, "SMBIOS structures", 0x14000, 0, 0x14000 },
		{ 0x16010, 6, 1, 23, "SMBIOS entry point", 0x16010, 23, 0x100018000 },
		{ 0x16010, 12, 4, 0x1235, "SMBIOS structures", 0x100018000, 0x1235, 0x100018000 },
		{ 0x1a000, 0, 4, 4, "ESRT", 0x1a000, 176, 0x1a000 },
		{ 0x1a000, 0, 4, 0xffffffff, "ESRT", 0x1a000, 0x27ffffffe8, 0x1a000 },
	};
	struct scene *s = *state;

	add_everything(s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t before[8];

		memcpy(before, data_at(s, rows[i].table) + rows[i].offset, rows[i].bytes);
		put(data_at(s, rows[i].table), rows[i].offset, rows[i].value, rows[i].bytes);
		walk(s);
		/* Without an XSDT the RSDT is tried, which is nowhere. */
		if (rows[i].table == 0x20000)
			s->fault_count--;
		expect_fault(s, TABLE_LENGTH, rows[i].name, rows[i].phys, rows[i].told);
		if (lists(s, rows[i].left_out))
			fail_msg("row %zu: 0x%" PRIx64 " is listed", i, rows[i].left_out);
		memcpy(data_at(s, rows[i].table) + rows[i].offset, before, rows[i].bytes);
	}
	walk(s);
	assert_int_equal(s->fault_count, 0);
}

static void wrong_signatures(void **state)
{
	static const struct {
		uint64_t table;
		unsigned offset;
		const char *name;
		uint64_t phys, left_out;
	} rows[] = {
		{ 0x12010, 3, "SMBIOS entry point", 0x12010, 0x14000 },
		{ 0x16010, 4, "SMBIOS entry point", 0x16010, 0x100018000 },
		{ 0x1e000, 7, "RSDP", 0x1e000, 0x20000 },
		{ 0x2a000, 0, "FACS", 0x2a000, 0x2a000 },
		{ 0x2c000, 3, "DSDT", 0x2c000, 0x2c000 },
		{ 0x34000, 1, "BGRT's image", 0x34000, 0x34000 },
	};
	struct scene *s = *state;

	add_everything(s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		data_at(s, rows[i].table)[rows[i].offset] ^= 1;
		walk(s);
		expect_fault(s, TABLE_SIGNATURE, rows[i].name, rows[i].phys, 0);
		assert_false(lists(s, rows[i].left_out));
		data_at(s, rows[i].table)[rows[i].offset] ^= 1;
	}
	data_at(s, 0x1e000)[10] += 3;
	walk(s);
	expect_fault(s, TABLE_CHECKSUM, "RSDP", 0x1e000, 3);
	assert_false(lists(s, 0x20000) || lists(s, 0x1e000));
}

/* Whatever leads to where nothing is. */
static void nowhere(void **state)
{
	static const struct {
		uint64_t table;
		unsigned offset;
		const char *name;
	} rows[] = {
		{ 0x12010, 24, "SMBIOS structures" },
		{ 0x16010, 16, "SMBIOS structures" },
		{ 0x20000, 68, "ACPI" },
		{ 0x22000, 132, "FACS" },
		{ 0x22000, 140, "DSDT" },
		{ 0x24000, 68, "TPM event log" },
		{ 0x26000, 40, "BGRT's image" },
	};
	struct scene *s = *state;
	uint64_t *roots = (uint64_t *)&s->roots;

	add_everything(s);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t before[4];

		memcpy(before, data_at(s, rows[i].table) + rows[i].offset, 4);
		put(data_at(s, rows[i].table), rows[i].offset, 0xbad000, 4);
		walk(s);
		expect_fault(s, TABLE_NOWHERE, rows[i].name,
			     rows[i].table == 0x16010 ? 0x100bad000 : 0xbad000, 0);
		memcpy(data_at(s, rows[i].table) + rows[i].offset, before, 4);
	}
	for (unsigned n = 0; n < sizeof(s->roots) / sizeof(*roots); n++) {
		const uint64_t before = roots[n];

		if (n == 1)
			continue; /* a count */
		roots[n] = UINT64_MAX - 3;
		walk(s);
		assert_int_equal(s->fault_count, 1);
		assert_int_equal(s->faults[0].fault, TABLE_NOWHERE);
		assert_int_equal(s->faults[0].phys, UINT64_MAX - 3);
		roots[n] = before;
	}
}

/* No address, and no fault: a table need not have any of these. */
static void leads_nowhere_by_intent(void **state)
{
	struct scene *s = *state;

	add_everything(s);
	put(data_at(s, 0x22000), 36, 0, 8); /* FADT */
	put(data_at(s, 0x22000), 132, 0, 16);
	put(data_at(s, 0x24000), 64, 0, 4); /* TPM2: no bytes */
	data_at(s, 0x26000)[39] = 1;	    /* BGRT: no bitmap */
	walk(s);
	assert_int_equal(s->fault_count, 0);
	assert_false(lists(s, 0x2a000) || lists(s, 0x2c000) || lists(s, 0x30000) ||
		     lists(s, 0x34000));
	put(data_at(s, 0x24000), 4, 52, 4); /* an older TPM2, without a log */
	put(data_at(s, 0x24000), 64, 0x1000, 4);
	data_at(s, 0x26000)[39] = 0;
	put(data_at(s, 0x26000), 4, 47, 4); /* a BGRT that ends in the address */
	walk(s);
	assert_int_equal(s->fault_count, 0);
	assert_false(lists(s, 0x30000) || lists(s, 0x34000));
}

/* Length counts in entries, and more than there can be is not multiplied. */
static void configuration_table(void **state)
{
	static const struct {
		uint64_t count, told;
	} rows[] = { { 3, 72 },
		     { (TABLES_BYTES_MOST / 24) + 1, (TABLES_BYTES_MOST / 24) + 1 },
		     { UINT64_MAX / 24 + 2, UINT64_MAX / 24 + 2 } };
	struct scene *s = *state;

	add(s, 0x10ff0, 48);
	s->roots.configuration_phys = 0x10ff0;
	s->roots.configuration_count = 2;
	walk(s);
	assert_int_equal(s->fault_count, 0);
	expect_pages(s, 0, 0x10000, 0x2000, false);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		s->roots.configuration_count = rows[i].count;
		walk(s);
		expect_fault(s, TABLE_LENGTH, "configuration table", 0x10ff0, rows[i].told);
		assert_int_equal(s->count, 0);
	}
	s->roots.configuration_count = 0;
	walk(s);
	assert_int_equal(s->fault_count + s->count, 0);
}

/* Tables that list themselves and each other come to an end, and are there. */
static void loops(void **state)
{
	struct scene *s = *state;
	uint8_t *t;

	add_rsdp(s, 0x10000, 2, 0, 0x20000);
	t = add_table(s, "XSDT", 0x20000, 36 + 8 * 4);
	put(t, 36, 0x20000, 8); /* itself */
	put(t, 44, 0x10000, 8); /* the RSDP, which is no such table */
	put(t, 52, 0x22000, 8);
	put(t, 60, 0x22000, 8); /* twice */
	t = add_table(s, "FACP", 0x22000, 276);
	put(t, 132, 0x22000, 8); /* itself */
	put(t, 140, 0x20000, 8); /* the XSDT */
	walk(s);
	assert_int_equal(s->faults[0].fault, TABLE_LOOP);
	assert_int_equal(s->faults[0].phys, 0x20000);
	assert_string_equal(s->faults[0].name, "XSDT");
	for (uint64_t n = 2; n < s->fault_count; n++)
		assert_int_equal(s->faults[n].fault, TABLE_SIGNATURE);
	assert_int_equal(s->fault_count, 6);
	assert_int_equal(s->count, 3);
}

/* An XSDT with more tables than are looked at; also where all of them are wrong. */
static void too_many(void **state)
{
	struct scene *s = *state;
	const uint64_t entries = TABLES_MOST + 100, looked_at = TABLES_MOST - 2;
	uint8_t *t;

	add_rsdp(s, 0x10000, 2, 0, 0x20000);
	t = add_table(s, "XSDT", 0x20000, (uint32_t)(36 + 8 * entries));
	for (uint64_t n = 0; n < entries; n++) {
		put(t, (unsigned)(36 + 8 * n), 0x100000 + n * 0x2000, 8);
		add_table(s, "SSDT", 0x100000 + n * 0x2000, 36);
	}
	walk(s);
	expect_fault(s, TABLE_TOO_MANY, "ACPI", 0x100000 + looked_at * 0x2000, TABLES_MOST);
	assert_int_equal(s->count, 2 + looked_at);
	assert_true(lists(s, 0x100000 + (looked_at - 1) * 0x2000));
	for (uint64_t n = 0; n < entries; n++)
		put(t, (unsigned)(36 + 8 * n), 0x20000, 8);
	walk(s);
	assert_int_equal(s->fault_count, looked_at + 1);
}

static void too_large(void **state)
{
	struct scene *s = *state;
	const uint32_t large = TABLES_BYTES_MOST / 2 - 0x1000;
	uint8_t *t;

	add_rsdp(s, 0x10000, 2, 0, 0x20000);
	t = add_table(s, "XSDT", 0x20000, 36 + 8 * 4);
	for (unsigned n = 0; n < 3; n++) {
		put(t, 36 + 8 * n, 0x10000000 * (n + 1), 8);
		add_table(s, "SSDT", 0x10000000 * (n + 1), large);
	}
	put(t, 60, 0x50000000, 8);
	add_table(s, "SSDT", 0x50000000, 0x1000); /* there is room for this one */
	walk(s);
	expect_fault(s, TABLE_TOO_LARGE, "SSDT", 0x30000000, TABLES_BYTES_MOST);
	assert_int_equal(s->count, 5);
	assert_true(lists(s, 0x50000000) && !lists(s, 0x30000000));
}

/* Bytes to the last one that is allowed. */
static void exactly_large_enough(void **state)
{
	struct scene *s = *state;
	uint8_t *t;

	add_rsdp(s, 0x10000, 2, 0, 0x20000);
	t = add_table(s, "XSDT", 0x20000, 44);
	put(t, 36, 0x10000000, 8);
	t = add_table(s, "SSDT", 0x10000000, (uint32_t)TABLES_BYTES_MOST - 79);
	put(t, 4, TABLES_BYTES_MOST - 80, 4);
	walk(s);
	assert_int_equal(s->fault_count, 0);
	put(t, 4, TABLES_BYTES_MOST - 79, 4);
	walk(s);
	expect_fault(s, TABLE_TOO_LARGE, "SSDT", 0x10000000, TABLES_BYTES_MOST);
}

/* An event with one digest of each algorithm; returns its bytes. */
static unsigned add_event(uint8_t *to, uint32_t bytes)
{
	static const uint16_t digests[][2] = { { 4, 20 },    { 0xb, 32 },  { 0xc, 48 },
					       { 0xd, 64 },  { 0x12, 32 }, { 0x27, 32 },
					       { 0x28, 48 }, { 0x29, 64 } };
	unsigned at = 12;

	put(to, 8, 8, 4);
	for (unsigned n = 0; n < 8; n++) {
		put(to, at, digests[n][0], 2);
		at += 2 + digests[n][1];
	}
	put(to, at, bytes, 4);
	return at + 4 + bytes;
}

static void final_events(void **state)
{
	struct scene *s = *state;
	uint8_t *t = add(s, 0x10000, 0x3000);
	const unsigned first = 16 + add_event(t + 16, 0xfff);
	const unsigned second = first + add_event(t + first, 0);

	s->roots.final_events_phys = 0x10000;
	put(t, 8, 2, 8);
	walk(s);
	assert_int_equal(s->fault_count, 0);
	expect_pages(s, 0, 0x10000, (second + 0xfff) & ~0xfffu, false);
	/* The second one begins in the page that the first one ends in. */
	t[first + 12] = 0x77;
	walk(s);
	expect_fault(s, TABLE_EVENT, "TPM final events", 0x10000, 1);
	expect_pages(s, 0, 0x10000, (first + 0xfff) & ~0xfffu, false);
	/* One that leaves memory: the first is left out, too. */
	put(t, first - 0xfff - 4, 0x80000000, 4);
	walk(s);
	expect_fault(s, TABLE_EVENT, "TPM final events", 0x10000, 0);
	expect_pages(s, 0, 0x10000, 0x1000, false);
	put(t, first - 0xfff - 4, 0x3000 - first + 0xfff, 4);
	walk(s);
	expect_fault(s, TABLE_EVENT, "TPM final events", 0x10000, 1);
	expect_pages(s, 0, 0x10000, 0x3000, false);
	/* And more of them than there can be. */
	put(t, 8, UINT64_MAX, 8);
	walk(s);
	expect_fault(s, TABLE_EVENT, "TPM final events", 0x10000, 1);
}

/* Cut off at every byte: nothing is read behind it, or it would be the sanitizer's. */
static void cut_off(void **state)
{
	struct scene *s = *state;

	add_everything(s);
	for (uint64_t n = 0; n < s->blob_count; n++) {
		struct blob *b = &s->blobs[n];
		const struct blob whole = *b;

		for (b->bytes = whole.bytes - 1; b->bytes && b->bytes < 400; b->bytes--) {
			b->data = malloc(b->bytes);
			memcpy(b->data, whole.data, b->bytes);
			walk(s);
			assert_true(s->fault_count > 0);
			free(b->data);
		}
		*b = whole;
	}
}

static void any_bytes_will_do(void **state)
{
	struct scene *s = *state;
	uint64_t seed = random_seed("any_bytes_will_do");
	const clock_t end = deadline();

	add_everything(s);
	do {
		struct blob *b = &s->blobs[random_below(&seed, s->blob_count)];
		uint8_t *byte = b->data + random_below(&seed, b->bytes < 160 ? b->bytes : 160);
		const uint8_t before = *byte;

		*byte = (uint8_t)random_next(&seed);
		walk(s);
		if (random_below(&seed, 8)) /* else it stays */
			*byte = before;
	} while (clock() < end);
}

static void every_fault_has_a_text(void **state)
{
	(void)state;
	for (unsigned n = 0; n < TABLE_FAULT_COUNT; n++)
		assert_true(strlen(table_fault_text(n)) > 10);
	assert_string_equal(table_fault_text(TABLE_FAULT_COUNT), "unknown");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing),
		TEST(everything),
		TEST(old_acpi),
		TEST(xsdt_or_rsdt),
		TEST(pages_of_the_facs),
		TEST(wrong_lengths),
		TEST(wrong_signatures),
		TEST(nowhere),
		TEST(leads_nowhere_by_intent),
		TEST(configuration_table),
		TEST(loops),
		TEST(too_many),
		TEST(too_large),
		TEST(exactly_large_enough),
		TEST(final_events),
		TEST(cut_off),
		TEST(any_bytes_will_do),
		TEST(every_fault_has_a_text),
	};

	return cmocka_run_group_tests_name("firmware's tables", tests, NULL, NULL);
}
