/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys: where each may stand, what value it takes, and what it does. */
#include "config/parser.h"

#define START_BITS (KEY_BIT(KEY_KERNEL) | KEY_BIT(KEY_SELFCHECK))
/* Of a whole file or line of load options, where `seen` begins anew with each entry. */
#define ENTRY_EXCLUDES (KEY_BIT(KEY_COUNT) - 1 - KEY_BIT(KEY_QUIET))
/* In load options for a bundle these two go together. */
#define BUNDLE_EXCLUDES(key) ((key) == KEY_ENTRY ? KEY_BIT(KEY_ENTRY) : 0)

static const struct {
	const char *name;
	const char *value; /* as messages call it; empty: the key takes none */
	uint32_t excludes; /* keys that may not have come before */
} keys[KEY_COUNT] = {
	[KEY_TIMEOUT] = { "timeout", "SECONDS", KEY_BIT(KEY_TIMEOUT) },
	[KEY_DEFAULT] = { "default", "TITLE", KEY_BIT(KEY_DEFAULT) },
	[KEY_QUIET] = { "quiet", "", KEY_BIT(KEY_QUIET) },
	[KEY_OUTSIDE] = { "options", "from outside", KEY_BIT(KEY_OUTSIDE) },
	[KEY_TITLE] = { "title", "TITLE", 0 },
	[KEY_KERNEL] = { "kernel", "PATH", START_BITS | KEY_BIT(KEY_ENTRY) },
	[KEY_SELFCHECK] = { "selfcheck", "", START_BITS | KEY_BIT(KEY_ENTRY) },
	[KEY_OPTIONS] = { "options", "TEXT", KEY_BIT(KEY_ENTRY) },
	[KEY_MODULE] = { "module", "PATH [TEXT]", KEY_BIT(KEY_ENTRY) },
	[KEY_DRIVER] = { "driver", "PATH", KEY_BIT(KEY_DRIVER) | KEY_BIT(KEY_ENTRY) },
	[KEY_SYMBOLS] = { "symbols", "yes|no", KEY_BIT(KEY_SYMBOLS) | KEY_BIT(KEY_ENTRY) },
	[KEY_VERSION] = { "version", "NUMBER", KEY_BIT(KEY_VERSION) | KEY_BIT(KEY_ENTRY) },
	[KEY_CPUS] = { "cpus", "left|started", KEY_BIT(KEY_CPUS) | KEY_BIT(KEY_ENTRY) },
	[KEY_RANDOM] = { "random", "no|place", KEY_BIT(KEY_RANDOM) | KEY_BIT(KEY_ENTRY) },
	[KEY_SCREEN] = { "screen", "WIDTHxHEIGHT", KEY_BIT(KEY_SCREEN) | KEY_BIT(KEY_ENTRY) },
	[KEY_ENTRY] = { "entry", "TITLE", ENTRY_EXCLUDES },
};

uint32_t config_find(const struct config *config, const char *title)
{
	uint32_t n = 0;

	while (n < config->entry_count && !text_same(config->entries[n].title, title))
		n++;
	return n;
}

static void add_key(const struct config_parser *p, unsigned key, const char *value)
{
	config_refuse(p->error, "%s%s%s", keys[key].name, *value ? p->separator : "", value);
}

static bool refuse_value(const struct config_parser *p, unsigned key, const char *value,
			 const char *why)
{
	config_refuse(p->error, "%s: expected '", why);
	add_key(p, key, keys[key].value);
	config_refuse(p->error, "', found '");
	add_key(p, key, value);
	config_refuse(p->error, "'");
	return false;
}

/* The value comes last: it may be so long that it is cut. */
static bool refuse_untrusted(const struct config_parser *p, unsigned key, const char *value)
{
	config_refuse(p->error, p->trust == CONFIG_SECURE
					? "Secure Boot is on, and this comes from outside of the "
					  "image (put it into a bundle with keel-bundle, or turn "
					  "Secure Boot off): '"
					: "this image is a bundle, and this comes from outside of "
					  "it (put it into the bundle with keel-bundle, or start "
					  "a keel.efi that is none): '");
	add_key(p, key, value);
	return config_refuse(p->error, "'");
}

static bool refuse_key(const struct config_parser *p, const char *name)
{
	config_refuse(p->error, "'%s' is no key %s, expected: ", name,
		      p->allowed == KEYS_OF_OPTIONS ? "of load options"
		      : p->allowed == KEYS_OF_FILE  ? "before the first title"
						    : "of an entry");
	for (unsigned key = 0; p->allowed >> key; key++) {
		if (!(p->allowed & KEY_BIT(key)))
			continue;
		add_key(p, key, keys[key].value);
		if (p->allowed >> (key + 1))
			config_refuse(p->error, ", ");
	}
	return false;
}

