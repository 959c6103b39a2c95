/* SPDX-License-Identifier: BSD-2-Clause */
/* A seed for the kernel's random numbers, from the best source that the machine has. */
#include "firmware.h"
#include "lib/x86.h"

static const EFI_GUID rng_guid = {
	0x3152bca5, 0xeade, 0x433d, { 0x86, 0x2e, 0xc0, 0x1c, 0xdc, 0x29, 0x1f, 0x44 }
};

/* EFI_RNG_PROTOCOL (UEFI 2.10, 37.5.1). */
struct rng {
	void *get_info;
	EFI_STATUS(EFIAPI *get)(struct rng *rng, const EFI_GUID *algorithm, UINTN bytes, void *to);
};

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

static bool from_firmware(const struct loader *l, void *seed, uint64_t bytes)
{
	struct rng *rng = protocol(l, &rng_guid);

	return rng && !EFI_ERROR(rng->get(rng, NULL, bytes, seed));
}

void random_seed(struct loader *l)
{
	uint64_t seed[KEEL_RANDOM_SEED_BYTES / sizeof(uint64_t)] = { 0 };
	uint32_t source = KEEL_RANDOM_NONE;

	if (from_firmware(l, seed, sizeof(seed)))
		source = KEEL_RANDOM_EFI_RNG;
	else if (from_cpu(seed, sizeof(seed) / sizeof(seed[0])))
		source = KEEL_RANDOM_RDRAND;
	l->facts.random_source = source;
	if (source != KEEL_RANDOM_NONE)
		memcpy(l->facts.random_seed, seed, sizeof(seed));
}
