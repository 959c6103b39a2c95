/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs and I/O APICs in MADTs: of odd firmware, of large machines, and rubbish. */
#include "check.h"
#include "lib/madt.h"

#define OWN_ID	 0
#define MANY	 4096
#define CPU_SETS 64 /* repetitions of all 8-bit IDs */

struct scene {
	uint8_t *table;
	uint64_t bytes;
	uint64_t capacity;
	void *work;
	struct madt madt;
};

static int start(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	s->capacity = MADT_HEADER_BYTES + 16 * MANY + 16 * 256 * CPU_SETS;
	s->table = calloc(1, s->capacity);
	s->bytes = MADT_HEADER_BYTES;
	*state = s;
	return 0;
}

static int stop(void **state)
{
	struct scene *s = *state;

	free(s->work);
	free(s->table);
	free(s);
	return 0;
}

static void add(struct scene *s, const void *entry, size_t bytes)
{
	assert_true(s->bytes + bytes <= s->capacity);
	memcpy(s->table + s->bytes, entry, bytes);
	s->bytes += bytes;
}

static void add_local(struct scene *s, uint8_t id, uint8_t uid, uint8_t flags)
{
	add(s, (uint8_t[]){ 0, 8, uid, id, flags, 0, 0, 0 }, 8);
}

static void add_x2apic(struct scene *s, uint32_t id, uint32_t uid, uint8_t flags)
{
	uint8_t entry[16] = { 9, 16 };

	memcpy(entry + 4, &id, 4);
	entry[8] = flags;
	memcpy(entry + 12, &uid, 4);
	add(s, entry, sizeof(entry));
}

static void add_io_apic(struct scene *s, uint8_t id, uint32_t phys, uint32_t gsi)
{
	uint8_t entry[12] = { 1, 12, id };

	memcpy(entry + 4, &phys, 4);
	memcpy(entry + 8, &gsi, 4);
	add(s, entry, sizeof(entry));
}

/* From copies of exactly the right size: the sanitizer sees what leaves them. */
static void read_as(struct scene *s, uint32_t own_id)
{
	void *copy = malloc(s->bytes);

	memcpy(copy, s->table, s->bytes);
	free(s->work);
	s->work = malloc(madt_work_bytes(s->bytes));
	madt_read(copy, s->bytes, own_id, s->work, &s->madt);
	free(copy);
}

static void no_table_is_one_cpu(void **state)
{
	struct scene *s = *state;

	s->bytes = 0;
	read_as(s, 7);
	assert_int_equal(s->madt.cpu_count, 1);
	assert_int_equal(s->madt.cpus[0].apic_id, 7);
	assert_false(s->madt.lists_own_cpu);
	assert_int_equal(s->madt.io_apic_count, 0);
}

static void the_running_cpu_comes_first(void **state)
{
	struct scene *s = *state;

	add_local(s, 4, 104, 1);
	add_local(s, 2, 102, 1);
	add_local(s, 6, 106, 0);  /* not enabled */
	add_local(s, 0xff, 1, 1); /* all of them */
	add_local(s, 8, 108, 1);
	read_as(s, 2);
	assert_int_equal(s->madt.cpu_count, 3);
	assert_true(s->madt.lists_own_cpu);
	assert_int_equal(s->madt.cpus[0].apic_id, 2);
	assert_int_equal(s->madt.cpus[0].acpi_uid, 102);
	assert_int_equal(s->madt.cpus[1].apic_id, 4);
	assert_int_equal(s->madt.cpus[2].apic_id, 8);
	assert_int_equal(s->madt.cpus[2].acpi_uid, 108);
}

static void each_cpu_counts_once(void **state)
{
	struct scene *s = *state;

	for (unsigned n = 0; n < 256 * CPU_SETS; n++)
		add_local(s, (uint8_t)n, (uint8_t)(n / 256), 1);
	read_as(s, OWN_ID);
	assert_int_equal(s->madt.cpu_count, 255);
	for (unsigned n = 0; n < 255; n++) {
		assert_int_equal(s->madt.cpus[n].apic_id, n);
		assert_int_equal(s->madt.cpus[n].acpi_uid, 0); /* of its first entry */
	}
}

