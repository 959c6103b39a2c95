/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as an array of descriptors: the memory map that comes of it is sorted, merged and
 * without overlaps, covers what the sound descriptors cover and nothing else, and is at every edge
 * of the most restrictive type there is.
 */
#include "fuzz.h"

static bool covers(const struct keel_efi_descriptor *d, uint32_t phys_bits, uint64_t phys)
{
	enum mm_note why;

	return mm_descriptor_is_sound(d, phys_bits, &why) && phys >= d->phys &&
	       phys - d->phys < d->pages << KEEL_PAGE_SHIFT;
}

/*
 * The order in which types win, stated apart from mm/: the first ones are the most restrictive. 99
 * stands for all of OEMs and OS loaders; of two of those the higher one wins.
 */
static uint64_t place(uint32_t type)
{
	static const uint8_t order[] = { 15, 8, 11, 12, 13, 0, 99, 5, 6, 10, 9, 14, 3, 4, 1, 2, 7 };
	const bool foreign = type >= 0x70000000;
	uint64_t n = 0;

	while (order[n] != (foreign ? 99 : type))
		n++;
	return n << 32 | (foreign ? ~type : 0);
}

static const struct keel_memory_range *find(const struct mm_memory_map *map, uint64_t phys)
{
	for (uint64_t n = 0; n < map->count; n++)
		if (phys - map->ranges[n].phys < map->ranges[n].bytes)
			return map->ranges + n;
	return NULL;
}

static void check_address(const struct mm_memory_map *map, const struct mm_descriptors *all,
			  uint32_t phys_bits, uint64_t phys)
{
	const struct keel_memory_range *range = find(map, phys);
	const struct keel_efi_descriptor *winner = NULL;

	for (uint64_t n = 0; n < mm_descriptor_count(all); n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(all, n);

		if (covers(d, phys_bits, phys) && (!winner || place(d->type) < place(winner->type)))
			winner = d;
	}
	REQUIRE(!range == !winner);
	REQUIRE(!range || range->type == winner->type);
}

static void check_form(const struct mm_memory_map *map, uint32_t phys_bits)
{
	for (uint64_t n = 0; n < map->count; n++) {
		const struct keel_memory_range *range = map->ranges + n;
		const struct keel_memory_range *before = range - 1;

		REQUIRE(range->bytes && range->bytes % KEEL_PAGE_SIZE == 0);
		REQUIRE(range->phys % KEEL_PAGE_SIZE == 0);
		REQUIRE((range->phys + range->bytes - 1) >> phys_bits == 0);
		if (!n)
			continue;
		REQUIRE(before->phys + before->bytes <= range->phys);
		REQUIRE(before->phys + before->bytes < range->phys || before->type != range->type ||
			before->attribute != range->attribute);
	}
}

/* A descriptor, either raw or made of small numbers, which is where overlaps are. */
static void take_descriptor(struct input *in, struct keel_efi_descriptor *d, bool raw)
{
	d->type = take(in, raw ? 4 : 1) & (raw ? UINT32_MAX : 0x1f);
	if (!raw && d->type >= 0x18)
		d->type += 0x70000000;
	d->phys = raw ? take(in, 8) : take(in, 1) << KEEL_PAGE_SHIFT;
	d->pages = take(in, raw ? 8 : 1);
	d->attribute = raw ? take(in, 8) : take(in, 1) & 0xf;
	if (!raw && d->attribute & 1)
		d->attribute |= KEEL_EFI_MEMORY_RUNTIME;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct input in = { data, bytes };
	const struct mm_machine machine = { .phys_bits = 32 + take(&in, 1) % 21,
					    .largest_leaf_level = KEEL_LEVEL_PDPT };
	const bool raw = take(&in, 1) & 1;
	const uint64_t stride = sizeof(struct keel_efi_descriptor) + take(&in, 1) % 3 * 8;
	const uint64_t count = in.bytes / (raw ? 28 : 4) > 400 ? 400 : in.bytes / (raw ? 28 : 4);
	struct mm_descriptors all = { need(count * stride), count * stride, stride };
	struct mm_memory_map map = { .capacity = 2 * count, .ranges = need(2 * count * 40) };
	struct mm_memory_map coarse = map;
	void *work = need(mm_memory_map_work_bytes(count));
	struct mm_result result;

	coarse.coarse = true;
	coarse.ranges = need(2 * count * 40);
	for (uint64_t n = 0; n < count; n++)
		take_descriptor(&in, mm_descriptor(&all, n), raw);
	result = mm_memory_map_build(&map, &machine, &all, NULL, 0, work, NULL);
	REQUIRE(result.error == MM_OK);
	check_form(&map, machine.phys_bits);
	for (uint64_t n = 0; n < count; n++) {
		const struct keel_efi_descriptor *d = mm_descriptor(&all, n);
		const uint64_t end = d->phys + (d->pages << KEEL_PAGE_SHIFT);

		check_address(&map, &all, machine.phys_bits, d->phys);
		check_address(&map, &all, machine.phys_bits, d->phys - 1);
		check_address(&map, &all, machine.phys_bits, end);
		check_address(&map, &all, machine.phys_bits, end - 1);
	}
	result = mm_memory_map_build(&coarse, &machine, &all, NULL, 0, work, NULL);
	REQUIRE(result.error == MM_OK);
	REQUIRE(mm_memory_map_same(&map, &coarse));
	free(all.first);
	free(map.ranges);
	free(coarse.ranges);
	free(work);
	return 0;
}
