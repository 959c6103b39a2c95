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

bool source_read(struct source *source, const char *path, enum parse_kind kind)
{
	const bool standard = !strcmp(path, "-");
	FILE *stream = standard ? stdin : fopen(path, "rb");
	struct parse_error error;
	size_t bytes = 0;
	char *text = stream ? read_all(stream, &bytes) : NULL;
	const int reason = errno;
	int result;

	source->path = standard ? "standard input" : path;
	if (stream && !standard)
		fclose(stream);
	if (!text) {
		fprintf(stderr, "keelmap: %s: %s\n", source->path, strerror(reason));
		return false;
	}
	result = parse_buffer(text, bytes, kind, &source->parsed, &error);
	free(text);
	if (result)
		fprintf(stderr, "keelmap: %s:%" PRIu64 ": %s\n", source->path, error.line,
			error.text);
	return !result;
}
