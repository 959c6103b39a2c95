/* SPDX-License-Identifier: BSD-2-Clause */
/* Load options: a line of UTF-16 text, words with an = between key and value. */
#include "config/parser.h"
#include "lib/utf.h"

/*
 * Takes the quotes out of the word that begins at `word`, and ends it. Returns what follows, or
 * NULL if a quote is not closed; then the word goes as far as the text does.
 */
static char *end_word(char *word)
{
	bool quoted = false;
	char *to = word;
	char *from;

	for (from = word; *from && (quoted || !config_is_blank(*from)); from++) {
		if (*from == '"')
			quoted = !quoted;
		else
			*to++ = *from;
	}
	if (*from)
		from++;
	*to = 0;
	return quoted ? NULL : from;
}

static bool read_word(struct config_parser *p, char *word, bool first)
{
	char *value = word;

	while (*value && *value != '=')
		value++;
	/* The shell puts the program's name first, a boot option need not. */
	if (first && !*value && !parser_knows_flag(word))
		return true;
	if (*value)
		*value++ = 0;
	/*
	 * U-Boot hands its bootargs, meant for Linux, to whatever it starts; so do boot managers.
	 */
	p->foreign = first && *word && *value && !parser_knows(word);
	if (!p->entry && !parser_begin(p, "load options"))
		return false;
	p->allowed = KEYS_OF_OPTIONS;
	return parser_take(p, word, value);
}

/* Whether one of the words is meant for Keel. The text is spoiled. */
static bool has_key(char *text)
{
	while (text && *text) {
		char *word = text;
		char *end = word;

		text = end_word(word);
		while (*end && *end != '=')
			end++;
		/* Not "quiet": Linux has that, too. */
		if (*end ? (*end = 0, parser_knows(word)) : text_same(word, "selfcheck"))
			return true;
	}
	return false;
}

static bool read_words(struct config_parser *p, char *text)
{
	for (bool first = true;; first = false) {
		char *word;

		while (config_is_blank(*text))
			text++;
		if (!*text)
			return true;
		word = text;
		text = end_word(word);
		if (!text)
			return config_refuse(p->error, "no closing quote in '%s'", word);
		if (!read_word(p, word, first)) {
			p->foreign = p->foreign && !has_key(text);
			return false;
		}
	}
}

/* Such text is UTF-16 too, of signs that nobody means: the 8 bits of what should be characters. */
static bool is_8_bit_text(const uint8_t *options, uint64_t bytes)
{
	while (bytes && !options[bytes - 1])
		bytes--;
	for (uint64_t n = 0; n < bytes; n++)
		if (options[n] < ' ' || options[n] > '~')
			return false;
	return bytes > 1;
}

/* What the words come to, once all of them were taken. */
static enum config_result finish_words(struct config_parser *p)
{
	struct config *config = p->config;

	if (!(p->seen & ~KEY_BIT(KEY_QUIET))) {
		config->entry_count = 0;
		return CONFIG_NONE;
	}
	if (p->trust == CONFIG_BUNDLE)
		config->outside = p->entry->options;
	else if (!config->chosen && !parser_end(p))
		return CONFIG_WRONG;
	if (config->chosen || config->outside)
		config->entry_count = 0;
	return CONFIG_OK;
}

static const uint32_t trusted_keys[] = {
	[CONFIG_FREE] = KEYS_OF_OPTIONS,
	[CONFIG_SECURE] = KEYS_OF_SECURE,
	[CONFIG_BUNDLE] = KEYS_OF_BUNDLE,
};

enum config_result config_parse_options(const void *options, uint64_t bytes,
					enum config_trust trust, void *work, struct config *config,
					struct config_error *error)
{
	struct config_parser p;
	uint64_t used;

	parser_start(&p, bytes, work, config, error);
	p.separator = "=";
	p.trust = trust;
	p.trusted = trusted_keys[trust];
	if (is_8_bit_text(options, bytes)) {
		config_refuse(
			error,
			"text with 8 bits a character: expected UTF-16 (efibootmgr --unicode)");
		return CONFIG_WRONG;
	}
	used = utf8_from_utf16(options, bytes, p.text);
	/* Data that were put in from a text file have a byte order mark, and line ends. */
	for (char *c = p.text; used && *c; c++)
		if (*c == '\r' || *c == '\n')
			*c = ' ';
	if (!used || config_text_bytes(p.text, used - 1) != used - 1)
		return CONFIG_NOT_TEXT;
	if (!read_words(&p, p.text + config_mark_bytes(p.text, used)))
		return p.foreign ? CONFIG_FOREIGN : CONFIG_WRONG;
	return finish_words(&p);
}
