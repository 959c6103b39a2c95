/* SPDX-License-Identifier: BSD-2-Clause */
/* Files for the kernel: each in whole pages of its own, read straight to where they stay. */
#include "entry/boot_entry.h"

static EFI_STATUS read_module(struct loader *l, struct keel_module *m, struct file *file)
{
	const uint64_t pages = BYTES_TO_PAGES(file->bytes);
	EFI_STATUS status;

	if (!pages)
		return EFI_SUCCESS;
	status = pages_allocate(l, pages, file->name, &m->phys);
	if (EFI_ERROR(status))
		return status;
	m->bytes = file->bytes;
	status = file->read(file, 0, (void *)m->phys, m->bytes);
	if (EFI_ERROR(status))
		return fail(l, status, "%s cannot be read", file->name);
	memset((char *)m->phys + m->bytes, 0, (pages << KEEL_PAGE_SHIFT) - m->bytes);
	m->data = (void *)KEEL_DIRECT_MAP(m->phys);
	return EFI_SUCCESS;
}

static EFI_STATUS load_module(struct loader *l, const struct config_module *wanted)
{
	struct keel_module *m = l->modules + l->module_count++;
	struct volume_file f;
	EFI_STATUS status = configured_open(l, wanted->path, &f);

	if (EFI_ERROR(status))
		return status;
	m->name = wanted->path;
	m->options = wanted->options;
	status = read_module(l, m, &f.file);
	volume_close(&f);
	if (!EFI_ERROR(status))
		say(l, "  module    %s, %u bytes, at %x\n", m->name, m->bytes, m->phys);
	return status;
}

EFI_STATUS modules_load(struct loader *l)
{
	const struct config_entry *entry = l->entry;
	EFI_STATUS status = EFI_SUCCESS;

	for (uint32_t n = 0; n < entry->module_count && !EFI_ERROR(status); n++)
		status = load_module(l, l->config.modules + entry->first_module + n);
	return status;
}

void modules_free(struct loader *l)
{
	while (l->module_count) {
		const struct keel_module *m = l->modules + --l->module_count;

		if (m->phys)
			l->boot->FreePages(m->phys, BYTES_TO_PAGES(m->bytes));
	}
}
