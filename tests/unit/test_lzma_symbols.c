/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unpacking .lzma files that no program would write: an encoder that follows the specification's
 * decoder step by step packs any sequence of symbols, possible or not.
 */
#include "check.h"
#include "lzma.h"

#define HEADER	 13
#define EVEN	 NULL /* no probability: 0 and 1 are the same */
#define END_SLOT 63

struct encoder {
	struct lzma_model model;
	uint8_t out[256];
	uint64_t bytes;
	uint64_t low;
	uint32_t range;
	unsigned state; /* the caller's: 0 after literals, 7 after a match, 8 after a repeat */
};

static struct encoder e;

static void begin(void)
{
	uint16_t *probs = (uint16_t *)&e.model;

	memset(&e, 0, sizeof(e));
	for (unsigned n = 0; n < sizeof(e.model) / 2; n++)
		probs[n] = 1024;
	e.bytes = HEADER + 1; /* lc = lp = pb = 0; the stream's first byte is zero */
	e.range = UINT32_MAX;
}

static void shift_out(void)
{
	if (e.low >> 32)
		for (uint64_t n = e.bytes - 1; !++e.out[n]; n--)
			;
	assert_true(e.bytes < sizeof(e.out));
	e.out[e.bytes++] = e.low >> 24;
	e.low = (e.low & 0xffffff) << 8;
}

static void put(uint16_t *prob, unsigned bit)
{
	const uint32_t bound = prob ? (e.range >> 11) * *prob : e.range >> 1;

	if (bit)
		e.low += bound;
	if (prob) {
		e.range = bit ? e.range - bound : bound;
		*prob += bit ? -(*prob >> 5) : (2048 - *prob) >> 5;
	} else {
		e.range = bound;
	}
	while (e.range < 1 << 24) {
		shift_out();
		e.range <<= 8;
	}
}

static void put_tree(uint16_t *probs, unsigned bits, unsigned value)
{
	unsigned node = 1;

	while (bits--) {
		put(probs + node, value >> bits & 1);
		node = node << 1 | (value >> bits & 1);
	}
}

/* Only after another literal, or at the start. */
static void literal(uint8_t byte)
{
	put(e.model.is_match[0], 0);
	put_tree(e.model.literal, 8, byte);
}

static void length(struct lzma_lengths *lengths, unsigned value)
{
	assert_in_range(value, 2, 9);
	put(lengths->choice, 0);
	put_tree(lengths->low[0], 3, value - 2);
}

/* For slots below 4, and far ones whose other bits are all ones. */
static void match(unsigned bytes, unsigned slot)
{
	put(e.model.is_match[e.state], 1);
	put(e.model.is_repeat + e.state, 0);
	length(&e.model.match_lengths, bytes);
	put_tree(e.model.slot[bytes - 2 < 3 ? bytes - 2 : 3], 6, slot);
	if (slot >= 14) {
		for (unsigned n = 4; n < (slot >> 1) - 1; n++)
			put(EVEN, 1);
		put_tree(e.model.align, 4, 15);
	}
	e.state = e.state < 7 ? 7 : 10;
}

static void repeat(unsigned which, unsigned bytes)
{
	put(e.model.is_match[e.state], 1);
	put(e.model.is_repeat + e.state, 1);
	for (unsigned n = 0; n < which; n++)
		put(e.model.is_older[n] + e.state, 1);
	if (which < 3)
		put(e.model.is_older[which] + e.state, 0);
	if (!which)
		put(e.model.is_long[e.state], bytes > 1);
	if (bytes > 1)
		length(&e.model.repeat_lengths, bytes);
	e.state = e.state >= 7 ? 11 : bytes > 1 ? 8 : 9;
}

static bool unpacks(const char *expected)
{
	static struct lzma_model model;
	const uint64_t count = strlen(expected);
	uint8_t *in;
	uint8_t *out = malloc(count + !count);
	bool good;

	for (unsigned n = 0; n < 4; n++)
		shift_out();
	e.out[5] = count;
	in = malloc(e.bytes);
	memcpy(in, e.out, e.bytes);
	good = lzma_unpack(&model, in, e.bytes, out, count);
	if (good)
		assert_memory_equal(out, expected, count);
	free(in);
	free(out);
	return good;
}

