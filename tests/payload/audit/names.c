/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of all variables; see names.h. */
#include <stddef.h>
#include "audit/finding.h"
#include "audit/names.h"
#include "audit/service.h"

/* More variables than any board has; without an end, a broken store would never let go. */
#define VARIABLES_AT_MOST 4096
/* Linux asks for no more: some firmware refuses larger buffers (drivers/firmware/efi/vars.c). */
#define USUAL_BYTES   512
#define BYTES_AT_MOST 4096

static uint16_t name[BYTES_AT_MOST / sizeof(uint16_t)];
static struct efi_guid vendor;
/* A number for each one that came so far. */
static uint64_t sums[VARIABLES_AT_MOST];
static unsigned count;

unsigned names_count(void)
{
	return count;
}

static efi_status next_name(void)
{
	uint64_t bytes = USUAL_BYTES;
	efi_status status =
		CALL(GET_NEXT_VARIABLE_NAME, ADDRESS(&bytes), ADDRESS(name), ADDRESS(&vendor));

	if (status == EFI_BUFFER_TOO_SMALL && bytes > USUAL_BYTES && bytes <= sizeof(name))
		status = CALL(GET_NEXT_VARIABLE_NAME, ADDRESS(&bytes), ADDRESS(name),
			      ADDRESS(&vendor));
	return status;
}

/* FNV-1a, 64 bits. */
static uint64_t add_bytes(uint64_t sum, const void *data, uint64_t bytes)
{
	for (const uint8_t *byte = data; bytes; bytes--)
		sum = (sum ^ *byte++) * KEEL_U64(0x100000001b3);
	return sum;
}

static uint64_t name_bytes(void)
{
	uint64_t n = 0;

	while (n < sizeof(name) / sizeof(name[0]) && name[n])
		n++;
	return n * sizeof(name[0]);
}

static bool came_before(void)
{
	const uint64_t sum =
		add_bytes(add_bytes(KEEL_U64(0xcbf29ce484222325), &vendor, sizeof(vendor)), name,
			  name_bytes());

	for (unsigned n = 0; n < count; n++)
		if (sums[n] == sum)
			return true;
	sums[count] = sum;
	return false;
}

static bool is_own(const struct own_variable *own)
{
	uint64_t n = 0;

	while (own->name[n] && own->name[n] == name[n])
		n++;
	return own->name[n] == name[n] && !__builtin_memcmp(own->vendor, &vendor, sizeof(vendor));
}

void names_enumerate(struct own_variable *own, unsigned own_count)
{
	efi_status status = EFI_SUCCESS;

	vendor = (struct efi_guid){ 0 };
	name[0] = 0;
	for (count = 0; count < VARIABLES_AT_MOST; count++) {
		status = next_name();
		if (status != EFI_SUCCESS)
			break;
		if (came_before()) {
			finding(KEEL_FINDING_VARIABLE_NAMES, "a name comes twice, as number %u",
				count);
			return;
		}
		for (unsigned n = 0; n < own_count; n++)
			own[n].times += is_own(&own[n]);
	}
	if (count == VARIABLES_AT_MOST) {
		finding(KEEL_FINDING_VARIABLE_ENDLESS, "still names after %u", count);
		return;
	}
	judge(KEEL_FINDING_VARIABLE_NAMES, "last status", EFI_NOT_FOUND, status);
	for (unsigned n = 0; n < own_count; n++)
		judge(KEEL_FINDING_VARIABLE_NAMES, "times that an own variable comes", 1,
		      own[n].times);
}
