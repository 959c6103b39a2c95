/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tables of a machine should say, worked out once more from its raw descriptors: without
 * the memory map, the plan, or anything else of mm/. For sound descriptors (no overlap) and without
 * a Memory Attributes Table or a framebuffer.
 */
#ifndef TESTS_MACHINE_MODEL_H
#define TESTS_MACHINE_MODEL_H

#include "scene.h"

/* Does a kernel or runtime code mapping make this frame executable? No attributes table here. */
static inline bool is_executable(const struct scene *s, uint64_t phys)
{
	for (uint64_t i = 0; i < s->request.segment_count; i++)
		if (s->segments[i].rights == KEEL_RIGHTS_RX &&
		    phys - s->segments[i].phys < s->segments[i].bytes)
			return true;
	for (uint64_t i = 0; i < mm_descriptor_count(&s->descriptors); i++) {
		const struct keel_efi_descriptor *d = mm_descriptor(&s->descriptors, i);

		if (d->type == 5 && phys - d->phys < d->pages * 4096)
			return true;
	}
	return false;
}

/* The descriptor that holds a byte; sound maps have at most one. */
static inline const struct keel_efi_descriptor *owner(const struct scene *s, uint64_t phys)
{
	for (uint64_t i = 0; i < mm_descriptor_count(&s->descriptors); i++) {
		const struct keel_efi_descriptor *d = mm_descriptor(&s->descriptors, i);

		if (phys - d->phys < d->pages * 4096)
			return d;
	}
	return NULL;
}

static inline bool is_memory(uint32_t type)
{
	return (type >= 1 && type <= 7) || type == 9 || type == 10 || type == 14;
}

/* PWT and PCD: none for write-back, both for uncached. No map here knows anything in between. */
static inline uint64_t cache_bits(const struct keel_efi_descriptor *d)
{
	return d->attribute & KEEL_EFI_MEMORY_WB && d->type != 11 && d->type != 12 ? 0 : 0x18;
}

static inline void check_direct(const struct scene *s, uint64_t phys)
{
	const struct keel_efi_descriptor *d = owner(s, phys);
	struct model_walk w;

	if (phys >= KEEL_U64(1) << s->machine.phys_bits)
		return;
	w = scene_walk(s, KEEL_DIRECT_MAP(phys));
	if (w.fault || w.present != (d && is_memory(d->type)))
		fail_msg("0x%" PRIx64 " is %s: %s", phys, w.present ? "mapped" : "missing",
			 w.fault ? w.fault : "");
	if (!w.present)
		return;
	if (w.phys != phys || w.executable || w.user || (w.entry & 0x18) != cache_bits(d) ||
	    w.writable == is_executable(s, phys))
		fail_msg("0x%" PRIx64 ": entry 0x%" PRIx64, phys, w.entry);
}

static inline void check_runtime(const struct scene *s, const struct keel_efi_descriptor *d,
				 uint64_t offset)
{
	struct model_walk w = scene_walk(s, d->virt + offset);

	assert_true(d->virt >= KEEL_EFI_START && d->virt + offset <= KEEL_EFI_LAST);
	if (w.fault || !w.present || w.phys != d->phys + offset || !w.writable ||
	    w.executable != (d->type == 5) || w.user || (w.entry & 0x18) != cache_bits(d))
		fail_msg("runtime 0x%" PRIx64 " at 0x%" PRIx64 ": entry 0x%" PRIx64,
			 d->phys + offset, d->virt + offset, w.entry);
}

static inline bool is_runtime(const struct keel_efi_descriptor *d)
{
	/* Of type 15: nobody has accepted it, and nobody may touch it. */
	return d->type == 5 || d->type == 6 ||
	       (d->attribute & KEEL_EFI_MEMORY_RUNTIME && d->type != 15);
}

/*
 * Neighbours in physical memory are neighbours in the EFI region, wherever in the array they stand
 * and whatever their types. Returns how many pairs there are.
 */
static inline uint64_t check_neighbours(const struct mm_descriptors *d)
{
	uint64_t pairs = 0;

	for (uint64_t i = 0; i < mm_descriptor_count(d); i++)
		for (uint64_t k = 0; k < mm_descriptor_count(d); k++) {
			const struct keel_efi_descriptor *a = mm_descriptor(d, i);
			const struct keel_efi_descriptor *b = mm_descriptor(d, k);

			if (!is_runtime(a) || !is_runtime(b) ||
			    a->phys + a->pages * 4096 != b->phys)
				continue;
			assert_int_equal(a->virt + a->pages * 4096, b->virt);
			pairs++;
		}
	return pairs;
}

/* Both edges of every descriptor, in the direct map and in the EFI region. */
static inline void check_descriptors(const struct scene *s)
{
	static const int64_t steps[] = { -4097, -4096, -1, 0, 1, 4095, 4096 };

	for (uint64_t i = 0; i < mm_descriptor_count(&s->descriptors); i++) {
		const struct keel_efi_descriptor *d = mm_descriptor(&s->descriptors, i);
		uint64_t bytes = d->pages * 4096;

		for (size_t k = 0; k < sizeof(steps) / sizeof(steps[0]); k++) {
			if (d->phys || steps[k] >= 0)
				check_direct(s, d->phys + (uint64_t)steps[k]);
			check_direct(s, d->phys + bytes + (uint64_t)steps[k]);
		}
		check_direct(s, d->phys + bytes / 2);
		if (!is_runtime(d)) {
			assert_int_equal(d->virt, 0);
			continue;
		}
		check_runtime(s, d, 0);
		check_runtime(s, d, bytes / 2);
		check_runtime(s, d, bytes - 1);
	}
}

/* Over frames: what is executable in one leaf is writable in no other. */
static inline void check_frames(const struct scene *s)
{
	const uint64_t capacity = 400000;
	struct model_leaf_info *leaves = zalloc(capacity * sizeof(*leaves));
	uint64_t count = 0;

	model_leaves(&s->tables.pool, s->root, 4, 0, leaves, capacity, &count);
	assert_true(count > 65536); /* the %esp fixup window alone */
	for (uint64_t x = 0; x < count; x++) {
		if (!leaves[x].executable)
			continue;
		if (leaves[x].writable &&
		    (leaves[x].virt < KEEL_EFI_START || leaves[x].virt > KEEL_EFI_LAST))
			fail_msg("writable and executable at 0x%" PRIx64, leaves[x].virt);
		for (uint64_t w = 0; w < count; w++)
			if (w != x && leaves[w].writable &&
			    leaves[w].phys < leaves[x].phys + leaves[x].bytes &&
			    leaves[x].phys < leaves[w].phys + leaves[w].bytes)
				fail_msg("0x%" PRIx64 " is executable, 0x%" PRIx64
					 " writes to the same frame",
					 leaves[x].virt, leaves[w].virt);
	}
	free(leaves);
}

#endif
