/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A source of random numbers that is not random: what it gives follows from the number that is its
 * variant, and counts on with each call. As a driver of a device may do, it keeps what it gave
 * last, in memory that is free after ExitBootServices. With the variant "none" there is no such
 * source, and the CPU has none either where it is a model without RDRAND.
 */
#include "hooks.h"

static EFI_GUID rng_guid = EFI_RNG_PROTOCOL_GUID;
static UINT64 state;
static volatile UINT8 kept[256];

/* splitmix64 */
static UINT64 next_word(void)
{
	UINT64 z = (state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static EFI_STATUS EFIAPI get_forced(EFI_RNG_PROTOCOL *rng, EFI_RNG_ALGORITHM *algorithm,
				    UINTN bytes, UINT8 *to)
{
	(void)rng;
	(void)algorithm;
	for (UINTN n = 0; n < bytes; n++)
		to[n] = kept[n % sizeof(kept)] = (UINT8)next_word();
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_nothing(EFI_RNG_PROTOCOL *rng, EFI_RNG_ALGORITHM *algorithm,
				     UINTN bytes, UINT8 *to)
{
	(void)rng;
	(void)algorithm;
	(void)bytes;
	(void)to;
	return EFI_NOT_READY;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system)
{
	static EFI_RNG_PROTOCOL own;
	EFI_RNG_PROTOCOL *rng = &own;
	EFI_HANDLE handle = NULL;
	const char *wanted;

	launch_init(image, system);
	if (EFI_ERROR(boot_services->LocateProtocol(&rng_guid, NULL, (void **)&rng))) {
		rng = &own;
		if (EFI_ERROR(boot_services->InstallProtocolInterface(&handle, &rng_guid,
								      EFI_NATIVE_INTERFACE, rng)))
			complain("the protocol cannot be installed");
	}
	wanted = variant(image);
	rng->GetRNG = text_is(wanted, "none") ? get_nothing : get_forced;
	for (; *wanted >= '0' && *wanted <= '9'; wanted++)
		state = state * 10 + (UINT64)(*wanted - '0');
	launch("rng", NULL, NULL);
	return finish();
}
