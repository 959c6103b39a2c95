/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine/random.h"
#include "lib/x86.h"

static const EFI_GUID rng_guid = EFI_RNG_PROTOCOL_GUID;

#define FEATURES_ECX_RDRAND (1u << 30)
#define RDRAND_TRIES	    10 /* SDM vol. 1, 7.3.17.1: more than that means that it is broken */

static bool rdrand(uint64_t *value)
{
	for (unsigned tries = RDRAND_TRIES; tries; tries--) {
		bool good;

		__asm__ volatile("rdrand %0" : "=r"(*value), "=@ccc"(good));
		if (good)
			return true;
	}
	return false;
}

/* Some AMD processors give all ones for ever after a suspend, with CF = 1: equal words are none. */
static bool from_cpu(uint64_t *seed, unsigned words)
{
	if (!(cpuid(LEAF_FEATURES, 0).ecx & FEATURES_ECX_RDRAND))
		return false;
	for (unsigned n = 0; n < words; n++)
		if (!rdrand(seed + n) || (n && seed[n] == seed[n - 1]))
			return false;
	return true;
}

static bool from_firmware(const struct firmware *fw, void *seed, uint64_t bytes)
{
	EFI_RNG_PROTOCOL *rng = protocol_first(fw, &rng_guid);

	return rng && !EFI_ERROR(rng->GetRNG(rng, NULL, bytes, seed));
}

enum keel_random_source random_words(const struct firmware *fw, uint64_t *words, unsigned count)
{
	if (from_firmware(fw, words, count * sizeof(*words)))
		return KEEL_RANDOM_EFI_RNG;
	return from_cpu(words, count) ? KEEL_RANDOM_RDRAND : KEEL_RANDOM_NONE;
}

void random_seed_take(const struct firmware *fw, struct random_seed *seed)
{
	uint64_t words[KEEL_RANDOM_SEED_BYTES / sizeof(uint64_t)];

	*seed = (struct random_seed){ .source = KEEL_RANDOM_NONE };
	seed->source = random_words(fw, words, sizeof(words) / sizeof(words[0]));
	if (seed->source != KEEL_RANDOM_NONE)
		memcpy(seed->bytes, words, sizeof(words));
}
