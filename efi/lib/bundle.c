/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>
#include <keel/layout.h>
#include "lib/bundle.h"
#include "lib/text.h"

static bool refuse_bundle(struct bundle_error *error, const char *format, ...)
{
	struct text text = { error->text, 0, sizeof(error->text), false };
	va_list arguments;

	va_start(arguments, format);
	text_print_list(&text, format, arguments);
	va_end(arguments);
	return false;
}

static const struct bundle_entry *entry_at(const struct bundle *bundle, uint32_t n)
{
	return (const struct bundle_entry *)(bundle->start + sizeof(struct bundle_header)) + n;
}

static bool check_header(const struct bundle *bundle, struct bundle_error *error)
{
	const struct bundle_header *h = (const void *)bundle->start;

	if (bundle->bytes < sizeof(*h))
		return refuse_bundle(error, "it has only %u bytes", bundle->bytes);
	if (h->magic != BUNDLE_MAGIC)
		return refuse_bundle(error, "it does not begin with 'keelbndl'");
	if (h->version != BUNDLE_VERSION)
		return refuse_bundle(error, "its version is %u, this keel.efi knows %u",
				     (uint64_t)h->version, (uint64_t)BUNDLE_VERSION);
	if (h->index_bytes > bundle->bytes)
		return refuse_bundle(error, "its index has %u bytes, all of it only %u",
				     h->index_bytes, bundle->bytes);
	if (!h->file_count || h->index_bytes < sizeof(*h) ||
	    h->file_count > (h->index_bytes - sizeof(*h)) / sizeof(struct bundle_entry))
		return refuse_bundle(error, "an index of %u bytes cannot list %u files",
				     h->index_bytes, (uint64_t)h->file_count);
	return true;
}

/* A name lies behind the entries, in the index, and is as long as it is said to be. */
static bool check_name(const struct bundle *bundle, uint32_t n, struct bundle_error *error)
{
	const struct bundle_header *h = (const void *)bundle->start;
	const struct bundle_entry *e = entry_at(bundle, n);
	const uint64_t names = sizeof(*h) + h->file_count * sizeof(*e);
	const uint64_t end = (uint64_t)e->name_offset + e->name_bytes;

	if (e->name_offset >= names && e->name_bytes && end < h->index_bytes &&
	    !bundle->start[end] && text_bytes(bundle->start + e->name_offset) == e->name_bytes)
		return true;
	return refuse_bundle(error, "the name of file %u is wrong: offset %u, %u bytes",
			     (uint64_t)n, (uint64_t)e->name_offset, (uint64_t)e->name_bytes);
}

/* *end is where the file before it has ended, and then where this one does, in whole pages. */
static bool check_place(const struct bundle *bundle, uint32_t n, uint64_t *end,
			struct bundle_error *error)
{
	const struct bundle_entry *e = entry_at(bundle, n);
	const uint64_t mask = KEEL_PAGE_SIZE - 1;

	if (!e->bytes && !e->offset)
		return true;
	if (!e->bytes || e->offset & mask || e->offset < *end || e->offset > bundle->bytes ||
	    e->bytes > bundle->bytes - e->offset)
		return refuse_bundle(error, "the place of file %u is wrong: offset %u, %u bytes",
				     (uint64_t)n, e->offset, e->bytes);
	*end = (e->offset + e->bytes + mask) & ~mask;
	if (*end > bundle->bytes)
		return refuse_bundle(error, "the last page of file %u is cut off", (uint64_t)n);
	/* Whoever gets the page gets that, too. */
	for (uint64_t at = e->offset + e->bytes; at < *end; at++)
		if (bundle->start[at])
			return refuse_bundle(error, "there is something behind the end of file %u",
					     (uint64_t)n);
	return true;
}

bool bundle_open(const void *section, uint64_t bytes, struct bundle *bundle,
		 struct bundle_error *error)
{
	const struct bundle_header *h = section;
	struct bundle opened = { section, bytes, 0 };
	uint64_t end;

	*bundle = (struct bundle){ 0 };
	if (!check_header(&opened, error))
		return false;
	end = h->index_bytes;
	for (uint32_t n = 0; n < h->file_count; n++)
		if (!check_name(&opened, n, error) || !check_place(&opened, n, &end, error))
			return false;
	opened.file_count = h->file_count;
	if (!text_same(bundle_file(&opened, 0).name, BUNDLE_CONFIG))
		return refuse_bundle(error, "its first file is '%s': expected " BUNDLE_CONFIG,
				     bundle_file(&opened, 0).name);
	*bundle = opened;
	return true;
}

struct bundle_file bundle_file(const struct bundle *bundle, uint32_t n)
{
	const struct bundle_entry *e = entry_at(bundle, n);

	return (struct bundle_file){
		.name = bundle->start + e->name_offset,
		.start = e->bytes ? bundle->start + e->offset : NULL,
		.bytes = e->bytes,
	};
}

bool bundle_find(const struct bundle *bundle, const char *name, struct bundle_file *file)
{
	for (uint32_t n = 0; n < bundle->file_count; n++) {
		*file = bundle_file(bundle, n);
		if (text_same(file->name, name))
			return true;
	}
	return false;
}
