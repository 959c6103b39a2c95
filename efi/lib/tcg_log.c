/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/tcg_log.h"

#define SPEC_ID "Spec ID Event03" /* with its NUL */

/* TCG_PCR_EVENT, and in it TCG_EfiSpecIDEvent, up to the number of algorithms. */
struct first_event {
	uint32_t pcr;
	uint32_t type;
	uint8_t sha1[20];
	uint32_t event_bytes;
	char signature[sizeof(SPEC_ID)];
	uint32_t platform_class;
	uint8_t versions[4];
	uint32_t algorithm_count;
} __attribute__((packed));

#define SHA1_EVENT_BYTES 32 /* of TCG_PCR_EVENT without its event */

struct algorithm {
	uint16_t id;
	uint16_t digest_bytes;
} __attribute__((packed));

struct event2 {
	uint32_t pcr;
	uint32_t type;
	uint32_t digest_count;
} __attribute__((packed));

struct tcg_algorithms tcg_log_algorithms(const void *log, uint64_t bytes)
{
	const struct first_event *first = log;
	const struct algorithm *list = (const struct algorithm *)(first + 1);
	struct tcg_algorithms found = { 0 };
	uint64_t all;

	if (bytes < sizeof(*first) || first->event_bytes > TCG_MOST_EVENT ||
	    __builtin_memcmp(first->signature, SPEC_ID, sizeof(SPEC_ID)) != 0 ||
	    first->algorithm_count > TCG_MOST_ALGORITHMS)
		return found;
	all = SHA1_EVENT_BYTES + (uint64_t)first->event_bytes;
	if (all > bytes || sizeof(*first) + first->algorithm_count * sizeof(*list) > all)
		return found;
	found.first_bytes = (uint32_t)all;
	for (uint32_t n = 0; n < first->algorithm_count; n++) {
		found.list[n].id = list[n].id;
		found.list[n].digest_bytes = list[n].digest_bytes;
	}
	found.count = first->algorithm_count;
	return found;
}

/* Bytes of that algorithm's digests; 0 if the log has none such. */
static uint32_t digest_bytes(const struct tcg_algorithms *algorithms, uint16_t id)
{
	for (uint32_t n = 0; n < algorithms->count; n++)
		if (algorithms->list[n].id == id)
			return algorithms->list[n].digest_bytes;
	return 0;
}

/* A number that need not be aligned; 0 where it would not end within so many bytes. */
static uint32_t number_at(const uint8_t *start, uint64_t at, uint64_t bytes, unsigned size)
{
	uint32_t value = 0;

	if (at + size <= bytes)
		__builtin_memcpy(&value, start + at, size);
	return value;
}

uint64_t tcg_event_bytes(const struct tcg_algorithms *algorithms, const void *event, uint64_t bytes)
{
	const struct event2 *e = event;
	uint64_t at = sizeof(*e);
	uint64_t event_bytes;

	if (bytes < at || e->digest_count > TCG_MOST_ALGORITHMS)
		return 0;
	for (uint32_t n = 0; n < e->digest_count; n++) {
		const uint32_t digest = digest_bytes(
			algorithms, (uint16_t)number_at(event, at, bytes, sizeof(uint16_t)));

		if (!digest)
			return 0;
		at += sizeof(uint16_t) + digest;
	}
	event_bytes = number_at(event, at, bytes, sizeof(uint32_t));
	at += sizeof(uint32_t);
	if (at > bytes || event_bytes > TCG_MOST_EVENT || event_bytes > bytes - at)
		return 0;
	return at + event_bytes;
}