/* ACPI 6.5, 5.2.12.12: an ID of 8 bits belongs into an entry of the old kind. */
static void small_ids_count_in_one_kind_of_entry(void **state)
{
	struct scene *s = *state;

	add_x2apic(s, 1, 1, 1);
	add_x2apic(s, 0x12345, 2, 1);
	add_x2apic(s, 0xffffffff, 3, 1);
	read_as(s, OWN_ID);
	assert_int_equal(s->madt.cpu_count, 3);
	add_local(s, 0, 0, 1);
	read_as(s, OWN_ID);
	assert_int_equal(s->madt.cpu_count, 2);
	assert_int_equal(s->madt.cpus[1].apic_id, 0x12345);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* All different, and such that they would meet in a table that took their low bits. */
static uint64_t time_of(struct scene *s, uint64_t cpus)
{
	uint64_t best = UINT64_MAX;

	s->bytes = MADT_HEADER_BYTES;
	for (uint64_t n = 0; n < cpus; n++)
		add_x2apic(s, (uint32_t)n << 12, (uint32_t)n, 1);
	for (unsigned n = 0; n < 8; n++) {
		const uint64_t begin = now();

		read_as(s, OWN_ID);
		if (now() - begin < best)
			best = now() - begin;
	}
	assert_int_equal(s->madt.cpu_count, cpus);
	return best;
}

/* Sixteen times the CPUs take sixteen times as long, not 256 times: a ratio within one run. */
static void time_grows_with_the_table(void **state)
{
	struct scene *s = *state;
	const uint64_t few = time_of(s, MANY / 16);
	const uint64_t many = time_of(s, MANY);

	assert_true(many < 80 * few);
}

static void io_apics_are_listed(void **state)
{
	struct scene *s = *state;

	add_io_apic(s, 3, 0xfec00010, 24);
	read_as(s, OWN_ID);
	assert_int_equal(s->madt.io_apic_count, 1);
	assert_int_equal(s->madt.io_apics[0].phys, 0xfec00000);
	assert_int_equal(s->madt.io_apics[0].offset, 0x10);
	assert_int_equal(s->madt.io_apics[0].id, 3);
	assert_int_equal(s->madt.io_apics[0].gsi_base, 24);
	assert_int_equal(s->madt.io_apics[0].slot, KEEL_FIXMAP_IO_APIC_FIRST);
	for (unsigned n = 1; n < KEEL_FIXMAP_IO_APIC_COUNT + 3; n++)
		add_io_apic(s, (uint8_t)n, 0xfec00000 + (n << 12), 0);
	read_as(s, OWN_ID);
	assert_int_equal(s->madt.io_apic_count, KEEL_FIXMAP_IO_APIC_COUNT);
	assert_int_equal(s->madt.io_apics_left_out, 3);
	assert_int_equal(s->madt.left_out_phys, 0xfec00000 + (KEEL_FIXMAP_IO_APIC_COUNT << 12));
}

static void wrong_lengths_end_the_list(void **state)
{
	static const uint8_t wrong[][2] = { { 0, 0 },  { 0, 1 },  { 0, 7 },
					    { 1, 11 }, { 9, 15 }, { 77, 255 } };
	struct scene *s = *state;

	for (unsigned n = 0; n < sizeof(wrong) / sizeof(wrong[0]); n++) {
		s->bytes = MADT_HEADER_BYTES;
		add_local(s, 1, 1, 1);
		add(s, wrong[n], 2);
		add(s, (uint8_t[14]){ 0 }, 14);
		add_local(s, 2, 2, 1);
		read_as(s, OWN_ID);
		assert_int_equal(s->madt.cpu_count, 2);
		assert_int_equal(s->madt.wrong_offset, MADT_HEADER_BYTES + 8);
		assert_int_equal(s->madt.wrong_length, wrong[n][1]);
	}
	/* Cut off anywhere: in the header it is no table, between two entries it is whole. */
	s->bytes = MADT_HEADER_BYTES;
	add_local(s, 1, 1, 1);
	add_local(s, 2, 2, 1);
	for (uint64_t bytes = 0; bytes <= MADT_HEADER_BYTES + 16; bytes++) {
		const uint64_t entries = bytes < MADT_HEADER_BYTES ? 0 : bytes - MADT_HEADER_BYTES;

		s->bytes = bytes;
		read_as(s, OWN_ID);
		assert_int_equal(s->madt.cpu_count, 1 + entries / 8);
		assert_int_equal(s->madt.wrong_offset, entries % 8 ? bytes - entries % 8 : 0);
		assert_int_equal(s->madt.wrong_length, entries % 8 > 1 ? 8 : 0);
	}
}

static void any_bytes_will_do(void **state)
{
	struct scene *s = *state;
	uint64_t seed = 1;

	for (unsigned n = 0; n < 20000; n++) {
		s->bytes = random_next(&seed) % 512;
		for (uint64_t b = MADT_HEADER_BYTES; b < s->bytes; b++)
			s->table[b] = (uint8_t)(random_next(&seed) % 17);
		read_as(s, (uint32_t)random_next(&seed) % 17);
		assert_true(s->madt.cpu_count >= 1);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_table_is_one_cpu),	  TEST(the_running_cpu_comes_first),
		TEST(each_cpu_counts_once),	  TEST(small_ids_count_in_one_kind_of_entry),
		TEST(time_grows_with_the_table),  TEST(io_apics_are_listed),
		TEST(wrong_lengths_end_the_list), TEST(any_bytes_will_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
