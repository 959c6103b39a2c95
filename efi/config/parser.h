/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What keel.conf and load options have in common: keys with values, which become a struct config.
 * For config.c, which reads the file, and config_options.c only.
 */
#ifndef EFI_CONFIG_PARSER_H
#define EFI_CONFIG_PARSER_H

#include "config/config.h"
#include "lib/text.h"

enum config_key {
	KEY_TIMEOUT,
	KEY_DEFAULT,
	KEY_QUIET,
	KEY_OUTSIDE,
	KEY_TITLE,
	KEY_KERNEL,
	KEY_SELFCHECK,
	KEY_OPTIONS,
	KEY_MODULE,
	KEY_DRIVER,
	KEY_SYMBOLS,
	KEY_VERSION,
	KEY_CPUS,
	KEY_RANDOM,
	KEY_SCREEN,
	KEY_ENTRY,
	KEY_COUNT
};

/* Sets of keys, a bit each: those that may stand in one place. */
#define KEY_BIT(key) (1u << (key))
#define KEYS_OF_KERNEL                                                                             \
	(KEY_BIT(KEY_KERNEL) | KEY_BIT(KEY_SELFCHECK) | KEY_BIT(KEY_OPTIONS) |                     \
	 KEY_BIT(KEY_MODULE) | KEY_BIT(KEY_DRIVER) | KEY_BIT(KEY_SYMBOLS) | KEY_BIT(KEY_VERSION) | \
	 KEY_BIT(KEY_CPUS) | KEY_BIT(KEY_RANDOM) | KEY_BIT(KEY_SCREEN))
#define KEYS_OF_FILE                                                                               \
	(KEY_BIT(KEY_TIMEOUT) | KEY_BIT(KEY_DEFAULT) | KEY_BIT(KEY_QUIET) | KEY_BIT(KEY_OUTSIDE) | \
	 KEY_BIT(KEY_TITLE))
#define KEYS_OF_ENTRY	(KEY_BIT(KEY_TITLE) | KEYS_OF_KERNEL)
#define KEYS_OF_OPTIONS (KEY_BIT(KEY_QUIET) | KEYS_OF_KERNEL | KEY_BIT(KEY_ENTRY))
/* Of load options that must not lead out of the image. */
#define KEYS_OF_SECURE (KEY_BIT(KEY_QUIET) | KEY_BIT(KEY_SELFCHECK))
#define KEYS_OF_BUNDLE (KEY_BIT(KEY_QUIET) | KEY_BIT(KEY_ENTRY) | KEY_BIT(KEY_OPTIONS))

struct config_parser {
	struct config *config;
	struct config_error *error; /* its line is the one that is being read */
	struct config_entry *entry; /* the last one that has begun */
	uint32_t *slots;	    /* titles.c: a number of an entry, from 1 on, or 0 */
	uint64_t slot_count;	    /* a power of 2 */
	char *text;		    /* in the workspace, as large as the input can become */
	char *options; /* the next free byte for options, which are put together here */
	const char *default_title;
	uint32_t default_line;
	uint32_t allowed; /* the keys that may stand here, a bit each */
	uint32_t trusted; /* of those: the ones that need no trust, or have it */
	enum config_trust trust;
	uint32_t seen;	       /* keys since the last title, a bit each */
	const char *separator; /* between key and value, for messages */
	bool foreign;	       /* load options that begin with a key of somebody else's */
};

static inline bool config_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * Bounds for an input of that many bytes. The shortest line that makes a module is "module x", and
 * an entry takes two lines; text may begin as UTF-16, and has a NUL.
 */
#define CONFIG_MOST_LINES(bytes) ((bytes) / 9 + 1)
#define CONFIG_MOST_TEXT(bytes)	 ((bytes) / 2 * 3 + 2)

/* How many of the bytes, from the first on, are UTF-8 without control characters but tabs. */
uint64_t config_text_bytes(const char *text, uint64_t bytes);

/* Size of the byte order mark that the text begins with, if it does; else 0. */
unsigned config_mark_bytes(const char *text, uint64_t bytes);

/* Divides the workspace, and begins with nothing. */
void parser_start(struct config_parser *p, uint64_t bytes, void *work, struct config *config,
		  struct config_error *error);

/* Begins an entry, ends the last one, and takes one key with its value, which may be empty. */
bool parser_begin(struct config_parser *p, const char *title);
bool parser_end(struct config_parser *p);
bool parser_take(struct config_parser *p, const char *name, char *value);

/* Whether that is a key of load options or files at all, and whether one that takes no value. */
bool parser_knows(const char *name);
bool parser_knows_flag(const char *name);

/* Adds to the error's text, and returns false. */
bool config_refuse(struct config_error *error, const char *format, ...);

/*
 * titles.c: how many slots an input of that many bytes takes; the entry of that title, or NULL; and
 * an entry more, whose title is a new one.
 */
uint64_t titles_slots(uint64_t bytes);
const struct config_entry *titles_find(const struct config_parser *p, const char *title);
void titles_add(const struct config_parser *p, const struct config_entry *entry);

/* Index of the entry of that title, or entry_count; looks at one after the other. */
uint32_t config_find(const struct config *config, const char *title);

#endif
