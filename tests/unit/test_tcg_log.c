/* SPDX-License-Identifier: BSD-2-Clause */
/* Events of a TPM's log: how long they are, and what is none. */
#include "check.h"
#include "lib/tcg_log.h"

/* The first event, of two algorithms: SHA-1 and SHA-256, and a byte of vendor's information. */
static uint8_t first[32 + 16 + 4 + 4 + 4 + 8 + 1];
static uint8_t event[12 + 2 + 20 + 2 + 32 + 4 + 5];

static void put(uint8_t *to, uint32_t value, unsigned bytes)
{
	memcpy(to, &value, bytes);
}

static int make_events(void **state)
{
	(void)state;
	memset(first, 0, sizeof(first));
	put(first + 4, 3, 4);
	put(first + 28, sizeof(first) - 32, 4);
	memcpy(first + 32, "Spec ID Event03", 16);
	put(first + 56, 2, 4);
	put(first + 60, 4, 2);
	put(first + 62, 20, 2);
	put(first + 64, 11, 2);
	put(first + 66, 32, 2);
	memset(event, 0xa5, sizeof(event));
	put(event, 9, 4);
	put(event + 8, 2, 4);
	put(event + 12, 4, 2);
	put(event + 34, 11, 2);
	put(event + 68, 5, 4);
	return 0;
}

/* In memory of just that size: the sanitizer sees any access outside. */
static struct tcg_algorithms algorithms_of(uint64_t bytes)
{
	uint8_t *copy = zalloc(bytes);
	struct tcg_algorithms found;

	memcpy(copy, first, bytes);
	found = tcg_log_algorithms(copy, bytes);
	free(copy);
	return found;
}

static uint64_t bytes_of(uint64_t bytes)
{
	const struct tcg_algorithms algorithms = algorithms_of(sizeof(first));
	uint8_t *copy = zalloc(bytes);
	uint64_t found;

	memcpy(copy, event, bytes);
	found = tcg_event_bytes(&algorithms, copy, bytes);
	free(copy);
	return found;
}

static void the_first_event_lists_algorithms(void **state)
{
	const struct tcg_algorithms found = algorithms_of(sizeof(first));

	(void)state;
	assert_int_equal(found.count, 2);
	assert_int_equal(found.first_bytes, sizeof(first));
	assert_int_equal(found.list[0].id, 4);
	assert_int_equal(found.list[0].digest_bytes, 20);
	assert_int_equal(found.list[1].id, 11);
	assert_int_equal(found.list[1].digest_bytes, 32);
}

static void another_first_event_lists_none(void **state)
{
	(void)state;
	for (uint64_t bytes = 0; bytes < sizeof(first); bytes++)
		assert_int_equal(algorithms_of(bytes).count, 0);
	first[46] = '2';
	assert_int_equal(algorithms_of(sizeof(first)).count, 0);
	first[46] = '3';
	put(first + 56, TCG_MOST_ALGORITHMS + 1, 4);
	assert_int_equal(algorithms_of(sizeof(first)).count, 0);
	put(first + 56, 3, 4); /* the list would leave the event */
	assert_int_equal(algorithms_of(sizeof(first)).count, 0);
	put(first + 56, 2, 4);
	put(first + 28, UINT32_MAX, 4);
	assert_int_equal(algorithms_of(sizeof(first)).count, 0);
}

static void an_event_ends_where_its_text_does(void **state)
{
	(void)state;
	assert_int_equal(bytes_of(sizeof(event)), sizeof(event));
	for (uint64_t bytes = 0; bytes < sizeof(event); bytes++)
		assert_int_equal(bytes_of(bytes), 0);
	put(event + 68, 4, 4);
	assert_int_equal(bytes_of(sizeof(event)), sizeof(event) - 1);
	put(event + 68, UINT32_MAX, 4);
	assert_int_equal(bytes_of(sizeof(event)), 0);
}

static void what_makes_no_sense_is_no_event(void **state)
{
	(void)state;
	put(event + 34, 12, 2); /* an algorithm that the log does not list */
	assert_int_equal(bytes_of(sizeof(event)), 0);
	put(event + 34, 11, 2);
	put(event + 8, UINT32_MAX, 4);
	assert_int_equal(bytes_of(sizeof(event)), 0);
	put(event + 8, 0, 4); /* no digests: what follows is a length, which is too large */
	assert_int_equal(bytes_of(sizeof(event)), 0);
}

#define TEST(function) cmocka_unit_test_setup(function, make_events)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_event_lists_algorithms),
		TEST(another_first_event_lists_none),
		TEST(an_event_ends_where_its_text_does),
		TEST(what_makes_no_sense_is_no_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
