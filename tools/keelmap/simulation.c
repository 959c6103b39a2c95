/* SPDX-License-Identifier: BSD-2-Clause */
/* From descriptors to checked page tables, as the loader does it, with mm/ itself. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "keelmap.h"

#define DEFAULT_PHYS_BITS 46

/* The usual places (SDM vol. 3A 11.4.4; 82093AA data sheet, 3.0). */
#define LOCAL_APIC_PHYS KEEL_U64(0xfee00000)
#define IO_APIC_PHYS	KEEL_U64(0xfec00000)

static bool out_of_memory(void)
{
	fprintf(stderr, "keelmap: out of memory\n");
	return false;
}

/* The descriptor that a note is about: by its index, or else by the address. */
static uint64_t line_of(const struct parsed *parsed, uint64_t index, uint64_t phys)
{
	if (index < parsed->count && parsed->descriptors[index].phys == phys)
		return parsed->lines[index];
	for (size_t n = 0; n < parsed->count; n++) {
		const struct keel_efi_descriptor *d = parsed->descriptors + n;

		if (d->phys <= phys && (phys - d->phys) >> KEEL_PAGE_SHIFT < d->pages)
			return parsed->lines[n];
	}
	return 0;
}

static void print_note(void *context, enum mm_note what, uint64_t index, uint64_t phys,
		       uint64_t value)
{
	const struct simulation *s = context;
	const struct source *source = what == MM_NOTE_ATTRIBUTES_BAD ? s->attributes : s->map;
	const bool whole = what == MM_NOTE_LEFT_OUT || what == MM_NOTE_FRAMEBUFFER ||
			   what == MM_NOTE_TABLES_LEFT_OUT;
	const uint64_t line = whole ? 0 : line_of(&source->parsed, index, phys);

	if (line)
		fprintf(stderr, "keelmap: %s:%" PRIu64 ": ", source->name, line);
	else
		fprintf(stderr, "keelmap: %s: ", source->name);
	fprintf(stderr, "%s (start 0x%" PRIx64 ", %s %" PRIu64 ")\n", mm_note_text(what), phys,
		whole				 ? "bytes"
		: what == MM_NOTE_ATTRIBUTES_BAD ? "entries"
						 : "pages",
		value);
}

/* Bits that it takes to address all of the sound descriptors. */
static uint32_t bits_needed(const struct parsed *parsed)
{
	uint32_t bits = 0;

	for (size_t n = 0; n < parsed->count; n++) {
		const struct keel_efi_descriptor *d = parsed->descriptors + n;
		enum mm_note why;

		if (mm_descriptor_is_sound(d, 52, &why))
			while ((d->phys + (d->pages << KEEL_PAGE_SHIFT) - 1) >> bits)
				bits++;
	}
	return bits;
}

static void describe_machine(struct simulation *s)
{
	const struct options *o = s->options;
	const uint32_t bits = bits_needed(&s->map->parsed);

	s->machine = (struct mm_machine){
		.phys_bits = o->phys_bits ? o->phys_bits : DEFAULT_PHYS_BITS,
		.largest_leaf_level = o->no_1g ? KEEL_LEVEL_PD : KEEL_LEVEL_PDPT,
		.boundaries = o->boundaries,
		.boundary_count = o->boundary_count,
	};
	if (!o->phys_bits && bits > DEFAULT_PHYS_BITS) {
		s->machine.phys_bits = bits;
		fprintf(stderr, "keelmap: %s: addresses take %u bits: taken as --phys-bits\n",
			s->map->name, bits);
	}
}

static void make_request(struct simulation *s)
{
	s->slots[0] = (struct mm_fixmap_slot){ LOCAL_APIC_PHYS, KEEL_FIXMAP_LOCAL_APIC };
	s->slots[1] = (struct mm_fixmap_slot){ IO_APIC_PHYS, KEEL_FIXMAP_IO_APIC_FIRST };
	s->notes = (struct mm_notes){ print_note, s };
	s->request = (struct mm_request){
		.machine = &s->machine,
		.map = &s->memory,
		.descriptors = { s->map->parsed.descriptors,
				 s->map->parsed.count * sizeof(struct keel_efi_descriptor),
				 sizeof(struct keel_efi_descriptor) },
		.attributes = { s->attributes->parsed.descriptors, s->attributes->parsed.count,
				sizeof(struct keel_efi_descriptor) },
		.segments = s->segments,
		.cpu_count = s->options->cpus,
		.slots = s->slots,
		.slot_count = sizeof(s->slots) / sizeof(s->slots[0]),
	};
	memcpy(s->request.framebuffers, s->options->framebuffers, sizeof(s->request.framebuffers));
}

