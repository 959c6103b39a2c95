/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as the text of a memory map, or of a Memory Attributes Table, for keelmap's parsers. */
#include "fuzz.h"
#include "parse.h"

static void check_parsed(const struct parsed *parsed)
{
	REQUIRE(parsed->count <= parsed->capacity);
	for (size_t n = 0; n < parsed->count; n++)
		REQUIRE(parsed->lines[n] > 0);
}

static void check_error(const struct parse_error *error)
{
	REQUIRE(error->text[0] && memchr(error->text, 0, sizeof(error->text)));
}

/* Returns how many boots there are. */
static uint64_t parse_boot(const uint8_t *data, size_t bytes, uint64_t boot)
{
	struct parsed map = { 0 };
	struct parsed table = { 0 };
	struct parse_error error = { 0 };
	struct parse_log log;
	const int status = parse_map((const char *)data, bytes, boot, &map, &table, &log, &error);

	if (status == 0) {
		REQUIRE(map.count > 0);
		REQUIRE(log.boot > 0 && log.boot <= log.boots && log.line > 0);
		REQUIRE(boot == PARSE_LAST_BOOT || log.boot == boot);
		REQUIRE(!log.missing || (log.gap_line && log.gap_first <= log.gap_last));
		REQUIRE(!log.doubled == !log.doubled_line);
	} else {
		REQUIRE(status == -1 && !map.count && !table.count);
		check_error(&error);
	}
	check_parsed(&map);
	check_parsed(&table);
	parsed_free(&map);
	parsed_free(&table);
	return status ? 0 : log.boots;
}

static void parse_as_table(const uint8_t *data, size_t bytes)
{
	struct parsed table = { 0 };
	struct parse_error error = { 0 };
	struct parse_log log;

	if (parse_table((const char *)data, bytes, &table, &log, &error))
		check_error(&error);
	else
		REQUIRE(table.count > 0);
	check_parsed(&table);
	parsed_free(&table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	/* In memory of just this size, so that reading beyond it is noticed. */
	uint8_t *copy = need(bytes);
	uint64_t boots;

	memcpy(copy, data, bytes);
	boots = parse_boot(copy, bytes, PARSE_LAST_BOOT);
	if (boots > 1)
		REQUIRE(parse_boot(copy, bytes, 1) == boots);
	REQUIRE(!parse_boot(copy, bytes, boots + 1));
	parse_as_table(copy, bytes);
	free(copy);
	return 0;
}
