/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as keel.conf, as load options, as a whole boot entry with load options at its end, and
 * as a folder and a path, which a line's end divides.
 * What comes of them lies in the workspace and within the bounds, or is refused with a sentence.
 */
#include "config/config.h"
#include "fuzz.h"
#include "lib/load_option.h"
#include "lib/path.h"
#include "lib/utf.h"

struct work {
	char *memory;
	uint64_t bytes;
};

static bool inside(const struct work *work, const char *text)
{
	return text >= work->memory && text < work->memory + work->bytes;
}

/* Well-formed, without control characters, and ended in the place where it lies. */
static void check_text(const char *text, uint64_t room)
{
	const char *end = memchr(text, 0, room);
	uint32_t code;

	REQUIRE(end);
	for (; text < end; text += utf8_get(text, (uint64_t)(end - text), &code)) {
		REQUIRE(utf8_get(text, (uint64_t)(end - text), &code));
		REQUIRE(code >= ' ' || code == '\t');
		REQUIRE(code < 0x7f || code >= 0xa0);
	}
}

static void check_string(const struct work *work, const char *text, bool constant)
{
	REQUIRE(constant || inside(work, text));
	check_text(text, constant ? 64 : (uint64_t)(work->memory + work->bytes - text));
}

static void check_entry(const struct work *work, const struct config *config, uint64_t n)
{
	const struct config_entry *e = config->entries + n;
	const struct config_entry *before = e - 1;

	check_string(work, e->title, !e->line);
	check_string(work, e->options, !*e->options);
	REQUIRE(*e->title);
	if (e->kernel) {
		check_string(work, e->kernel, false);
		REQUIRE(*e->kernel);
	}
	if (e->driver) {
		check_string(work, e->driver, false);
		REQUIRE(*e->driver);
	}
	REQUIRE(!e->screen.width == !e->screen.height);
	REQUIRE(e->screen.width <= CONFIG_SCREEN_MOST && e->screen.height <= CONFIG_SCREEN_MOST);
	REQUIRE(e->first_module == (n ? before->first_module + before->module_count : 0));
	REQUIRE(e->first_module + e->module_count <= config->module_count);
	for (uint64_t other = 0; other < n; other++)
		REQUIRE(strcmp(config->entries[other].title, e->title) != 0);
}

/* Nothing that leads out of the image is ever taken from outside of it. */
static void check_trusted(const struct config *config, enum config_trust trust)
{
	REQUIRE(!config->module_count);
	if (trust == CONFIG_BUNDLE) {
		REQUIRE(!config->entry_count && config->outside);
		return;
	}
	REQUIRE(config->entry_count == 1 && !config->chosen && !config->outside);
	REQUIRE(!config->entries->kernel && !config->entries->driver);
	REQUIRE(!*config->entries->options);
	REQUIRE(!config->entries->requests.made && !config->entries->symbols);
}

static void check_config(const struct work *work, const struct config *config, bool file,
			 enum config_trust trust)
{
	const char *const end = work->memory + work->bytes;

	REQUIRE((const char *)config->entries == work->memory);
	REQUIRE((const char *)(config->entries + config->entry_count) <=
		(const char *)config->modules);
	REQUIRE((const char *)(config->modules + config->module_count) <= end);
	REQUIRE(config->timeout_seconds <= CONFIG_TIMEOUT_MOST);
	if (trust != CONFIG_FREE)
		check_trusted(config, trust);
	else if (file)
		REQUIRE(config->entry_count && !config->chosen);
	else
		REQUIRE(config->entry_count + !!config->chosen == 1);
	if (config->outside)
		check_string(work, config->outside, !*config->outside);
	REQUIRE(config->chosen || config->outside || config->default_entry < config->entry_count);
	if (config->chosen)
		check_string(work, config->chosen, false);
	for (uint64_t n = 0; n < config->entry_count; n++)
		check_entry(work, config, n);
	for (uint64_t n = 0; n < config->module_count; n++) {
		REQUIRE(*config->modules[n].path);
		check_string(work, config->modules[n].path, false);
		check_string(work, config->modules[n].options, false);
	}
}

static void check_error(const struct config_error *error, uint64_t lines)
{
	REQUIRE(error->line <= lines);
	REQUIRE(!lines || error->line);
	REQUIRE(error->text[0]);
	check_text(error->text, sizeof(error->text));
}

/* The input in memory of just its size, so that reading beyond it is noticed. */
static void read_config(const uint8_t *data, size_t bytes, bool file, enum config_trust trust)
{
	struct work work = { need(config_work_bytes(bytes)), config_work_bytes(bytes) };
	uint8_t *copy = need(bytes);
	struct config config;
	struct config_error error;
	enum config_result result;
	uint64_t lines = 1;

	memcpy(copy, data, bytes);
	memset(work.memory, 0x55, work.bytes);
	for (size_t n = 0; n + 1 < bytes; n++)
		lines += data[n] == '\n';
	result = file ? config_parse(copy, bytes, work.memory, &config, &error)
		      : config_parse_options(copy, bytes, trust, work.memory, &config, &error);
	REQUIRE(memcmp(copy, data, bytes) == 0);
	if (result == CONFIG_OK)
		check_config(&work, &config, file, trust);
	else if (result == CONFIG_WRONG)
		check_error(&error, file ? lines : 0);
	else
		REQUIRE(!file);
	free(copy);
	free(work.memory);
}

static void read_boot_entry(const uint8_t *data, size_t bytes)
{
	uint8_t *copy = need(bytes);
	const uint8_t *options;
	uint64_t option_bytes;

	memcpy(copy, data, bytes);
	options = load_option_data(copy, bytes, &option_bytes);
	REQUIRE(options ? options > copy && options + option_bytes == copy + bytes : !option_bytes);
	if (options)
		read_config(options, option_bytes, false, CONFIG_FREE);
	free(copy);
}

static void resolve(const uint8_t *data, size_t bytes)
{
	char *folder = need(bytes + 1);
	char *path = memcpy(folder, data, bytes);
	const uint64_t capacity = bytes + 4;
	uint16_t *to = need(capacity * sizeof(*to));
	uint64_t units = 0;

	while (*path && *path != '\n')
		path++;
	if (*path)
		*path++ = 0;
	if (path_resolve(folder, path, to, capacity)) {
		REQUIRE(to[0] == '\\');
		for (; to[units]; units++)
			REQUIRE(to[units] != '/' && (to[units] != '\\' || to[units + 1] != '\\'));
		REQUIRE(units <= strlen(folder) + strlen(path) + 2);
		REQUIRE(path_resolve(folder, path, to, units + 1));
		REQUIRE(!path_resolve(folder, path, to, units));
	}
	free(to);
	free(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	read_config(data, bytes, true, CONFIG_FREE);
	read_config(data, bytes, false, CONFIG_FREE);
	read_config(data, bytes, false, CONFIG_SECURE);
	read_config(data, bytes, false, CONFIG_BUNDLE);
	read_boot_entry(data, bytes);
	resolve(data, bytes);
	return 0;
}
