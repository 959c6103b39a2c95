/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/table_list.h"
#include <keel/layout.h>

const char *table_fault_text(enum table_fault fault)
{
	static const char *const text[TABLE_FAULT_COUNT] = {
		[TABLE_NOWHERE] = "nothing can be read there",
		[TABLE_SIGNATURE] = "it has another signature",
		[TABLE_LOOP] = "it lists itself",
		[TABLE_CHECKSUM] = "its bytes should sum up to 0",
		[TABLE_LENGTH] = "its length cannot be right",
		[TABLE_EVENT] = "an event of it makes no sense",
		[TABLE_TOO_MANY] = "left out with all that follow, too many",
		[TABLE_TOO_LARGE] = "left out, too many bytes with it",
	};

	return (unsigned)fault < TABLE_FAULT_COUNT ? text[fault] : "unknown";
}

const uint8_t *table_look(struct table_list *list, const char *name, uint64_t phys, uint64_t bytes)
{
	const uint8_t *table;

	if (!phys || list->looks > TABLES_MOST)
		return NULL;
	if (list->looks++ == TABLES_MOST) {
		table_tell(list, TABLE_TOO_MANY, name, phys, TABLES_MOST);
		return NULL;
	}
	table = list->reader->at(list->reader->context, phys, bytes);
	if (!table)
		table_tell(list, TABLE_NOWHERE, name, phys, 0);
	return table;
}

/* In order; not where the very same is there. There are as many elements as looks, at least. */
static void insert_extent(struct table_list *list, struct table_extent extent)
{
	uint64_t at = list->count;

	for (uint64_t n = 0; n < list->count; n++)
		if (list->extents[n].phys == extent.phys &&
		    list->extents[n].bytes == extent.bytes &&
		    list->extents[n].writable == extent.writable)
			return;
	for (; at && list->extents[at - 1].phys > extent.phys; at--)
		list->extents[at] = list->extents[at - 1];
	list->extents[at] = extent;
	list->count++;
	list->bytes += extent.bytes;
}

bool table_add(struct table_list *list, const char *name, uint64_t phys, uint64_t bytes,
	       bool writable)
{
	if (!bytes || !list->reader->at(list->reader->context, phys, bytes)) {
		table_tell(list, TABLE_LENGTH, name, phys, bytes);
		return false;
	}
	if (bytes > TABLES_BYTES_MOST - list->bytes) {
		table_tell(list, TABLE_TOO_LARGE, name, phys, TABLES_BYTES_MOST);
		return false;
	}
	insert_extent(list, (struct table_extent){ phys, bytes, writable });
	return true;
}

/* Adds pages after the last ones, or to them. Returns how many elements there are. */
static uint64_t append_pages(struct mm_table_pages *pages, uint64_t count, uint64_t phys,
			     uint64_t end, bool writable)
{
	struct mm_table_pages *last = pages + count - 1;

	if (count && last->phys + last->bytes == phys && last->writable == writable) {
		last->bytes += end - phys;
		return count;
	}
	pages[count] = (struct mm_table_pages){ phys, end - phys, writable };
	return count + 1;
}

/* From one address to the next at which something begins or ends. What is written wins. */
uint64_t table_list_pages(const struct table_list *list, struct mm_table_pages *pages)
{
	const uint64_t mask = KEEL_PAGE_SIZE - 1;
	uint64_t ends[2] = { 0, 0 }; /* of what is only read, and of what is written */
	uint64_t phys = 0;
	uint64_t next = 0;
	uint64_t count = 0;

	for (;;) {
		bool writable;
		uint64_t end;

		if (phys >= ends[0] && phys >= ends[1]) {
			if (next == list->count)
				return count;
			phys = list->extents[next].phys & ~mask;
		}
		for (; next < list->count && (list->extents[next].phys & ~mask) <= phys; next++) {
			const struct table_extent *e = list->extents + next;

			end = (e->phys + e->bytes + mask) & ~mask;
			if (end > ends[e->writable])
				ends[e->writable] = end;
		}
		writable = phys < ends[1];
		end = ends[writable];
		if (next < list->count && (list->extents[next].phys & ~mask) < end)
			end = list->extents[next].phys & ~mask;
		count = append_pages(pages, count, phys, end, writable);
		phys = end;
	}
}

uint64_t table_walk_work_bytes(void)
{
	return sizeof(struct table_list);
}

uint64_t table_walk(const struct table_reader *reader, const struct table_roots *roots, void *work,
		    struct mm_table_pages *pages)
{
	struct table_list *list = work;

	list->reader = reader;
	list->looks = list->bytes = list->count = 0;
	table_walk_configuration(list, roots->configuration_phys, roots->configuration_count);
	table_walk_smbios(list, roots->smbios_phys);
	table_walk_smbios(list, roots->smbios3_phys);
	table_walk_esrt(list, roots->esrt_phys);
	table_walk_events(list, roots->final_events_phys);
	/* Last: these are many, and list each other. */
	table_walk_acpi(list, roots->rsdp_phys);
	return table_list_pages(list, pages);
}
