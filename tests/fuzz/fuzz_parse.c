/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as the text of a memory map, or of a Memory Attributes Table, for keelmap's parsers. */
#include "fuzz.h"
#include "parse.h"

static void parse(const uint8_t *data, size_t bytes, enum parse_kind kind)
{
	struct parsed parsed = { 0 };
	struct parse_error error = { 0 };
	const int status = parse_buffer((const char *)data, bytes, kind, &parsed, &error);

	if (status == 0) {
		REQUIRE(parsed.count > 0 && parsed.count <= parsed.capacity);
		for (size_t n = 0; n < parsed.count; n++)
			REQUIRE(parsed.lines[n] > 0);
	} else {
		REQUIRE(status == -1);
		REQUIRE(error.text[0] && memchr(error.text, 0, sizeof(error.text)));
	}
	parsed_free(&parsed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	/* In memory of just this size, so that reading beyond it is noticed. */
	uint8_t *copy = need(bytes);

	memcpy(copy, data, bytes);
	parse(copy, bytes, PARSE_MEMORY_MAP);
	parse(copy, bytes, PARSE_ATTRIBUTES);
	free(copy);
	return 0;
}
