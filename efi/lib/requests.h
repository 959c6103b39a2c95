/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kernel has asked for (<keel/request.h>), by the notes in its file or by the words of its
 * entry in keel.conf, and the two as one. Pure C without firmware.
 */
#ifndef EFI_LIB_REQUESTS_H
#define EFI_LIB_REQUESTS_H

#include <stdbool.h>
#include <stdint.h>
#include <keel/request.h>

#define REQUEST_BIT(type) (1u << (type))
#define REQUEST_END	  (KEEL_REQUEST_PLACE + 1) /* types are 1 to this, exclusive */

struct requests {
	uint32_t made;	   /* REQUEST_BITs */
	uint32_t optional; /* of those: the ones that may be passed over */
	uint32_t values[REQUEST_END];
};

/* What keel.conf calls a request, and each of its values; for messages, too. */
struct request_words {
	const char *key;
	const char *values[2]; /* NULL: the value is a number */
};

/* NULL for a type that does not exist. */
const struct request_words *request_words(uint32_t type);

/* Whether a request of that type, which exists, may have the value. */
bool request_may_be(uint32_t type, uint32_t value);

/*
 * Adds one request to those. What is not optional counts more than what is; else, of two versions,
 * the higher one. Returns false, and changes nothing, if two values contradict each other.
 */
bool requests_add(struct requests *r, uint32_t type, uint32_t value, bool optional);

/* Adds all of `more`. Returns 0, or the type of the first that contradicts. */
uint32_t requests_join(struct requests *r, const struct requests *more);

/* The value, or what it is without a request: 0. */
static inline uint32_t requests_value(const struct requests *r, uint32_t type)
{
	return r->made & REQUEST_BIT(type) ? r->values[type] : 0;
}

/* A request that cannot be granted: true, and it is gone, if it is optional. */
static inline bool requests_pass_over(struct requests *r, uint32_t type)
{
	if (!(r->optional & REQUEST_BIT(type)))
		return false;
	r->made &= ~REQUEST_BIT(type);
	return true;
}

#endif
