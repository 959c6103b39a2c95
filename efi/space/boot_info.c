/* SPDX-License-Identifier: BSD-2-Clause */
/* The texts that the kernel gets: copies in its own memory, and the pointers to them. */
#include "firmware.h"

struct writer {
	uint64_t start; /* 0: only measure */
	uint64_t bytes;
};

/* Copies the text, none being the same as an empty one, and has *pointer lead the kernel to it. */
static void put(struct writer *w, const char *text, const char **pointer)
{
	uint64_t bytes = 1;

	if (!text)
		text = "";
	while (text[bytes - 1])
		bytes++;
	if (w->start) {
		memcpy((void *)(w->start + w->bytes), text, bytes);
		*pointer = (const char *)KEEL_DIRECT_MAP(w->start + w->bytes);
	}
	w->bytes += bytes;
}

uint64_t texts_lay_out(struct loader *l, uint64_t start)
{
	struct keel_boot_info *info = l->info;
	struct writer w = { start, 0 };

	put(&w, l->entry->options, &info->command_line);
	put(&w, l->entry->title, &info->entry_title);
	put(&w, l->entry->kernel, &info->kernel_path);
	put(&w, l->boot_device, &info->boot_device);
	for (uint64_t n = 0; n < l->module_count; n++) {
		if (start)
			l->info_modules[n] = l->modules[n];
		put(&w, l->modules[n].name, &l->info_modules[n].name);
		put(&w, l->modules[n].options, &l->info_modules[n].options);
	}
	return w.bytes;
}
