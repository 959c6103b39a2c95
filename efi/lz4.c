/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stddef.h>
#include "lz4.h"

#define FRAME_MAGIC	0x184d2204
#define FLAG_VERSION	0xc0 /* these two bits */
#define FLAG_VERSION_1	0x40
#define FLAG_BLOCK_CRC	0x10
#define FLAG_SIZE	0x08 /* the contents' size is in the header */
#define FLAG_DICTIONARY 0x01
#define HEADER_BYTES	15 /* with the size and without a dictionary's number */
#define BLOCK_RAW	0x80000000u
#define SHORTEST_MATCH	4

/* A buffer that is read or written from front to back. */
struct cursor {
	const uint8_t *at;
	const uint8_t *end;
};

static uint64_t read_little_endian(const uint8_t *from, unsigned bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | from[bytes];
	return value;
}

uint64_t lz4_content_bytes(const uint8_t *frame, uint64_t frame_bytes)
{
	if (frame_bytes < HEADER_BYTES || read_little_endian(frame, 4) != FRAME_MAGIC ||
	    (frame[4] & FLAG_VERSION) != FLAG_VERSION_1 ||
	    (frame[4] & (FLAG_SIZE | FLAG_DICTIONARY | FLAG_BLOCK_CRC)) != FLAG_SIZE)
		return 0;
	return read_little_endian(frame + 6, 8);
}

/* A length of 15 in a token goes on in the bytes that follow, up to one that is not 255. */
static bool read_length(struct cursor *in, uint64_t *length)
{
	uint8_t more = 255;

	if (*length != 15)
		return true;
	while (more == 255) {
		if (in->at == in->end)
			return false;
		more = *in->at++;
		*length += more;
	}
	return true;
}

/* Unpacks one block to *out, which is moved on. A match may reach back as far as `start`. */
static bool unpack_block(struct cursor in, const uint8_t *start, uint8_t **out, const uint8_t *end)
{
	uint8_t *to = *out;

	while (in.at != in.end) {
		const uint8_t token = *in.at++;
		uint64_t literals = token >> 4;
		uint64_t match = token & 15;
		uint64_t distance;

		if (!read_length(&in, &literals) || literals > (uint64_t)(in.end - in.at) ||
		    literals > (uint64_t)(end - to))
			return false;
		while (literals--)
			*to++ = *in.at++;
		if (in.at == in.end)
			break; /* the last sequence has no match */
		if (in.end - in.at < 2)
			return false;
		distance = read_little_endian(in.at, 2);
		in.at += 2;
		if (!read_length(&in, &match))
			return false;
		match += SHORTEST_MATCH;
		if (!distance || distance > (uint64_t)(to - start) || match > (uint64_t)(end - to))
			return false;
		/* Source and destination may overlap: that is how runs are packed. */
		for (; match; match--, to++)
			*to = to[-(ptrdiff_t)distance];
	}
	*out = to;
	return true;
}

int lz4_unpack(const uint8_t *frame, uint64_t frame_bytes, uint8_t *to, uint64_t to_bytes)
{
	const uint8_t *start = to;
	const uint8_t *end = to + to_bytes;
	struct cursor in = { frame + HEADER_BYTES, frame + frame_bytes };

	if (!to_bytes || lz4_content_bytes(frame, frame_bytes) != to_bytes)
		return -1;
	while (in.end - in.at >= 4) {
		const uint32_t header = read_little_endian(in.at, 4);
		const uint64_t bytes = header & ~BLOCK_RAW;
		struct cursor block = { in.at + 4, in.at + 4 + bytes };

		if (!header)
			return to == end ? 0 : -1;
		if (bytes > (uint64_t)(in.end - block.at))
			return -1;
		if (header & BLOCK_RAW) {
			if (bytes > (uint64_t)(end - to))
				return -1;
			while (block.at != block.end)
				*to++ = *block.at++;
		} else if (!unpack_block(block, start, &to, end)) {
			return -1;
		}
		in.at = block.end;
	}
	return -1;
}
