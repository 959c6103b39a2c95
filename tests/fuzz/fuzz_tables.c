/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as the memory that the firmware's tables lie in, and any places in it as theirs. The
 * walk comes to its end, reads nothing that is not there, and what it lists is in order: whole
 * pages, as many as there can be, each with some of that memory in it.
 */
#include "fuzz.h"
#include "lib/table_walk.h"

#define BASE KEEL_U64(0x1000) /* page 0 is never asked for */

/* Faults that there can be: a few for each table that is looked at. */
#define MOST_FAULTS (3 * TABLES_MOST)

struct memory {
	const uint8_t *data; /* in an allocation of its own */
	uint64_t bytes;
	uint64_t faults;
};

static const void *memory_at(void *context, uint64_t phys, uint64_t bytes)
{
	const struct memory *m = context;

	REQUIRE(bytes);
	if (phys < BASE || phys - BASE >= m->bytes || bytes > m->bytes - (phys - BASE))
		return NULL;
	return m->data + (phys - BASE);
}

static void tell(void *context, enum table_fault fault, const char *name, uint64_t phys,
		 uint64_t value)
{
	struct memory *m = context;

	(void)phys;
	(void)value;
	REQUIRE(fault < TABLE_FAULT_COUNT && table_fault_text(fault)[0] && name[0]);
	REQUIRE(++m->faults <= MOST_FAULTS);
}

static void check_pages(const struct memory *m, const struct mm_table_pages *pages, uint64_t count)
{
	const uint64_t end = (BASE + m->bytes + KEEL_PAGE_SIZE - 1) & ~(KEEL_PAGE_SIZE - 1);

	REQUIRE(count <= TABLE_PAGES_MOST);
	for (uint64_t n = 0; n < count; n++) {
		REQUIRE(pages[n].bytes && !((pages[n].phys | pages[n].bytes) % KEEL_PAGE_SIZE));
		REQUIRE(pages[n].phys >= BASE && pages[n].phys + pages[n].bytes <= end);
		if (!n)
			continue;
		REQUIRE(pages[n - 1].phys + pages[n - 1].bytes <= pages[n].phys);
		REQUIRE(pages[n - 1].phys + pages[n - 1].bytes < pages[n].phys ||
			pages[n - 1].writable != pages[n].writable);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct input in = { data, bytes };
	const struct table_roots roots = {
		.configuration_phys = take(&in, 2),
		.configuration_count = take(&in, 1),
		.rsdp_phys = take(&in, 2),
		.smbios_phys = take(&in, 2),
		.smbios3_phys = take(&in, 2),
		.esrt_phys = take(&in, 2),
		.final_events_phys = take(&in, 2),
	};
	uint8_t *copy = need(in.bytes);
	struct memory memory = { copy, in.bytes, 0 };
	const struct table_reader reader = { memory_at, tell, &memory };
	struct mm_table_pages *pages = need(TABLE_PAGES_MOST * sizeof(*pages));
	void *work = need(table_walk_work_bytes());

	memcpy(copy, in.data, in.bytes);
	check_pages(&memory, pages, table_walk(&reader, &roots, work, pages));
	free(copy);
	free(pages);
	free(work);
	return 0;
}