/* A decimal number up to `most` that ends at `end`. Returns what follows, or NULL: it is none. */
static const char *read_number(const char *c, char end, uint32_t most, uint32_t *number)
{
	*number = 0;
	for (; *c != end; c++) {
		if (*c < '0' || *c > '9')
			return NULL;
		*number = *number * 10 + (uint32_t)(*c - '0');
		if (*number > most)
			return NULL;
	}
	return c + 1;
}

/* A value that is no such number is refused with `why`. */
static bool take_number(const struct config_parser *p, unsigned key, const char *value,
			uint32_t most, const char *why, uint32_t *number)
{
	return read_number(value, 0, most, number) || refuse_value(p, key, value, why);
}

static bool take_screen(const struct config_parser *p, const char *value)
{
	struct config_screen *screen = &p->entry->screen;
	const char *height = read_number(value, 'x', CONFIG_SCREEN_MOST, &screen->width);

	if (height && read_number(height, 0, CONFIG_SCREEN_MOST, &screen->height) &&
	    screen->width && screen->height)
		return true;
	return refuse_value(p, KEY_SCREEN, value, "not two numbers from 1 to 16384");
}

static bool take_version(const struct config_parser *p, const char *value)
{
	uint32_t version;

	if (!take_number(p, KEY_VERSION, value, CONFIG_VERSION_MOST, "not a number from 0 to 9999",
			 &version))
		return false;
	return requests_add(&p->entry->requests, KEEL_REQUEST_VERSION, version, false);
}

/* A request whose value is one of two words. */
static bool take_choice(const struct config_parser *p, unsigned key, uint32_t type,
			const char *value, const char *why)
{
	const struct request_words *words = request_words(type);

	for (uint32_t n = 0; n < 2; n++)
		if (text_same(value, words->values[n]))
			return requests_add(&p->entry->requests, type, n, false);
	return refuse_value(p, key, value, why);
}

/* Ends the path at the value's begin, and finds what follows it. */
static const char *take_path(const struct config_parser *p, unsigned key, char *value, char **rest)
{
	const bool alone = key != KEY_MODULE; /* a module's is followed by its options */
	const bool whole = alone && *p->separator == '=';
	const bool quoted = *value == '"';
	char *const path = value + quoted;
	char *end = path;

	while (*end && (quoted ? *end != '"' : whole || !config_is_blank(*end)))
		end++;
	*rest = end + (*end != 0);
	while (config_is_blank(**rest))
		++*rest;
	if (quoted && !*end)
		refuse_value(p, key, value, "no closing quote");
	else if (end == path)
		refuse_value(p, key, value, "no path");
	else if (quoted && end[1] && !config_is_blank(end[1]))
		refuse_value(p, key, value, "no blank after the closing quote");
	else if (alone && **rest)
		refuse_value(p, key, value, "text after the path (put \"\" around blanks)");
	else {
		*end = 0;
		return path;
	}
	return NULL;
}

static bool take_file(const struct config_parser *p, unsigned key, char *value, const char **path)
{
	char *rest;

	*path = take_path(p, key, value, &rest);
	return *path;
}

static bool take_module(const struct config_parser *p, char *value)
{
	struct config_module *module = p->config->modules + p->config->module_count;
	char *rest;

	module->path = take_path(p, KEY_MODULE, value, &rest);
	if (!module->path)
		return false;
	module->options = rest;
	p->config->module_count++;
	p->entry->module_count++;
	return true;
}

/* Only one entry is put together at a time, so its options lie behind one another. */
static void take_options(struct config_parser *p, const char *value)
{
	if (*p->entry->options)
		p->options[-1] = ' ';
	else
		p->entry->options = p->options;
	while (*value)
		*p->options++ = *value++;
	*p->options++ = 0;
}

static bool take_symbols(const struct config_parser *p, const char *value)
{
	p->entry->symbols = text_same(value, "yes");
	return p->entry->symbols || text_same(value, "no") ||
	       refuse_value(p, KEY_SYMBOLS, value, "neither yes nor no");
}

static bool take_outside(struct config_parser *p, const char *value)
{
	p->config->takes_options = text_same(value, keys[KEY_OUTSIDE].value);
	return p->config->takes_options ||
	       refuse_value(p, KEY_OUTSIDE, value, "options of an entry belong below its title");
}

