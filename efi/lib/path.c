/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/path.h"
#include "lib/utf.h"

struct output {
	uint16_t *to;
	uint64_t units;
	uint64_t capacity;
};

static bool append_text(struct output *out, const char *text)
{
	while (*text) {
		uint16_t units[2];
		uint32_t code;
		/*
		 * Well-formed bytes after the first are not NUL, so no more than the text is read.
		 */
		const unsigned length = utf8_get(text, 4, &code);
		unsigned count;

		if (!length)
			return false;
		if (path_is_separator(*text))
			code = '\\';
		text += length;
		if (code == '\\' && out->units && out->to[out->units - 1] == '\\')
			continue;
		count = utf16_put(code, units);
		if (count >= out->capacity - out->units)
			return false;
		for (unsigned n = 0; n < count; n++)
			out->to[out->units++] = units[n];
	}
	return true;
}

bool path_resolve(const char *folder, const char *path, uint16_t *to, uint64_t capacity)
{
	struct output out = { to, 0, capacity };

	if (!capacity || !append_text(&out, "\\"))
		return false;
	if (!path_is_separator(*path) && (!append_text(&out, folder) || !append_text(&out, "\\")))
		return false;
	if (!append_text(&out, path))
		return false;
	to[out.units] = 0;
	return true;
}
