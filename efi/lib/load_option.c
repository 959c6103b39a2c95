/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stddef.h>
#include "lib/load_option.h"

/* UEFI 2.10, 3.1.3: active, reconnect, hidden, and the category. Others are reserved. */
#define ATTRIBUTES 0x1f0b

#define NODE_BYTES	   4 /* of a device path, before its own data (10.2) */
#define NODE_END	   0x7f
#define NODE_END_OF_PATH   0xff /* its subtype, where no other instance follows (10.3.1) */
#define PATH_LENGTH_OFFSET 4
#define DESCRIPTION_OFFSET 6

static uint32_t number(const uint8_t *from, unsigned bytes)
{
	uint32_t value = 0;

	while (bytes--)
		value = value << 8 | from[bytes];
	return value;
}

/* Whether device paths, one after the other, fill all of it. */
static bool are_paths(const uint8_t *node, uint64_t bytes)
{
	bool ended = false;

	while (bytes >= NODE_BYTES) {
		const uint32_t length = number(node + 2, 2);

		if (length < NODE_BYTES || length > bytes)
			return false;
		ended = node[0] == NODE_END && node[1] == NODE_END_OF_PATH;
		node += length;
		bytes -= length;
	}
	return ended && !bytes;
}

const void *load_option_data(const void *options, uint64_t bytes, uint64_t *data_bytes)
{
	const uint8_t *option = options;
	uint64_t path_bytes;
	uint64_t at = DESCRIPTION_OFFSET;

	*data_bytes = 0;
	if (bytes < DESCRIPTION_OFFSET || number(option, 4) & ~ATTRIBUTES)
		return NULL;
	path_bytes = number(option + PATH_LENGTH_OFFSET, 2);
	/* The description is UTF-16, and its NUL follows it. */
	do {
		if (bytes - at < 2)
			return NULL;
		at += 2;
	} while (number(option + at - 2, 2));
	if (path_bytes > bytes - at || !are_paths(option + at, path_bytes))
		return NULL;
	*data_bytes = bytes - at - path_bytes;
	return option + at + path_bytes;
}
