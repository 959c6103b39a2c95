/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For tests of the configuration: text in memory of just its size, a workspace of just the size
 * that is asked for, and invariants that hold whatever the text.
 */
#ifndef TESTS_CONFIG_CASE_H
#define TESTS_CONFIG_CASE_H

#include "check.h"
#include "config/config.h"

struct config_case {
	void *input;
	char *work;
	uint64_t bytes;
	uint64_t work_bytes;
	struct config config;
	struct config_error error;
	enum config_result result;
	enum config_trust trust; /* of load options */
};

/* Takes a copy, so that the sanitizer guards both ends. */
static inline void case_input(struct config_case *c, const void *input, uint64_t bytes)
{
	const enum config_trust trust = c->trust;

	memset(c, 0, sizeof(*c));
	c->trust = trust;
	c->bytes = bytes;
	c->input = zalloc(bytes);
	memcpy(c->input, input, bytes);
	c->work_bytes = config_work_bytes(bytes);
	c->work = zalloc(c->work_bytes);
}

static inline void case_free(struct config_case *c)
{
	free(c->input);
	free(c->work);
}

/* Reads bytes as keel.conf. */
static inline void case_file_bytes(struct config_case *c, const void *file, uint64_t bytes)
{
	case_input(c, file, bytes);
	c->result = config_parse(c->input, bytes, c->work, &c->config, &c->error);
}

static inline void case_file(struct config_case *c, const char *file)
{
	case_file_bytes(c, file, strlen(file));
}

/* Reads ASCII text as load options; `units` of them, with what follows the text as it is. */
static inline void case_options_units(struct config_case *c, const char *text, uint64_t units)
{
	char *wide = zalloc(2 * units);

	for (uint64_t n = 0; n < units; n++)
		wide[2 * n] = text[n];
	case_input(c, wide, 2 * units);
	free(wide);
	c->result =
		config_parse_options(c->input, c->bytes, c->trust, c->work, &c->config, &c->error);
}

static inline void case_options(struct config_case *c, const char *text)
{
	case_options_units(c, text, strlen(text));
}

static inline void expect_refused(const struct config_case *c, uint32_t line, const char *text)
{
	if (c->result != CONFIG_WRONG || c->error.line != line || strcmp(c->error.text, text) != 0)
		fail_msg("result %d, line %u: \"%s\"\nexpected line %u: \"%s\"", c->result,
			 c->error.line, c->error.text, line, text);
}

static inline void refused_file(const char *file, uint32_t line, const char *text)
{
	struct config_case c = { .trust = CONFIG_FREE };

	case_file(&c, file);
	expect_refused(&c, line, text);
	case_free(&c);
}

static inline void refused_options(const char *options, const char *text)
{
	struct config_case c = { .trust = CONFIG_FREE };

	case_options(&c, options);
	expect_refused(&c, 0, text);
	case_free(&c);
}

static inline void expect_ok(const struct config_case *c)
{
	if (c->result != CONFIG_OK)
		fail_msg("result %d, line %u: \"%s\"", c->result, c->error.line, c->error.text);
}

#endif
