/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unpacking .lzma files: what xz packs, with all parameters, and the one that is really built in;
 * whole, cut off and damaged in every way that a bad copy can damage them.
 */
#include <unistd.h>
#include "calls.h"
#include "check.h"
#include "crc.h"
#include "lzma.h"

#define HEADER	 13
#define SIZE_AT	 5
#define MOST	 (1 << 20)
#define DEFAULTS "lc=3,lp=0,pb=2"
#define PIECE	 20000

struct bytes {
	uint8_t *data;
	uint64_t count;
};

static struct lzma_model model;

static struct bytes read_all(FILE *file)
{
	struct bytes all = { zalloc(MOST), 0 };

	assert_non_null(file);
	all.count = fread(all.data, 1, MOST, file);
	return all;
}

static struct bytes read_file(const char *name)
{
	FILE *file = fopen(name, "rb");
	struct bytes all = read_all(file);

	fclose(file);
	return all;
}

static void set_size(struct bytes packed, uint64_t size)
{
	memcpy(packed.data + SIZE_AT, &size, 8);
}

/* xz leaves the size open; here it is filled in. */
static struct bytes pack(const void *data, uint64_t count, const char *options)
{
	char name[] = "build/test_lzma-XXXXXX";
	char command[256];
	FILE *file = fdopen(mkstemp(name), "wb");
	struct bytes packed;

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, count, file), count);
	fclose(file);
	snprintf(command, sizeof(command), "xz -c --format=lzma --lzma1=preset=1,%s <%s", options,
		 name);
	file = popen(command, "r");
	packed = read_all(file);
	assert_int_equal(pclose(file), 0);
	unlink(name);
	set_size(packed, count);
	return packed;
}

/* In buffers of just the right size, for the sanitizer. NULL when it is refused. */
static uint8_t *unpack(const uint8_t *packed, uint64_t packed_bytes, uint64_t bytes)
{
	uint8_t *in = malloc(packed_bytes + !packed_bytes);
	uint8_t *out = malloc(bytes + !bytes);

	memcpy(in, packed, packed_bytes);
	memset(&model, 0xff, sizeof(model)); /* what was in it does not matter */
	if (!lzma_unpack(&model, in, packed_bytes, out, bytes)) {
		free(out);
		out = NULL;
	}
	free(in);
	return out;
}

static void good(struct bytes packed, const void *data, uint64_t count)
{
	uint8_t *out = unpack(packed.data, packed.count, count);
	uint64_t bytes;

	assert_true(lzma_content_bytes(packed.data, packed.count, &bytes));
	assert_int_equal(bytes, count);
	assert_non_null(out);
	assert_memory_equal(out, data, count);
	free(out);
}

static void there_and_back(const void *data, uint64_t count, const char *options)
{
	struct bytes packed = pack(data, count, options);

	good(packed, data, count);
	free(packed.data);
}

static void all_parameters(void **state)
{
	struct bytes file = read_file("build/selfcheck.stripped.elf");
	char options[32];

	(void)state;
	for (unsigned lc = 0; lc <= 4; lc++)
		for (unsigned lp = 0; lc + lp <= 4; lp++)
			for (unsigned pb = 0; pb <= 4; pb++) {
				snprintf(options, sizeof(options), "lc=%u,lp=%u,pb=%u", lc, lp, pb);
				there_and_back(file.data, PIECE, options);
			}
	free(file.data);
}

static void all_kinds_of_contents(void **state)
{
	uint64_t seed = 1;
	uint8_t *data = zalloc(2 * PIECE);

	(void)state;
	there_and_back(data, 0, DEFAULTS);
	there_and_back(data, 1, DEFAULTS);
	there_and_back(data, 2 * PIECE, DEFAULTS); /* a run */
	for (uint64_t n = 0; n < PIECE; n++)
		data[n] = random_next(&seed);
	there_and_back(data, PIECE, DEFAULTS); /* nothing to pack */
	memcpy(data + PIECE, data, PIECE);
	there_and_back(data, 2 * PIECE, DEFAULTS); /* far matches, as long as they can be */
	free(data);
}