/* Each of these packs as a letter of the list says, and then tells whether that unpacks. */
static bool sequence(const char *symbols, const char *expected)
{
	begin();
	for (; *symbols; symbols++)
		switch (*symbols) {
		case '.': /* the end mark */
			match(2, END_SLOT);
			break;
		case '1' ... '4': /* 4 bytes from that far back */
			match(4, *symbols - '1');
			break;
		case '*': /* 2 bytes from as far back as there are numbers for, without the end mark */
			match(2, END_SLOT - 1);
			break;
		case 'A' ... 'D': /* 3 bytes at a distance that was used before */
			repeat(*symbols - 'A', 3);
			break;
		case '-': /* 1 byte at the last distance */
			repeat(0, 1);
			break;
		default:
			literal(*symbols);
		}
	return unpacks(expected);
}

static void possible(void **state)
{
	(void)state;
	assert_true(sequence("", ""));
	assert_true(sequence(".", ""));
	assert_true(sequence("a", "a"));
	assert_true(sequence("ab.", "ab"));
	assert_true(sequence("a1", "aaaaa"));
	assert_true(sequence("ab2.", "ababab"));
	assert_true(sequence("abcd3-", "abcdbcdbc"));
	assert_true(sequence("abcd4321", "abcdabcdbcdbdbdbbbbb"));
	assert_true(sequence("abcd43A", "abcdabcdbcdbcdb"));
	assert_true(sequence("abcd43B", "abcdabcdbcdbbcd"));
	assert_true(sequence("abcd43BA", "abcdabcdbcdbbcdbbc"));
	assert_true(sequence("abcd342C", "abcdbcdbbcdbdbdbbdb"));
	assert_true(sequence("abcd342D.", "abcdbcdbbcdbdbdbbbb"));
	assert_true(sequence("a-.", "aa")); /* the distances are 1 at first */
	assert_true(sequence("aD", "aaaa"));
}

static void before_the_start(void **state)
{
	(void)state;
	assert_false(sequence("1", "aaaa"));
	assert_false(sequence("-", "a"));
	assert_false(sequence("A", "aaa"));
	assert_false(sequence("D", "aaa"));
	assert_false(sequence("a2", "aaaaa"));
	assert_false(sequence("abc4", "abcabca"));
	assert_false(sequence("abc*", "abcab"));
}

static void beyond_the_end(void **state)
{
	(void)state;
	assert_false(sequence("abc", "ab"));
	assert_false(sequence("abc.", "ab"));
	assert_false(sequence("a1", "aaaa"));
	assert_false(sequence("a1.", "aaaa"));
	assert_false(sequence("a-", "a"));
	assert_false(sequence("a", ""));
	assert_false(sequence("abcdA", "abcddd"));
}

static void ends_wrongly(void **state)
{
	(void)state;
	assert_false(sequence("", "a"));
	assert_false(sequence(".", "a"));
	assert_false(sequence("ab", "abc"));
	assert_false(sequence("ab.", "abc"));
	assert_false(sequence("ab.c", "ab"));
	assert_false(sequence("ab.c", "abc"));
	assert_false(sequence("ab..", "ab"));
}

/* The stream's first byte is zero. All ones after it are a code that no encoder begins with. */
static void begins_wrongly(void **state)
{
	static struct lzma_model model;
	uint8_t in[HEADER + 5] = { 0 };
	uint8_t out;

	(void)state;
	assert_true(lzma_unpack(&model, in, sizeof(in), &out, 0));
	in[HEADER] = 1;
	assert_false(lzma_unpack(&model, in, sizeof(in), &out, 0));
	memset(in + HEADER, 0xff, 5);
	in[HEADER] = 0;
	in[5] = 1;
	assert_false(lzma_unpack(&model, in, sizeof(in), &out, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(possible),	  cmocka_unit_test(before_the_start),
		cmocka_unit_test(beyond_the_end), cmocka_unit_test(ends_wrongly),
		cmocka_unit_test(begins_wrongly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
