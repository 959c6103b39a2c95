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

static bool parse(struct source *source, const char *text, size_t bytes, enum parse_kind kind)
{
	struct parse_error error;
	const int result = parse_buffer(text, bytes, kind, &source->parsed, &error);

	if (result)
		fprintf(stderr, "keelmap: %s:%" PRIu64 ": %s\n", source->path, error.line,
			error.text);
	return !result;
}

bool source_read(struct source *source, const char *path, enum parse_kind kind,
		 struct source *attributes)
{
	const bool standard = !strcmp(path, "-");
	FILE *stream = standard ? stdin : fopen(path, "rb");
	size_t bytes = 0;
	char *text = stream ? read_all(stream, &bytes) : NULL;
	const int reason = errno;
	bool good;

	source->path = standard ? "standard input" : path;
	if (stream && !standard)
		fclose(stream);
	if (!text) {
		fprintf(stderr, "keelmap: %s: %s\n", source->path, strerror(reason));
		return false;
	}
	good = parse(source, text, bytes, kind);
	if (good && attributes && parse_has_both(text, bytes)) {
		attributes->path = source->path;
		good = parse(attributes, text, bytes, PARSE_ATTRIBUTES);
	}
	free(text);
	return good;
}
