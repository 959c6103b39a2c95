/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which titles there are already, by their hash: to look at all entries for each new one would take
 * a file with 50,000 of them 17 seconds.
 */
#include "config/parser.h"

/* FNV-1a. */
static uint64_t hash_of(const char *title)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *title; title++)
		hash = (hash ^ (uint8_t)*title) * 0x100000001b3;
	return hash ^ hash >> 32;
}

uint64_t titles_slots(uint64_t bytes)
{
	uint64_t slots = 1;

	/* An entry takes two lines, so that half of the slots stay free. */
	while (slots < CONFIG_MOST_LINES(bytes))
		slots *= 2;
	return slots;
}

/* The slot with that title's entry, or the free one for it. */
static uint32_t *find_slot(const struct config_parser *p, const char *title)
{
	uint64_t n = hash_of(title) & (p->slot_count - 1);

	while (p->slots[n] && !text_same(p->config->entries[p->slots[n] - 1].title, title))
		n = (n + 1) & (p->slot_count - 1);
	return p->slots + n;
}

const struct config_entry *titles_find(const struct config_parser *p, const char *title)
{
	const uint32_t entry = *find_slot(p, title);

	return entry ? p->config->entries + entry - 1 : NULL;
}

void titles_add(const struct config_parser *p, const struct config_entry *entry)
{
	*find_slot(p, entry->title) = (uint32_t)(entry - p->config->entries) + 1;
}
