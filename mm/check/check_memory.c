/* SPDX-License-Identifier: BSD-2-Clause */
/* The checker's view from physical memory: executable frames, and the direct map. */
#include "check_internal.h"
#include "walk.h"

/* A piece of physical memory. */
struct frames {
	uint64_t phys;
	uint64_t end;
};

static uint64_t phys_end(const struct keel_mapping *m)
{
	return m->phys + (m->repeat_pages ? m->repeat_pages * KEEL_PAGE_SIZE : m->bytes);
}

static void sift_down(struct frames *list, uint64_t at, uint64_t count)
{
	const struct frames moved = list[at];

	for (;;) {
		uint64_t child = 2 * at + 1;

		if (child >= count)
			break;
		if (child + 1 < count && list[child + 1].phys > list[child].phys)
			child++;
		if (list[child].phys <= moved.phys)
			break;
		list[at] = list[child];
		at = child;
	}
	list[at] = moved;
}

/* By physical address; a heap sort, because it needs no memory and is never slow. */
static void sort_frames(struct frames *list, uint64_t count)
{
	for (uint64_t n = count / 2; n-- > 0;)
		sift_down(list, n, count);
	for (uint64_t n = count; n-- > 1;) {
		const struct frames largest = list[0];

		list[0] = list[n];
		list[n] = largest;
		sift_down(list, 0, n);
	}
}

/* The frames of all mappings with these rights, sorted and without overlap; returns how many. */
static uint64_t collect_frames(const struct mm_plan *plan, unsigned rights, struct frames *list)
{
	uint64_t count = 0;
	uint64_t kept = 0;

	for (uint64_t n = 0; n < plan->count; n++)
		if (plan->mappings[n].rights == rights)
			list[count++] = (struct frames){ plan->mappings[n].phys,
							 phys_end(plan->mappings + n) };
	sort_frames(list, count);
	for (uint64_t n = 0; n < count; n++) {
		if (kept && list[n].phys <= list[kept - 1].end) {
			if (list[n].end > list[kept - 1].end)
				list[kept - 1].end = list[n].end;
		} else {
			list[kept++] = list[n];
		}
	}
	return kept;
}

/* The first of these frames that the mapping leads to as well; false when there is none. */
static bool find_shared(const struct frames *list, uint64_t count, const struct keel_mapping *m,
			uint64_t *phys)
{
	uint64_t low = 0;
	uint64_t high = count;

	while (low < high) {
		const uint64_t middle = low + (high - low) / 2;

		if (list[middle].end <= m->phys)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == count || list[low].phys >= phys_end(m))
		return false;
	*phys = list[low].phys > m->phys ? list[low].phys : m->phys;
	return true;
}

bool mm_check_frames(const struct mm_check *check, struct mm_check_report *report)
{
	static const struct {
		uint8_t executable, writable;
	} pairs[] = {
		{ KEEL_RIGHTS_RX, KEEL_RIGHTS_RW },
		{ KEEL_RIGHTS_RX, KEEL_RIGHTS_FIRMWARE_RWX },
		{ KEEL_RIGHTS_FIRMWARE_RWX, KEEL_RIGHTS_RW },
	};
	struct frames *list = check->work;

	for (size_t pair = 0; pair < sizeof(pairs) / sizeof(pairs[0]); pair++) {
		const uint64_t count = collect_frames(check->plan, pairs[pair].executable, list);

		for (uint64_t n = 0; n < check->plan->count; n++) {
			const struct keel_mapping *m = check->plan->mappings + n;
			uint64_t phys;

			if (m->rights == pairs[pair].writable && find_shared(list, count, m, &phys))
				return mm_check_fail(report, MM_CHECK_FRAME,
						     m->virt + (phys - m->phys), phys);
		}
	}
	return true;
}

/*
 * UEFI 2.10, 7.2: what is memory that a kernel may ever use as such. Keel's own types belong into
 * the direct map as well, firmware's tables among them.
 */