static bool allocate_memory_map(struct simulation *s)
{
	const uint64_t inputs =
		s->map->parsed.count + sizeof(s->allocations) / sizeof(s->allocations[0]);

	s->memory.capacity = mm_memory_map_capacity(inputs, 0);
	s->memory.ranges = calloc(s->memory.capacity, sizeof(*s->memory.ranges));
	s->memory_work = malloc(mm_memory_map_work_bytes(inputs));
	return s->memory.ranges && s->memory_work ? true : out_of_memory();
}

static bool report(const struct simulation *s, struct mm_result result)
{
	if (result.error)
		fprintf(stderr, "keelmap: %s: %s (0x%" PRIx64 ")\n", s->map->name,
			mm_error_text(result.error), result.address);
	return !result.error;
}

static bool make_plan(struct simulation *s, const struct mm_notes *notes)
{
	const uint64_t capacity = mm_plan_capacity(&s->request);

	free(s->plan.mappings);
	free(s->plan_work);
	s->plan = (struct mm_plan){ .capacity = capacity, .machine = &s->machine };
	s->plan.mappings = calloc(capacity, sizeof(*s->plan.mappings));
	s->plan_work = calloc(capacity, sizeof(*s->plan_work));
	if (!s->plan.mappings || !s->plan_work)
		return out_of_memory();
	s->request.notes = notes;
	return report(s, mm_plan_kernel(&s->plan, &s->request, s->plan_work, &s->outcome));
}

static bool make_tables(struct simulation *s)
{
	s->pool.base = aligned_alloc(KEEL_PAGE_SIZE, s->pool.pages * KEEL_PAGE_SIZE);
	if (!s->pool.base)
		return out_of_memory();
	return report(s, mm_tables_build(&s->pool, &s->plan, true, MM_NO_ROOT, &s->root));
}

static bool check_tables(struct simulation *s)
{
	struct mm_check check = {
		.pool = &s->pool,
		.root = s->root,
		.plan = &s->plan,
		.global = true,
		.map = &s->memory,
		.framebuffers = s->request.framebuffers,
		.framebuffers_mapped = s->outcome.framebuffers_mapped,
	};

	check.work = malloc(mm_check_work_bytes(&check));
	if (!check.work)
		return out_of_memory();
	if (!mm_check_kernel(&check, &s->report)) {
		struct mm_check_report rest = { 0 };

		problem(s, s->map, "check: %s (at 0x%" PRIx64 ": 0x%" PRIx64 ")",
			mm_violation_text(s->report.violation), s->report.address, s->report.value);
		/* The count comes last: it may not have been reached, and is shown all the same. */
		if (mm_check_entries(&check, &rest))
			mm_check_tables(&check, &rest);
		s->report.minimum = rest.minimum;
	}
	free(check.work);
	return true;
}

int simulation_run(struct simulation *s)
{
	problems_of_log(s, s->map);
	problems_of_log(s, s->attributes);
	describe_machine(s);
	make_request(s);
	/* Where the tables go depends on how many there are, and that on a first plan. */
	if (!allocate_memory_map(s) || !simulation_map(s, &s->notes) || !place_kernel(s) ||
	    !place_area(s) || !make_plan(s, NULL) || !place_tables(s) || !make_plan(s, &s->notes) ||
	    !make_tables(s) || !check_tables(s))
		return EXIT_NOT_SOUND;
	return EXIT_GOOD;
}

void simulation_free(struct simulation *s)
{
	free(s->memory.ranges);
	free(s->memory_work);
	free(s->plan.mappings);
	free(s->plan_work);
	free(s->pool.base);
}
