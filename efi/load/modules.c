/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/modules.h"

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

static EFI_STATUS load_module(const struct firmware *fw, struct volume *volume,
			      const struct boot_entry *entry, const struct config_module *wanted,
			      struct keel_module *m)
{
	struct volume_file f;
	EFI_STATUS status = boot_entry_open(entry, volume, wanted->path, &f);

	*m = (struct keel_module){ .name = wanted->path, .options = wanted->options };
	if (EFI_ERROR(status))
		return status;
	status = read_module(fw, m, &f.file);
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

	*modules = (struct modules){ 0 };
	if (!count)
		return EFI_SUCCESS;
	status = block_allocate(fw, &modules->block, BYTES_TO_PAGES(count * sizeof(*modules->list)),
				"the list of modules");
	if (EFI_ERROR(status))
		return status;
	modules->list = block_memory(&modules->block);
	while (modules->count < count && !EFI_ERROR(status)) {
		const uint64_t n = modules->count++;

		status = load_module(fw, volume, entry, wanted + n, modules->list + n);
	}
	return status;
}

void modules_free(const struct firmware *fw, struct modules *modules)
{
	while (modules->count) {
		const struct keel_module *m = modules->list + --modules->count;
		struct block block = { m->phys, BYTES_TO_PAGES(m->bytes) };

		block_free(fw, &block);
	}
	block_free(fw, &modules->block);
}
