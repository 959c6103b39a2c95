/* SPDX-License-Identifier: BSD-2-Clause */
#include "sha256.h"

#define ROUNDS	    64
#define BLOCK_BYTES 64

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes (4.2.2). */
static const uint32_t constants[ROUNDS] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static uint32_t rotate(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

/* 6.2.2, step 1. */
static void make_schedule(const uint8_t *block, uint32_t *w)
{
	for (unsigned t = 0; t < 16; t++, block += 4)
		w[t] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 |
		       (uint32_t)block[2] << 8 | block[3];
	for (unsigned t = 16; t < ROUNDS; t++) {
		const uint32_t a = w[t - 15];
		const uint32_t b = w[t - 2];

		w[t] = (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10) + w[t - 7] +
		       (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + w[t - 16];
	}
}

/* Steps 2 to 4: s[0] to s[7] are the working variables a to h. */
static void take_block(uint32_t *hash, const uint8_t *block)
{
	uint32_t w[ROUNDS];
	uint32_t s[8];

	make_schedule(block, w);
	for (unsigned n = 0; n < 8; n++)
		s[n] = hash[n];
	for (unsigned t = 0; t < ROUNDS; t++) {
		const uint32_t t1 = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) +
				    ((s[4] & s[5]) ^ (~s[4] & s[6])) + constants[t] + w[t];
		const uint32_t t2 = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) +
				    ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));

		for (unsigned n = 7; n; n--)
			s[n] = s[n - 1];
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (unsigned n = 0; n < 8; n++)
		hash[n] += s[n];
}

void sha256_of_pair(const uint8_t *first, const uint8_t *second, uint8_t *digest)
{
	uint32_t hash[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
			     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
	uint8_t block[BLOCK_BYTES];
	uint8_t end[BLOCK_BYTES] = { 0x80 }; /* padding, and the length: 512 bits */

	end[BLOCK_BYTES - 2] = 2;
	for (unsigned n = 0; n < SHA256_BYTES; n++) {
		block[n] = first[n];
		block[SHA256_BYTES + n] = second[n];
	}
	take_block(hash, block);
	take_block(hash, end);
	for (unsigned n = 0; n < SHA256_BYTES; n++)
		digest[n] = (uint8_t)(hash[n / 4] >> (24 - n % 4 * 8));
}
