/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as the image that Keel finds itself in, as the section .bundle, and as a TPM's log:
 * what is found lies inside, at pages, each file behind the one before it. That nothing else is
 * read is seen to by the sanitizers.
 */
#include "fuzz.h"
#include "lib/bundle.h"
#include "lib/pe.h"
#include "lib/tcg_log.h"

static void check_file(const struct bundle *bundle, struct bundle_file f, const char **end)
{
	const char *start = f.start;
	struct bundle_file found;

	REQUIRE(*f.name && f.name > bundle->start);
	REQUIRE(f.name + strlen(f.name) < bundle->start + bundle->bytes);
	REQUIRE(bundle_find(bundle, f.name, &found) && strcmp(found.name, f.name) == 0);
	if (!f.bytes)
		return;
	REQUIRE((uint64_t)(start - bundle->start) % KEEL_PAGE_SIZE == 0);
	REQUIRE(start >= *end && f.bytes <= (uint64_t)(bundle->start + bundle->bytes - start));
	*end = start + f.bytes;
	for (; (uint64_t)(*end - bundle->start) % KEEL_PAGE_SIZE; ++*end)
		REQUIRE(*end < bundle->start + bundle->bytes && !**end);
}

static void read_bundle(const void *section, uint64_t bytes)
{
	struct bundle_error error = { .text = "" };
	struct bundle bundle;
	const char *end = section;

	if (!bundle_open(section, bytes, &bundle, &error)) {
		REQUIRE(*error.text && !bundle.file_count);
		return;
	}
	REQUIRE(bundle.file_count && bundle.start == section && bundle.bytes == bytes);
	REQUIRE(strcmp(bundle_file(&bundle, 0).name, BUNDLE_CONFIG) == 0);
	for (uint32_t n = 0; n < bundle.file_count; n++)
		check_file(&bundle, bundle_file(&bundle, n), &end);
}

static void read_image(const uint8_t *image, uint64_t bytes)
{
	static const char *const names[] = { BUNDLE_SECTION, ".kernel", ".sbat", "" };
	struct pe_section s;

	for (unsigned n = 0; n < sizeof(names) / sizeof(*names); n++) {
		if (!pe_find_section(image, bytes, names[n], &s))
			continue;
		REQUIRE((const uint8_t *)s.start >= image);
		REQUIRE(s.bytes <= (uint64_t)(image + bytes - (const uint8_t *)s.start));
		if (!n && (uintptr_t)s.start % 8 == 0)
			read_bundle(s.start, s.bytes);
	}
}

/* As a TPM's log: events follow one another, and none leaves it. */
static void read_log(const uint8_t *log, uint64_t bytes)
{
	const struct tcg_algorithms algorithms = tcg_log_algorithms(log, bytes);
	uint64_t at = algorithms.first_bytes;
	uint64_t event;

	REQUIRE(algorithms.count <= TCG_MOST_ALGORITHMS && at <= bytes);
	while (algorithms.count && (event = tcg_event_bytes(&algorithms, log + at, bytes - at))) {
		REQUIRE(event <= bytes - at);
		at += event;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	uint8_t *copy = need(bytes);

	memcpy(copy, data, bytes);
	read_image(copy, bytes);
	read_bundle(copy, bytes);
	read_log(copy, bytes);
	free(copy);
	return 0;
}
