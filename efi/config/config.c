/* SPDX-License-Identifier: BSD-2-Clause */
/* keel.conf: lines of UTF-8 text, each a key and its value. */
#include "config/parser.h"

/* Nothing but text, up to the end of the line. */
static bool check_line(const struct config_parser *p, const char *line, const char *end)
{
	const uint64_t bytes = (uint64_t)(end - line);
	const uint64_t good = config_text_bytes(line, bytes);

	return good == bytes ||
	       config_refuse(p->error, "byte %u of the line is %x: expected UTF-8 text", good + 1,
			     (uint64_t)(uint8_t)line[good]);
}

/* A line without what ends it; it may be written to. */
static bool read_line(struct config_parser *p, char *line, char *end)
{
	char *value;

	p->error->line++;
	if (end > line && end[-1] == '\r')
		end--;
	if (!check_line(p, line, end))
		return false;
	while (end > line && config_is_blank(end[-1]))
		end--;
	*end = 0;
	while (config_is_blank(*line))
		line++;
	if (!*line || *line == '#')
		return true;
	for (value = line; *value && !config_is_blank(*value); value++)
		;
	while (config_is_blank(*value))
		*value++ = 0;
	return parser_take(p, line, value);
}

/* There is always one, were it empty: it is where something is missing. */
static bool read_lines(struct config_parser *p, char *text, char *const end)
{
	do {
		char *line = text;

		while (text < end && *text != '\n')
			text++;
		if (!read_line(p, line, text++))
			return false;
	} while (text < end);
	return true;
}

static enum config_result finish(struct config_parser *p)
{
	struct config *config = p->config;

	if (!parser_end(p))
		return CONFIG_WRONG;
	if (!p->entry) {
		config_refuse(p->error, "no entry: expected 'title TITLE', and below it "
					"'kernel PATH' or 'selfcheck'");
		return CONFIG_WRONG;
	}
	if (!p->default_title)
		return CONFIG_OK;
	config->default_entry = config_find(config, p->default_title);
	if (config->default_entry < config->entry_count)
		return CONFIG_OK;
	p->error->line = p->default_line;
	config_refuse(p->error, "no entry is titled '%s'", p->default_title);
	return CONFIG_WRONG;
}

enum config_result config_parse(const void *file, uint64_t bytes, void *work, struct config *config,
				struct config_error *error)
{
	const uint8_t *from = file;
	struct config_parser p;

	parser_start(&p, bytes, work, config, error);
	for (uint64_t n = 0; n < bytes; n++)
		p.text[n] = (char)from[n];
	if (bytes >= 2 && (from[0] ^ from[1]) == (0xfe ^ 0xff) && from[0] >= 0xfe) {
		error->line = 1;
		config_refuse(error, "the file is UTF-16: save it as UTF-8");
		return CONFIG_WRONG;
	}
	if (!read_lines(&p, p.text + config_mark_bytes(p.text, bytes), p.text + bytes))
		return CONFIG_WRONG;
	return finish(&p);
}

enum config_result config_select(struct config *config, const char *title,
				 struct config_error *error)
{
	const uint32_t entry = config_find(config, title);

	if (entry == config->entry_count) {
		error->line = error->text_bytes = 0;
		config_refuse(error, "no entry is titled '%s'", title);
		return CONFIG_WRONG;
	}
	config->default_entry = entry;
	config->timeout_seconds = 0;
	return CONFIG_OK;
}
