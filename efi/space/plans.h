/* SPDX-License-Identifier: BSD-2-Clause */
/* The plans for the three roots, made from the firmware's memory map of a certain moment. */
#ifndef EFI_SPACE_PLANS_H
#define EFI_SPACE_PLANS_H

#include "machine/firmware_map.h"
#include "space/boot_info.h"

struct plans {
	struct mm_request request; /* what the kernel's plan depends on */
	struct mm_memory_map map;  /* the plain one: which memory is Keel's does not matter */
	struct mm_plan kernel;
	struct mm_plan transition;
	struct mm_plan landing;
	struct mm_outcome outcome;
	uint64_t tables; /* pages that all three take */
	/* The firmware's RUNTIME descriptors with their addresses, for SetVirtualAddressMap. */
	struct mm_descriptors runtime_map;
	uint64_t landing_phys; /* two pages for the last instruction */

	struct mm_fixmap_slot *slots; /* KEEL_FIXMAP_SLOTS */
	struct keel_mapping *work;    /* as many as the largest plan has */
	void *map_work;		      /* to build a memory map with, of so many inputs: */
	uint64_t map_inputs;
};

/*
 * What follows from machine, kernel, the firmware's tables and the size of its map: the capacities.
 * map_inputs: descriptors and allocations of any memory map.
 */
void plans_measure(const struct boot_facts *facts, const struct firmware_map *map,
		   uint64_t map_inputs, struct plans *plans);

/* Divides the memory at `start`, whole pages, among the arrays; returns the bytes that it takes. */
uint64_t plans_lay_out(struct plans *plans, const struct firmware_map *map, uint64_t start);

/* The rest of what they depend on, once there is memory. */
void plans_prepare(const struct boot_facts *facts, const struct mm_cpu_area *area,
		   struct plans *plans);

/* Makes all three. map's descriptors get their virtual addresses. */
struct mm_result plans_make(struct plans *plans, const struct kernel *kernel,
			    const struct firmware_map *map, const struct mm_notes *notes);

/*
 * Whether they still hold for `final`, a memory map that was read and built later: then runtime_map
 * is brought up to date. map's descriptors get their virtual addresses.
 */
struct mm_result plans_review(struct plans *plans, const struct firmware_map *map,
			      const struct mm_memory_map *final, bool *current);

#endif
