/* SPDX-License-Identifier: BSD-2-Clause */
/* Files with descriptors. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "keelmap.h"

/* All that is in a stream, which need not be a file of known size. NULL with errno set. */
static char *read_all(FILE *stream, size_t *bytes)
{
	size_t capacity = 1 << 16;
	char *text = malloc(capacity);

	*bytes = 0;
	while (text) {
		char *larger;

		*bytes += fread(text + *bytes, 1, capacity - *bytes, stream);
		if (ferror(stream)) {
			free(text);
			return NULL;
		}
		if (*bytes < capacity)
			return text;
		capacity *= 2;
		larger = realloc(text, capacity);
		if (!larger)
			free(text);
		text = larger;
	}
	return NULL;
}

/* NULL after a message. To be given to free(). */
static char *read_file(struct source *source, const char *path, size_t *bytes)
{
	const bool standard = !strcmp(path, "-");
	FILE *stream = standard ? stdin : fopen(path, "rb");
	char *text = stream ? read_all(stream, bytes) : NULL;
	const int reason = errno;

	if (stream && !standard)
		fclose(stream);
	source->path = standard ? "standard input" : path;
	source->name = name_printable(source->path);
	if (text && source->name)
		return text;
	fprintf(stderr, "keelmap: %s: %s\n", source->name ? source->name : "a file",
		strerror(text ? ENOMEM : reason));
	free(text);
	return NULL;
}

static bool is_wrong(const struct source *source, const struct parse_error *error)
{
	if (error->line)
		fprintf(stderr, "keelmap: %s:%" PRIu64 ": %s\n", source->name, error->line,
			error->text);
	else
		fprintf(stderr, "keelmap: %s: %s\n", source->name, error->text);
	return false;
}

static void tell_boots(const struct source *source, uint64_t wanted)
{
	const struct parse_log *log = &source->log;

	if (log->boots > 1)
		fprintf(stderr,
			"keelmap: %s:%" PRIu64 ": this is boot %" PRIu64 " of the %" PRIu64
			" whose memory maps are in this text%s\n",
			source->name, log->line, log->boot, log->boots,
			wanted == PARSE_LAST_BOOT ? "; --boot N takes another" : "");
}

bool source_read_map(struct source *map, const char *path, uint64_t boot, struct source *attributes)
{
	struct parse_error error;
	struct parsed table = { 0 };
	size_t bytes = 0;
	char *text = read_file(map, path, &bytes);
	bool good;

	if (!text)
		return false;
	good = !parse_map(text, bytes, boot, &map->parsed, &table, &map->log, &error) ||
	       is_wrong(map, &error);
	map->text = text;
	map->text_bytes = bytes;
	if (good)
		tell_boots(map, boot);
	if (good && attributes) {
		attributes->path = map->path;
		attributes->name = name_printable(map->path);
		attributes->parsed = table;
		return attributes->name;
	}
	parsed_free(&table);
	return good;
}

bool source_read_table(struct source *attributes, const char *path)
{
	struct parse_error error;
	size_t bytes = 0;
	char *text = read_file(attributes, path, &bytes);
	bool good;

	if (!text)
		return false;
	good = !parse_table(text, bytes, &attributes->parsed, &attributes->log, &error) ||
	       is_wrong(attributes, &error);
	free(text);
	return good;
}

bool sources_read(const struct options *options, struct source *map, struct source *attributes)
{
	const bool separate = options->attributes_path;

	return source_read_map(map, options->map_path, options->boot,
			       separate ? NULL : attributes) &&
	       (!separate || source_read_table(attributes, options->attributes_path));
}

void source_free(struct source *source)
{
	parsed_free(&source->parsed);
	free(source->name);
	free(source->text);
	*source = (struct source){ 0 };
}
