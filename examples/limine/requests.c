/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding Limine's requests in the kernel: by their IDs, on multiples of 8, between the two
 * markers.
 */
#include "adapter.h"

static const uint64_t start_marker[] = LIMINE_START_MARKER;
static const uint64_t end_marker[] = LIMINE_END_MARKER;
static const uint64_t base_tag[] = LIMINE_BASE_TAG;
static const uint64_t ids[LIMINE_REQUEST_COUNT][2] = {
#define LIMINE_ID(name, first, second) { UINT64_C(first), UINT64_C(second) },
	LIMINE_REQUESTS(LIMINE_ID)
#undef LIMINE_ID
};

#define CR0_WP (UINT64_C(1) << 16)

void write_word(uint64_t *where, uint64_t value)
{
	uint64_t cr0;

	__asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
	__asm__ volatile("mov %0, %%cr0" : : "r"(cr0 & ~CR0_WP) : "memory");
	*(volatile uint64_t *)where = value;
	__asm__ volatile("mov %0, %%cr0" : : "r"(cr0) : "memory");
}

static int is_at(const uint64_t *where, const uint64_t *words, unsigned count)
{
	for (unsigned n = 0; n < count; n++)
		if (where[n] != words[n])
			return 0;
	return 1;
}

/* From behind the last start marker to the first end marker, where there are such. */
static void narrow(const uint64_t **from, const uint64_t **to)
{
	for (const uint64_t *at = *from; at + 4 <= *to; at++)
		if (is_at(at, start_marker, 4))
			*from = at + 4;
	for (const uint64_t *at = *from; at + 2 <= *to; at++)
		if (is_at(at, end_marker, 2)) {
			*to = at;
			return;
		}
}

/* A kernel that wants a newer revision than is known here finds its wish unfulfilled. */
static void serve_revision(struct guest *guest, uint64_t *tag)
{
	const uint64_t wanted = tag[2];

	guest->revision = wanted <= LIMINE_NEWEST ? wanted : LIMINE_NEWEST;
	if (wanted >= 3)
		write_word(&tag[1], guest->revision);
	if (wanted <= LIMINE_NEWEST)
		write_word(&tag[2], 0);
}

static void take_request(struct guest *guest, struct limine_request *request)
{
	for (unsigned n = 0; n < LIMINE_REQUEST_COUNT; n++)
		if (is_at(request->id + 2, ids[n], 2)) {
			if (guest->requests[n])
				give_up("the kernel has the same request twice");
			guest->requests[n] = request;
		}
}

void find_requests(struct guest *guest, uint64_t start_virt, uint64_t end_virt)
{
	static const uint64_t magic[] = { LIMINE_MAGIC_0, LIMINE_MAGIC_1 };
	const uint64_t *from = (const uint64_t *)start_virt, *to = (const uint64_t *)end_virt;

	narrow(&from, &to);
	for (const uint64_t *at = from; at + 3 <= to; at++) {
		if (is_at(at, base_tag, 2))
			serve_revision(guest, (uint64_t *)at);
		else if (is_at(at, magic, 2) && at + 6 <= to)
			take_request(guest, (struct limine_request *)at);
	}
}
