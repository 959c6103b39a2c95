/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include "lzma.h"
#include "range_decoder.h"

#define HEADER_BYTES   13
#define SHORTEST_MATCH 2
#define AFTER_LITERAL  7	  /* states below that */
#define FIRST_FAR_SLOT 14	  /* from distance 128 on */
#define END_MARK       UINT32_MAX /* as a distance */

struct decoder {
	struct range_decoder bits;

	struct lzma_model *model;
	unsigned lc;
	uint64_t lp_mask, pb_mask;
	unsigned state;	       /* what the last few symbols were */
	uint32_t distances[4]; /* the last ones, less 1 */

	const uint8_t *start;
	uint8_t *to;
	const uint8_t *end;
};

static unsigned read_length(struct decoder *d, struct lzma_lengths *lengths)
{
	const unsigned at = (d->to - d->start) & d->pb_mask;

	if (!read_bit(&d->bits, lengths->choice))
		return SHORTEST_MATCH + read_tree(&d->bits, lengths->low[at], 3);
	if (!read_bit(&d->bits, lengths->choice + 1))
		return SHORTEST_MATCH + 8 + read_tree(&d->bits, lengths->middle[at], 3);
	return SHORTEST_MATCH + 16 + read_tree(&d->bits, lengths->high, 8);
}

/* A slot stands for the distance's two highest bits and how many follow. */
static uint32_t read_distance(struct decoder *d, unsigned length)
{
	const unsigned class = length - SHORTEST_MATCH;
	uint16_t *slots =
		d->model->slot[class < LZMA_LENGTH_CLASSES ? class : LZMA_LENGTH_CLASSES - 1];
	const unsigned slot = read_tree(&d->bits, slots, 6);
	const unsigned bits = (slot >> 1) - 1;
	const uint32_t high = 2 | (slot & 1);

	if (slot < 4)
		return slot;
	if (slot < FIRST_FAR_SLOT)
		return (high << bits) +
		       read_reverse_tree(&d->bits, d->model->near + (high << bits) - slot, bits);
	return (high << bits) + (read_even_bits(&d->bits, bits - 4) << 4) +
	       read_reverse_tree(&d->bits, d->model->align, 4);
}

/*
 * After a match, the byte that would have continued it is what this one will not be: as long as
 * their bits are the same, they choose among probabilities of their own.
 */
static void read_literal(struct decoder *d)
{
	const unsigned before = d->to == d->start ? 0 : d->to[-1];
	const unsigned context = ((d->to - d->start) & d->lp_mask) << d->lc | before >> (8 - d->lc);
	uint16_t *probs = d->model->literal + LZMA_LITERAL_PROBS * context;
	unsigned node = 1;

	if (d->state >= AFTER_LITERAL) {
		unsigned matched = d->to[-(ptrdiff_t)d->distances[0] - 1];
		unsigned same;

		do {
			const unsigned expected = matched >> 7 & 1;
			const unsigned bit =
				read_bit(&d->bits, probs + (1 + expected) * 0x100 + node);

			node = node << 1 | bit;
			matched <<= 1;
			same = bit == expected;
		} while (same && node < 0x100);
	}
	*d->to++ = node < 0x100 ? walk(&d->bits, probs, node, 0x100) : node;
	d->state = d->state < 4 ? 0 : d->state < 10 ? d->state - 3 : d->state - 6;
}

static void set_state(struct decoder *d, unsigned after_literal, unsigned after_match)
{
	d->state = d->state < AFTER_LITERAL ? after_literal : after_match;
}

/* Makes one of the last distances, or one that is not among them, the last one. */
static void use_distance(struct decoder *d, unsigned which, uint32_t distance)
{
	for (; which; which--)
		d->distances[which] = d->distances[which - 1];
	d->distances[0] = distance;
}

/* A match at a distance that was used before; returns its length. */
static unsigned read_repeat(struct decoder *d)
{
	struct lzma_model *m = d->model;
	unsigned which = 0;

	while (which < 3 && read_bit(&d->bits, m->is_older[which] + d->state))
		which++;
	if (!which &&
	    !read_bit(&d->bits, m->is_long[d->state] + ((d->to - d->start) & d->pb_mask))) {
		set_state(d, 9, 11);
		return 1;
	}
	use_distance(d, which, d->distances[which]);
	set_state(d, 8, 11);
	return read_length(d, &m->repeat_lengths);
}

/* A match at a new distance; returns its length. */
static unsigned read_match(struct decoder *d)
{
	const unsigned length = read_length(d, &d->model->match_lengths);

	use_distance(d, 3, read_distance(d, length));
	set_state(d, 7, 10);
	return length;
}

/* Source and destination may overlap: that is how runs are packed. */
static bool copy(struct decoder *d, unsigned length)
{
	const uint32_t back = d->distances[0];
	uint8_t *to = d->to;
	const uint8_t *from;

	if (back >= to - d->start || length > d->end - to)
		return false;
	from = to - back - 1;
	d->to += length;
	while (length--)
		*to++ = *from++;
	return true;
}

/* Everything is there and nothing is left over. */
static bool complete(const struct decoder *d)
{
	return d->to == d->end && d->bits.next == d->bits.end && !d->bits.interval.code &&
	       !d->bits.bad;
}

static bool unpack(struct decoder *d)
{
	struct lzma_model *m = d->model;

	while (!d->bits.bad && !complete(d)) { /* the end mark may be missing */
		unsigned length;

		if (!read_bit(&d->bits,
			      m->is_match[d->state] + ((d->to - d->start) & d->pb_mask))) {
			if (d->to == d->end)
				return false;
			read_literal(d);
			continue;
		}
		if (read_bit(&d->bits, m->is_repeat + d->state)) {
			length = read_repeat(d);
		} else {
			length = read_match(d);
			if (d->distances[0] == END_MARK)
				break;
		}
		if (!copy(d, length))
			return false;
	}
	return complete(d);
}

bool lzma_content_bytes(const uint8_t *packed, uint64_t packed_bytes, uint64_t *bytes)
{
	*bytes = 0;
	if (packed_bytes < HEADER_BYTES || packed[0] >= 9 * 5 * 5 ||
	    packed[0] % 9 + packed[0] / 9 % 5 > LZMA_CONTEXT_BITS)
		return false;
	for (unsigned n = 8; n; n--)
		*bytes = *bytes << 8 | packed[HEADER_BYTES - 9 + n];
	return *bytes != UINT64_MAX; /* that would be "not known" */
}

bool lzma_unpack(struct lzma_model *model, const uint8_t *packed, uint64_t packed_bytes,
		 uint8_t *to, uint64_t to_bytes)
{
	struct decoder d = {
		.bits = { .next = packed + HEADER_BYTES, .end = packed + packed_bytes },
		.model = model,
		.start = to,
		.to = to,
		.end = to + to_bytes,
	};
	uint16_t *probs = (uint16_t *)model;
	uint64_t bytes;

	if (!lzma_content_bytes(packed, packed_bytes, &bytes) || bytes != to_bytes)
		return false;
	d.lc = packed[0] % 9;
	d.lp_mask = (1u << packed[0] / 9 % 5) - 1;
	d.pb_mask = (1u << packed[0] / (9 * 5)) - 1;
	for (unsigned n = 0; n < sizeof(*model) / sizeof(*probs); n++)
		probs[n] = PROB_INITIAL;
	range_start(&d.bits);
	return unpack(&d);
}
