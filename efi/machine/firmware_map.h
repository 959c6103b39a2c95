/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's memory map, and its Memory Attributes Table, as they are at this moment. */
#ifndef EFI_MACHINE_FIRMWARE_MAP_H
#define EFI_MACHINE_FIRMWARE_MAP_H

#include "firmware.h"
#include "mm.h"

struct firmware_map {
	/* The caller's memory: where the copies go, and how many bytes there is room for. */
	uint64_t capacity;
	void *attributes_copy; /* header and all */
	uint64_t attributes_capacity;

	struct mm_descriptors descriptors; /* `first` is the caller's memory, too */
	uint64_t key;			   /* for ExitBootServices */
	uint32_t version;		   /* of the descriptors */
	struct mm_memory_attributes attributes;
	uint64_t attributes_bytes; /* of the copy; 0: there is no such table */
	bool attributes_changed;   /* since they were read before */
};

/* How much room the copies need, with some to grow: sets both capacities, stride and counts. */
EFI_STATUS firmware_map_measure(const struct firmware *fw, struct firmware_map *map);

/* Reads both. Nothing is allocated: it may be called between two calls of ExitBootServices. */
EFI_STATUS firmware_map_read(const struct firmware *fw, struct firmware_map *map);

#endif