static bool is_memory(uint32_t type)
{
	switch (type) {
	case KEEL_MEMORY_TYPE_RESERVED:
	case KEEL_MEMORY_TYPE_UNUSABLE:
	case KEEL_MEMORY_TYPE_MMIO:
	case KEEL_MEMORY_TYPE_MMIO_PORT:
	case KEEL_MEMORY_TYPE_PAL_CODE:
	case KEEL_MEMORY_TYPE_UNACCEPTED:
		return false;
	default:
		return type < KEEL_MEMORY_TYPE_UEFI_COUNT ||
		       (type >= KEEL_MEMORY_TYPE_KERNEL && type < KEEL_MEMORY_TYPE_KEEL_END);
	}
}

/* What has to be in the direct map next: [phys, end), or nothing when both are UINT64_MAX. */
struct memory {
	const struct mm_memory_map *map;
	uint64_t next; /* range of the map */
	uint64_t phys;
	uint64_t end;
};

static void next_memory(struct memory *memory, struct mm_check_report *report)
{
	const uint64_t room = KEEL_DIRECT_MAP_LAST - KEEL_DIRECT_MAP_START + 1;

	while (memory->next < memory->map->count) {
		const struct keel_memory_range *range = memory->map->ranges + memory->next++;
		const uint64_t end = range->phys + range->bytes;

		if (!is_memory(range->type))
			continue;
		memory->phys = range->phys;
		memory->end = end < room ? end : room;
		if (end > room)
			report->left_out_bytes += end - (range->phys > room ? range->phys : room);
		if (memory->phys < memory->end)
			return;
	}
	memory->phys = memory->end = UINT64_MAX;
}

static bool is_framebuffer(const struct mm_check *check, uint64_t phys)
{
	for (unsigned n = 0; n < MM_FRAMEBUFFERS_MOST; n++) {
		const struct mm_framebuffer *f;

		if (!(check->framebuffers_mapped >> n & 1))
			continue;
		f = check->framebuffers + n;
		if (phys >= (f->phys & -KEEL_PAGE_SIZE) && phys <= f->phys + (f->bytes - 1))
			return true;
	}
	return false;
}

/* One run of the direct map against memory, piece by piece. */
static bool check_direct_run(const struct mm_check *check, const struct mm_run *run,
			     struct memory *memory, struct mm_check_report *report)
{
	if (run->virt != KEEL_DIRECT_MAP(run->phys))
		return mm_check_fail(report, MM_CHECK_DIRECT_PHYS, run->virt, run->phys);
	for (uint64_t phys = run->phys; phys < run->phys + run->bytes;) {
		const uint64_t end = run->phys + run->bytes;

		if (memory->phys < phys)
			return mm_check_fail(report, MM_CHECK_DIRECT_MISSING, memory->phys,
					     memory->end < phys ? memory->end : phys);
		if (memory->phys > phys) {
			if (!is_framebuffer(check, phys) || run->memory_type != KEEL_MEMORY_WC)
				return mm_check_fail(report, MM_CHECK_DIRECT_FOREIGN,
						     KEEL_DIRECT_MAP(phys), phys);
			phys += KEEL_PAGE_SIZE;
			continue;
		}
		phys = memory->end < end ? memory->end : end;
		memory->phys = phys;
		if (memory->phys == memory->end)
			next_memory(memory, report);
	}
	return true;
}

bool mm_check_direct_map(const struct mm_check *check, struct mm_check_report *report)
{
	struct memory memory = { .map = check->map };
	struct mm_walk walk;
	struct mm_run run;

	report->left_out_bytes = 0;
	next_memory(&memory, report);
	mm_walk_begin(&walk, check->pool, check->root);
	while (mm_walk_run(&walk, &run) == MM_WALK_RUN)
		if (run.virt >= KEEL_DIRECT_MAP_START && run.virt <= KEEL_DIRECT_MAP_LAST &&
		    !check_direct_run(check, &run, &memory, report))
			return false;
	if (memory.phys != UINT64_MAX)
		return mm_check_fail(report, MM_CHECK_DIRECT_MISSING, memory.phys, memory.end);
	return true;
}
