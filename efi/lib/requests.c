/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/requests.h"
#include <stddef.h>

static const struct request_words words[REQUEST_END] = {
	[KEEL_REQUEST_VERSION] = { "version", { NULL, NULL } },
	[KEEL_REQUEST_CPUS] = { "cpus",
				{ [KEEL_CPUS_LEFT] = "left", [KEEL_CPUS_STARTED] = "started" } },
	[KEEL_REQUEST_PLACE] = { "random",
				 { [KEEL_PLACE_FIRST] = "no", [KEEL_PLACE_RANDOM] = "place" } },
};

const struct request_words *request_words(uint32_t type)
{
	return type < REQUEST_END && words[type].key ? words + type : NULL;
}

bool request_may_be(uint32_t type, uint32_t value)
{
	return !words[type].values[0] || value < sizeof(words->values) / sizeof(words->values[0]);
}

bool requests_add(struct requests *r, uint32_t type, uint32_t value, bool optional)
{
	const uint32_t bit = REQUEST_BIT(type);
	const uint32_t old = r->values[type];

	if (!(r->made & bit)) {
		r->made |= bit;
		r->optional |= optional ? bit : 0;
		r->values[type] = value;
		return true;
	}
	if (optional != !!(r->optional & bit)) {
		/* The one that is not optional counts. */
		if (!optional)
			r->values[type] = value;
		r->optional &= ~bit;
		return true;
	}
	if (type == KEEL_REQUEST_VERSION)
		r->values[type] = value > old ? value : old;
	return type == KEEL_REQUEST_VERSION || value == old;
}

uint32_t requests_join(struct requests *r, const struct requests *more)
{
	for (uint32_t type = 1; type < REQUEST_END; type++)
		if (more->made & REQUEST_BIT(type) &&
		    !requests_add(r, type, more->values[type], more->optional & REQUEST_BIT(type)))
			return type;
	return 0;
}
