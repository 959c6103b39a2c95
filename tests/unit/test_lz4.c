/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unpacking LZ4 frames: frames written by hand from the format's description, and the one that is
 * really built in, whole and damaged in every way that a bad copy can damage it.
 */
#include <stdio.h>
#include "check.h"
#include "crc.h"
#include "lz4.h"

#define HEADER 15

/* A frame with one block: `size` is what it claims to unpack to. */
static uint64_t make_frame(uint8_t *frame, uint8_t size, const uint8_t *block, uint32_t bytes)
{
	const uint8_t header[HEADER] = { 0x04, 0x22, 0x4d, 0x18, 0x68, 0x40, size };

	memcpy(frame, header, HEADER);
	memcpy(frame + HEADER, &bytes, 4);
	memcpy(frame + HEADER + 4, block, bytes & 0x7fffffff);
	memset(frame + HEADER + 4 + (bytes & 0x7fffffff), 0, 4);
	return HEADER + 8 + (bytes & 0x7fffffff);
}

static void good(const uint8_t *block, uint32_t bytes, const char *expected)
{
	const uint64_t size = strlen(expected);
	uint8_t frame[256];
	uint8_t *out = malloc(size); /* of just this size, for the sanitizer */
	const uint64_t frame_bytes = make_frame(frame, size, block, bytes);

	assert_int_equal(lz4_content_bytes(frame, frame_bytes), size);
	assert_int_equal(lz4_unpack(frame, frame_bytes, out, size), 0);
	assert_memory_equal(out, expected, size);
	free(out);
}

static void bad(const uint8_t *block, uint32_t bytes, uint64_t size)
{
	uint8_t frame[256];
	uint8_t *out = malloc(size);
	const uint64_t frame_bytes = make_frame(frame, size, block, bytes);

	assert_int_equal(lz4_unpack(frame, frame_bytes, out, size), -1);
	free(out);
}

static void by_hand(void **state)
{
	const uint8_t literals[] = { 0x30, 'a', 'b', 'c' };
	const uint8_t run[] = { 0x14, 'x', 1, 0, 0x10, 'y' }; /* x, 8 times x, y */
	const uint8_t raw[] = { 'r', 'a', 'w' };
	const uint8_t back[] = { 0x40, 'a', 'b', 'c', 'd', 4, 0, 0x10, 'e' };

	(void)state;
	good(literals, sizeof(literals), "abc");
	good(run, sizeof(run), "xxxxxxxxxy");
	good(raw, sizeof(raw) | 0x80000000, "raw");
	good(back, sizeof(back), "abcdabcde");
}

static void long_lengths(void **state)
{
	uint8_t block[64] = { 0xff, 5 }; /* 15 + 5 literals, then a match of 15 + 255 + 1 + 4 */
	char expected[512];

	(void)state;
	memcpy(block + 2, "abcdefghijklmnopqrst", 20);
	memcpy(block + 22, (const uint8_t[]){ 1, 0, 255, 1 }, 4);
	memset(expected, 't', sizeof(expected));
	memcpy(expected, "abcdefghijklmnopqrst", 20);
	expected[20 + 15 + 255 + 1 + 4] = 0;
	/* The size does not fit into make_frame's one byte; 295 is 0x127. */
	uint8_t frame[128];
	uint8_t out[295];
	const uint64_t bytes = make_frame(frame, 0x27, block, 26);

	frame[7] = 1;
	assert_int_equal(lz4_content_bytes(frame, bytes), sizeof(out));
	assert_int_equal(lz4_unpack(frame, bytes, out, sizeof(out)), 0);
	assert_memory_equal(out, expected, sizeof(out));
}

static void impossible_blocks(void **state)
{
	(void)state;
	bad((const uint8_t[]){ 0x40, 'a' }, 2, 4);		     /* literals missing */
	bad((const uint8_t[]){ 0x40, 'a', 'b', 'c', 'd' }, 5, 3);    /* more than claimed */
	bad((const uint8_t[]){ 0x10, 'a' }, 2, 2);		     /* less than claimed */
	bad((const uint8_t[]){ 0x14, 'x', 2, 0, 0x10, 'y' }, 6, 10); /* before the start */
	bad((const uint8_t[]){ 0x14, 'x', 0, 0, 0x10, 'y' }, 6, 10); /* distance 0 */
	bad((const uint8_t[]){ 0x14, 'x', 1 }, 3, 10);		     /* half a distance */
	bad((const uint8_t[]){ 0x14, 'x', 1, 0, 0x10, 'y' }, 6, 8);  /* match too long */
	bad((const uint8_t[]){ 0xf0 }, 1, 20);			     /* half a length */
	bad((const uint8_t[]){ 0x1f, 'x', 1, 0, 255 }, 5, 200);	     /* half a match length */
	bad((const uint8_t[]){ 'r', 'a', 'w' }, 3 | 0x80000000, 2);
}

static uint8_t *read_file(const char *name, uint64_t *bytes)
{
	FILE *file = fopen(name, "rb");
	uint8_t *data = malloc(1 << 20);

	assert_non_null(file);
	assert_non_null(data);
	*bytes = fread(data, 1, 1 << 20, file);
	fclose(file);
	return realloc(data, *bytes);
}

static void built_in(void **state)
{
	uint64_t packed_bytes;
	uint64_t bytes;
	uint8_t *packed = read_file("build/selfcheck.lz4", &packed_bytes);
	uint8_t *file = read_file("build/selfcheck.stripped.elf", &bytes);
	uint8_t *out = malloc(bytes);

	(void)state;
	assert_int_equal(lz4_content_bytes(packed, packed_bytes), bytes);
	assert_int_equal(lz4_unpack(packed, packed_bytes, out, bytes), 0);
	assert_memory_equal(out, file, bytes);
	/* Cut off anywhere: refused, and nothing is read beyond the end. */
	for (uint64_t cut = 0; cut < packed_bytes; cut += cut < 64 ? 1 : 997) {
		uint8_t *part = malloc(cut + 1);

		memcpy(part, packed, cut);
		assert_int_equal(lz4_unpack(part, cut, out, bytes), -1);
		free(part);
	}
	/* One bit wrong: refused, or the CRC tells; or harmless, as in a distance within zeros. */
	for (uint64_t at = 0; at < packed_bytes; at += 61) {
		packed[at] ^= 0x10;
		if (!lz4_unpack(packed, packed_bytes, out, bytes) && memcmp(out, file, bytes))
			assert_int_not_equal(crc32(0, out, bytes), crc32(0, file, bytes));
		packed[at] ^= 0x10;
	}
	free(packed);
	free(file);
	free(out);
}

static void crc_of_the_standard(void **state)
{
	(void)state;
	assert_int_equal(crc32(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(crc32(crc32(0, "1234", 4), "56789", 5), 0xcbf43926);
	assert_int_equal(crc32(0, "", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand),
		cmocka_unit_test(long_lengths),
		cmocka_unit_test(impossible_blocks),
		cmocka_unit_test(built_in),
		cmocka_unit_test(crc_of_the_standard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