/* Some of everything, in few bytes. */
static struct bytes small_packed(uint8_t data[400])
{
	memset(data, 'x', 400);
	strcpy((char *)data, "A run, a repetition far back and some text: a run");
	memcpy(data + 200, data + 3, 30);
	return pack(data, 400, DEFAULTS);
}

static void cut_off(void **state)
{
	uint8_t data[400];
	struct bytes packed = small_packed(data);
	uint8_t *longer = malloc(packed.count + 1);

	(void)state;
	for (uint64_t cut = 0; cut < packed.count; cut++)
		assert_null(unpack(packed.data, cut, sizeof(data)));
	memcpy(longer, packed.data, packed.count);
	longer[packed.count] = 0;
	assert_null(unpack(longer, packed.count + 1, sizeof(data)));
	free(longer);
	free(packed.data);
}

/* Each byte with each wrong value: refused, or it shows. The dictionary's size does not matter. */
static void damaged(void **state)
{
	uint8_t data[400];
	struct bytes packed = small_packed(data);
	unsigned refused = 0;

	(void)state;
	for (uint64_t at = 0; at < packed.count; at++)
		for (unsigned change = 1; change < 256; change++) {
			uint8_t *out;

			packed.data[at] ^= change;
			out = unpack(packed.data, packed.count, sizeof(data));
			packed.data[at] ^= change;
			if (out && (at < 1 || at > 4))
				assert_memory_not_equal(out, data, sizeof(data));
			refused += !out;
			free(out);
		}
	assert_true(refused > 200 * packed.count);
	good(packed, data, sizeof(data));
	free(packed.data);
}

static void wrong_sizes(void **state)
{
	static const uint64_t sizes[] = { 0, 1, 399, 401, 800 };
	uint8_t data[400];
	struct bytes packed = small_packed(data);
	uint64_t bytes;

	(void)state;
	for (unsigned n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
		assert_null(unpack(packed.data, packed.count, sizes[n])); /* not what it says */
		set_size(packed, sizes[n]);
		assert_null(unpack(packed.data, packed.count, sizes[n]));
		assert_null(unpack(packed.data, packed.count, sizeof(data)));
		set_size(packed, sizeof(data));
	}
	set_size(packed, UINT64_MAX); /* left open */
	assert_false(lzma_content_bytes(packed.data, packed.count, &bytes));
	assert_null(unpack(packed.data, packed.count, sizeof(data)));
	free(packed.data);
}

static void impossible_headers(void **state)
{
	uint8_t data[400];
	struct bytes packed = small_packed(data);
	uint64_t bytes;

	(void)state;
	for (unsigned value = 0; value < 256; value++) {
		packed.data[0] = value;
		assert_int_equal(lzma_content_bytes(packed.data, packed.count, &bytes),
				 value < 225 && value % 9 + value / 9 % 5 <= 4);
		free(unpack(packed.data, packed.count, sizeof(data)));
	}
	packed.data[0] = 0;
	for (uint64_t count = 0; count < HEADER; count++)
		assert_false(lzma_content_bytes(packed.data, count, &bytes));
	free(packed.data);
}

static void built_in(void **state)
{
	struct bytes packed = read_file("build/selfcheck.lzma");
	struct bytes file = read_file("build/selfcheck.stripped.elf");
	uint8_t *out = unpack(packed.data, packed.count, file.count);

	(void)state;
	assert_non_null(out);
	calls_restore(out, file.count);
	assert_memory_equal(out, file.data, file.count);
	free(out);
	/* One bit wrong: refused, or the CRC tells. */
	for (uint64_t at = SIZE_AT; at < packed.count; at += 211) {
		packed.data[at] ^= 0x10;
		out = unpack(packed.data, packed.count, file.count);
		packed.data[at] ^= 0x10;
		if (!out)
			continue;
		calls_restore(out, file.count);
		assert_int_not_equal(crc32(0, out, file.count), crc32(0, file.data, file.count));
		free(out);
	}
	free(packed.data);
	free(file.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_parameters), cmocka_unit_test(all_kinds_of_contents),
		cmocka_unit_test(cut_off),	  cmocka_unit_test(damaged),
		cmocka_unit_test(wrong_sizes),	  cmocka_unit_test(impossible_headers),
		cmocka_unit_test(built_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