static bool take_value(struct config_parser *p, unsigned key, char *value)
{
	switch (key) {
	case KEY_OUTSIDE:
		return take_outside(p, value);
	case KEY_TIMEOUT:
		return take_number(p, key, value, CONFIG_TIMEOUT_MOST,
				   "not a number from 0 to 3600", &p->config->timeout_seconds);
	case KEY_DEFAULT:
		p->default_title = value;
		p->default_line = p->error->line;
		return true;
	case KEY_QUIET:
		p->config->quiet = true;
		return true;
	case KEY_TITLE:
		return parser_end(p) && parser_begin(p, value);
	case KEY_KERNEL:
		return take_file(p, key, value, &p->entry->kernel);
	case KEY_DRIVER:
		return take_file(p, key, value, &p->entry->driver);
	case KEY_MODULE:
		return take_module(p, value);
	case KEY_OPTIONS:
		take_options(p, value);
		return true;
	case KEY_SYMBOLS:
		return take_symbols(p, value);
	case KEY_VERSION:
		return take_version(p, value);
	case KEY_CPUS:
		return take_choice(p, key, KEEL_REQUEST_CPUS, value, "neither left nor started");
	case KEY_RANDOM:
		return take_choice(p, key, KEEL_REQUEST_PLACE, value, "neither no nor place");
	case KEY_SCREEN:
		return take_screen(p, value);
	case KEY_ENTRY:
		p->config->chosen = value;
	}
	return true;
}

/* The key of that name among those, or KEY_COUNT. */
static unsigned find_key(uint32_t among, const char *name)
{
	for (unsigned key = 0; key < KEY_COUNT; key++)
		if (among & KEY_BIT(key) && text_same(keys[key].name, name))
			return key;
	return KEY_COUNT;
}

bool parser_knows(const char *name)
{
	return find_key(KEYS_OF_FILE | KEYS_OF_OPTIONS, name) < KEY_COUNT;
}

bool parser_knows_flag(const char *name)
{
	const unsigned key = find_key(KEYS_OF_OPTIONS, name);

	return key < KEY_COUNT && !*keys[key].value;
}

bool parser_take(struct config_parser *p, const char *name, char *value)
{
	const unsigned key = find_key(p->allowed, name);
	uint32_t excludes;
	unsigned before = 0;

	if (key == KEY_COUNT)
		return refuse_key(p, name);
	if (!(p->trusted & KEY_BIT(key)))
		return refuse_untrusted(p, key, value);
	if (!*value != !*keys[key].value)
		return refuse_value(p, key, value, *value ? "takes no value" : "no value");
	excludes = p->trust == CONFIG_BUNDLE ? BUNDLE_EXCLUDES(key) : keys[key].excludes;
	if (p->seen & excludes) {
		while (!(p->seen & excludes & KEY_BIT(before)))
			before++;
		return config_refuse(p->error, "'%s' cannot follow the '%s' before it", name,
				     keys[before].name);
	}
	p->seen |= KEY_BIT(key);
	return take_value(p, key, value);
}

bool parser_begin(struct config_parser *p, const char *title)
{
	struct config *config = p->config;
	const struct config_entry *same = titles_find(p, title);

	if (same)
		return config_refuse(p->error, "line %u has an entry titled '%s' already",
				     (uint64_t)same->line, title);
	p->entry = config->entries + config->entry_count++;
	*p->entry = (struct config_entry){
		.title = title,
		.options = "",
		.first_module = config->module_count,
		.line = p->error->line,
	};
	titles_add(p, p->entry);
	p->allowed = KEYS_OF_ENTRY;
	p->seen = 0;
	return true;
}

bool parser_end(struct config_parser *p)
{
	if (!p->entry || p->seen & START_BITS)
		return true;
	p->error->line = p->entry->line;
	return config_refuse(p->error,
			     "entry '%s' starts nothing: expected 'kernel%sPATH' or 'selfcheck'",
			     p->entry->title, p->separator);
}

void parser_start(struct config_parser *p, uint64_t bytes, void *work, struct config *config,
		  struct config_error *error)
{
	const uint64_t most = CONFIG_MOST_LINES(bytes);

	*config = (struct config){ .entries = work };
	config->modules = (struct config_module *)(config->entries + most);
	*error = (struct config_error){ .line = 0 };
	*p = (struct config_parser){ .config = config, .error = error, .allowed = KEYS_OF_FILE };
	p->trusted = UINT32_MAX;
	p->slots = (uint32_t *)(config->modules + most);
	p->slot_count = titles_slots(bytes);
	__builtin_memset(p->slots, 0, p->slot_count * sizeof(*p->slots));
	p->text = (char *)(p->slots + p->slot_count);
	p->options = p->text + CONFIG_MOST_TEXT(bytes);
	p->separator = " ";
}

uint64_t config_work_bytes(uint64_t bytes)
{
	return CONFIG_MOST_LINES(bytes) *
		       (sizeof(struct config_entry) + sizeof(struct config_module)) +
	       titles_slots(bytes) * sizeof(uint32_t) + 2 * CONFIG_MOST_TEXT(bytes);
}
