/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/modules.h"

/* Whether it is in the image, whose pages the firmware has given and takes back. */
static bool is_bundled(const struct modules *modules, const struct keel_module *m)
{
	const struct bundle *bundle = modules->bundle;

	return bundle && m->phys - (uintptr_t)bundle->start < bundle->bytes;
}

/* Whether a module before it has the same pages: an entry may name a file twice. */
static bool is_taken(const struct modules *modules, const void *start)
{
	for (const struct keel_module *m = modules->list; m < modules->list + modules->count - 1;
	     m++)
		if (m->phys == (uintptr_t)start)
			return true;
	return false;
}

static EFI_STATUS read_module(const struct firmware *fw, struct keel_module *m, struct file *file)
{
	struct block block;
	EFI_STATUS status;

	if (!file->bytes)
		return EFI_SUCCESS;
	status = block_allocate(fw, &block, BYTES_TO_PAGES(file->bytes), file->name);
	if (EFI_ERROR(status))
		return status;
	m->phys = block.phys;
	m->bytes = file->bytes;
	status = file->read(file, 0, (void *)m->phys, m->bytes);
	if (EFI_ERROR(status))
		return fail(fw, status, "%s cannot be read", file->name);
	memset((char *)m->phys + m->bytes, 0, block_bytes(&block) - m->bytes);
	m->data = (void *)KEEL_DIRECT_MAP(m->phys);
	return EFI_SUCCESS;
}

/* In the image it has whole pages, with zeros behind its end: lib/bundle.h. It stays there. */
static void take_in_place(struct keel_module *m, const struct volume_file *f)
{
	m->phys = (uintptr_t)f->memory;
	m->bytes = f->file.bytes;
	m->data = (void *)KEEL_DIRECT_MAP(m->phys);
}

static EFI_STATUS load_module(const struct firmware *fw, struct volume *volume,
			      const struct boot_entry *entry, const struct config_module *wanted,
			      const struct modules *modules)
{
	struct keel_module *m = modules->list + modules->count - 1;
	struct volume_file f;
	EFI_STATUS status = boot_entry_open(entry, volume, wanted->path, &f);

	*m = (struct keel_module){ .name = wanted->path, .options = wanted->options };
	if (EFI_ERROR(status))
		return status;
	if (f.memory && !is_taken(modules, f.memory))
		take_in_place(m, &f);
	else
		status = read_module(fw, m, &f.file);
	if (!EFI_ERROR(status))
		status = trust_measure(fw, entry->trust, TPM_PCR_FILES, (const void *)m->phys,
				       m->bytes, wanted->path);
	volume_close(&f);
	if (!EFI_ERROR(status))
		say(fw, "  module    %s, %u bytes, at %x\n", m->name, m->bytes, m->phys);
	return status;
}

EFI_STATUS modules_load(const struct firmware *fw, struct volume *volume,
			const struct boot_entry *entry, struct modules *modules)
{
	const struct config_module *wanted = boot_entry_modules(entry);
	const uint32_t count = entry->wanted.module_count;
	EFI_STATUS status;

	*modules = (struct modules){ .bundle = entry->bundle };
	if (!count)
		return EFI_SUCCESS;
	status = block_allocate(fw, &modules->block, BYTES_TO_PAGES(count * sizeof(*modules->list)),
				"the list of modules");
	if (EFI_ERROR(status))
		return status;
	modules->list = block_memory(&modules->block);
	while (modules->count < count && !EFI_ERROR(status)) {
		modules->count++;
		status = load_module(fw, volume, entry, wanted + modules->count - 1, modules);
	}
	return status;
}

void modules_free(const struct firmware *fw, struct modules *modules)
{
	while (modules->count) {
		const struct keel_module *m = modules->list + --modules->count;
		struct block block = { m->phys, BYTES_TO_PAGES(m->bytes) };

		if (!is_bundled(modules, m))
			block_free(fw, &block);
	}
	block_free(fw, &modules->block);
}
