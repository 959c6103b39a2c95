/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/requests.h"
#include "machine/random.h"

static EFI_STATUS refuse_contradiction(const struct firmware *fw, const char *name,
				       const struct kernel *kernel, uint32_t type)
{
	const struct request_words *words = request_words(type);
	const uint32_t in_file = kernel->elf.requests.values[type];
	const uint32_t in_entry = kernel->requests.values[type];

	return fail(fw, EFI_UNSUPPORTED,
		    "%s asks for '%s %s', its entry for '%s %s': change one of the two", name,
		    words->key, words->values[in_file], words->key, words->values[in_entry]);
}

/* Of the version nothing but this depends on. */
static EFI_STATUS check_version(const struct firmware *fw, const char *name,
				struct requests *requests)
{
	const uint32_t version = requests_value(requests, KEEL_REQUEST_VERSION);

	if (version <= KEEL_BOOT_INFO_VERSION || requests_pass_over(requests, KEEL_REQUEST_VERSION))
		return EFI_SUCCESS;
	return fail(fw, EFI_INCOMPATIBLE_VERSION,
		    "%s asks for boot_info version %u, this Keel has %u: take a newer keel.efi",
		    name, (uint64_t)version, (uint64_t)KEEL_BOOT_INFO_VERSION);
}

/*
 * 64 random bits of their own: whoever knows the seed that the kernel gets does not know its place.
 */
static EFI_STATUS choose_place(const struct firmware *fw, const char *name, struct kernel *kernel)
{
	struct elf_image *elf = &kernel->elf;
	const char *why = NULL;

	if (requests_value(&kernel->requests, KEEL_REQUEST_PLACE) != KEEL_PLACE_RANDOM)
		return EFI_SUCCESS;
	if (!elf->movable)
		why = "it has fixed addresses: link it as a static PIE";
	else if (random_words(fw, &elf->random, 1) == KEEL_RANDOM_NONE)
		why = "this machine has no source of random numbers";
	elf->anywhere = !why;
	if (!why)
		return EFI_SUCCESS;
	if (!requests_pass_over(&kernel->requests, KEEL_REQUEST_PLACE))
		return fail(fw, EFI_UNSUPPORTED, "%s cannot have a random place: %s", name, why);
	note(fw, "%s has no random place: %s", name, why);
	return EFI_SUCCESS;
}

EFI_STATUS requests_settle(const struct firmware *fw, const char *name,
			   const struct config_entry *wanted, struct kernel *kernel)
{
	uint32_t contradiction;
	EFI_STATUS status;

	kernel->requests = wanted->requests;
	contradiction = requests_join(&kernel->requests, &kernel->elf.requests);
	if (contradiction)
		return refuse_contradiction(fw, name, kernel, contradiction);
	status = check_version(fw, name, &kernel->requests);
	return EFI_ERROR(status) ? status : choose_place(fw, name, kernel);
}
