/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unpacks .lzma files (LZMA specification, Igor Pavlov, 2015) whose header tells the size of the
 * contents. The size of the dictionary does not matter: all of the output is kept. There is no
 * checksum in the format: the caller has one over the contents.
 */
#ifndef EFI_LZMA_H
#define EFI_LZMA_H

#include <stdbool.h>
#include <stdint.h>

#define LZMA_STATES	    12
#define LZMA_POSITIONS	    16 /* pb is 4 at most */
#define LZMA_CONTEXT_BITS   4  /* lc + lp is that at most, as in xz */
#define LZMA_LITERAL_PROBS  0x300
#define LZMA_LENGTH_CLASSES 4	/* that distances depend on */
#define LZMA_NEAR_PROBS	    115 /* for all but the first bits of distances below 128 */

/*
 * Probabilities that a bit is 0, in 1/2048. A tree of n bits takes 1 << n of them, the first of
 * which is not used.
 */
struct lzma_lengths {
	uint16_t choice[2];
	uint16_t low[LZMA_POSITIONS][1 << 3];
	uint16_t middle[LZMA_POSITIONS][1 << 3];
	uint16_t high[1 << 8];
};

/* What the decoder works with, for the caller to provide. Nothing in it but uint16_t. */
struct lzma_model {
	uint16_t is_match[LZMA_STATES][LZMA_POSITIONS];
	uint16_t is_repeat[LZMA_STATES];
	uint16_t is_older[3]
			 [LZMA_STATES]; /* the repeated distance is not the last, not the 2nd... */
	uint16_t is_long[LZMA_STATES][LZMA_POSITIONS];
	struct lzma_lengths match_lengths;
	struct lzma_lengths repeat_lengths;
	uint16_t slot[LZMA_LENGTH_CLASSES][1 << 6];
	uint16_t near[LZMA_NEAR_PROBS];
	uint16_t align[1 << 4];
	uint16_t literal[LZMA_LITERAL_PROBS << LZMA_CONTEXT_BITS];
};

/* Bytes that it unpacks to, as its header says. False: that is no header that we know. */
bool lzma_content_bytes(const uint8_t *packed, uint64_t packed_bytes, uint64_t *bytes);

/*
 * Unpacks into `to`, of exactly lzma_content_bytes. False means that the input is damaged; then
 * `to` holds rubbish. Nothing outside the two buffers and the model is read or written.
 */
bool lzma_unpack(struct lzma_model *model, const uint8_t *packed, uint64_t packed_bytes,
		 uint8_t *to, uint64_t to_bytes);

#endif
