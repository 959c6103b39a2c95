/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What UEFI says of a memory map and of a Memory Attributes Table, as rules over plain arrays.
 * Pure: the host's tool judges maps that came from elsewhere with the same rules.
 */
#ifndef PAYLOAD_AUDIT_MAP_RULES_H
#define PAYLOAD_AUDIT_MAP_RULES_H

#include <stdbool.h>
#include <stdint.h>
#include <keel/boot_info.h>
#include <keel/findings.h>

/* Descriptors, stride_bytes apart: UEFI 2.10, 7.2.3. */
struct map_view {
	const void *first;
	uint64_t count, stride_bytes;
};

/* What a rule has to say: a finding about an entry that begins at this physical address. */
struct map_remarks {
	void (*add)(void *context, enum keel_finding id, const struct keel_efi_descriptor *entry);
	void *context;
};

void map_rules(const struct map_view *map, const struct map_remarks *remarks);

/*
 * The table's entries against the map. The caller has looked at the table's header: there are that
 * many entries of that size.
 */
void attribute_rules(const struct map_view *table, const struct map_view *map,
		     const struct map_remarks *remarks);

#endif
