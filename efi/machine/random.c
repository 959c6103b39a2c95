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
static bool from_cpu(uint64_t *words, unsigned count)
{
	if (!(cpuid(LEAF_FEATURES, 0).ecx & FEATURES_ECX_RDRAND))
		return false;
	for (unsigned n = 0; n < count; n++)
		if (!rdrand(words + n) || (n && words[n] == words[n - 1]))
			return false;
	return true;
}

/* The second answer, which nobody wants, goes where the firmware had the first one on its way. */
static bool from_firmware(const struct firmware *fw, uint64_t *words, UINTN bytes)
{
	EFI_RNG_PROTOCOL *rng = protocol_first(fw, &rng_guid);
	uint64_t unused[RANDOM_MOST_WORDS];

	if (!rng || EFI_ERROR(rng->GetRNG(rng, NULL, bytes, (UINT8 *)words)))
		return false;
	rng->GetRNG(rng, NULL, bytes, (UINT8 *)unused);
	return true;
}

enum keel_random_source random_words(const struct firmware *fw, uint64_t *words, unsigned count)
{
	if (from_firmware(fw, words, count * sizeof(*words)))
		return KEEL_RANDOM_EFI_RNG;
	if (from_cpu(words, count))
		return KEEL_RANDOM_RDRAND;
	/* A source may have failed half-way. */
	memset(words, 0, count * sizeof(*words));
	return KEEL_RANDOM_NONE;
}
