/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The range decoder of LZMA (LZMA specification, "Range Decoder"): turns the input into bits, most of
 * which have a probability that adapts to what they were. For lzma.c, which has the headers; nearly
 * all of its time is spent here.
 */
#ifndef EFI_RANGE_DECODER_H
#define EFI_RANGE_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROB_BITS     11
#define PROB_INITIAL  (1 << (PROB_BITS - 1))
#define ADAPT_SHIFT   5
#define LEAST_RANGE   (1u << 24)
#define INITIAL_BYTES 5 /* the first one is zero */

/* What changes with every bit: worth keeping in registers. */
struct interval {
	uint32_t range;
	/*
	 * Less than range, except in what no encoder writes: then all bits that follow are ones, and
	 * the end, where this has to be zero, nearly always tells.
	 */
	uint32_t code;
};

struct range_decoder {
	const uint8_t *next;
	const uint8_t *end;
	bool bad; /* the input is too short; what is read is without meaning */
	struct interval interval;
};

static inline __attribute__((always_inline)) void range_refill(struct range_decoder *d,
							       struct interval *i)
{
	if (i->range >= LEAST_RANGE)
		return;
	i->range <<= 8;
	i->code <<= 8;
	if (d->next == d->end)
		d->bad = true;
	else
		i->code |= *d->next++;
}

static void range_start(struct range_decoder *d)
{
	struct interval i = { UINT32_MAX, 0 };

	if (d->end - d->next < INITIAL_BYTES || *d->next) {
		d->bad = true;
		return;
	}
	for (unsigned n = 0; n < INITIAL_BYTES; n++)
		i.code = i.code << 8 | *d->next++;
	d->interval = i;
}

/*
 * Bits with probabilities are read down a tree whose nodes have one each: the children of node n are
 * 2n and 2n + 1. This is one step, with the next bit.
 */
static inline __attribute__((always_inline)) size_t descend(struct range_decoder *d,
							    struct interval *i, uint16_t *probs,
							    size_t node)
{
	const uint32_t prob = probs[node];
	const uint32_t bound = (i->range >> PROB_BITS) * prob;

	if (i->code < bound) {
		i->range = bound;
		probs[node] = prob + (((1 << PROB_BITS) - prob) >> ADAPT_SHIFT);
		node = node << 1;
	} else {
		i->range -= bound;
		i->code -= bound;
		probs[node] = prob - (prob >> ADAPT_SHIFT);
		node = node << 1 | 1;
	}
	range_refill(d, i);
	return node;
}

static __attribute__((noinline)) unsigned read_bit(struct range_decoder *d, uint16_t *prob)
{
	struct interval i = d->interval;
	const unsigned bit = descend(d, &i, prob, 0);

	d->interval = i;
	return bit;
}

/* From a node down to one that is not below `leaves`. */
static __attribute__((noinline)) size_t walk(struct range_decoder *d, uint16_t *probs, size_t node,
					     size_t leaves)
{
	struct interval i = d->interval;

	do
		node = descend(d, &i, probs, node);
	while (node < leaves);
	d->interval = i;
	return node;
}

/* The highest bit first. */
static unsigned read_tree(struct range_decoder *d, uint16_t *probs, unsigned bits)
{
	return walk(d, probs, 1, 1u << bits) - (1u << bits);
}

/* The lowest bit first. */
static unsigned read_reverse_tree(struct range_decoder *d, uint16_t *probs, unsigned bits)
{
	unsigned node = walk(d, probs, 1, 1u << bits);
	unsigned value = 0;

	for (; node > 1; node >>= 1)
		value = value << 1 | (node & 1);
	return value;
}

/* Bits that are as likely 0 as 1. */
static uint32_t read_even_bits(struct range_decoder *d, unsigned bits)
{
	struct interval i = d->interval;
	uint32_t value = 0;

	while (bits--) {
		i.range >>= 1;
		value <<= 1;
		if (i.code >= i.range) {
			i.code -= i.range;
			value++;
		}
		range_refill(d, &i);
	}
	d->interval = i;
	return value;
}

#endif
