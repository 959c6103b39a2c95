/* SPDX-License-Identifier: BSD-2-Clause */
#include "load/kernel.h"
#include "load/requests.h"

/* Memory for the ELF loader, in the kernel's blocks. */
struct kernel_memory {
	struct elf_memory memory;
	const struct firmware *fw;
	struct kernel *kernel;
};

static struct block *block_for(const struct kernel_memory *m, enum elf_use use)
{
	return use == ELF_FOR_KERNEL ? &m->kernel->image : &m->kernel->symbol_block;
}

static bool allocate_at(struct elf_memory *memory, enum elf_use use, uint64_t phys, uint64_t pages)
{
	const struct kernel_memory *m = (struct kernel_memory *)memory;

	return !EFI_ERROR(block_allocate_at(m->fw, block_for(m, use), phys, pages));
}

static uint64_t allocate_anywhere(struct elf_memory *memory, enum elf_use use, uint64_t pages)
{
	const struct kernel_memory *m = (struct kernel_memory *)memory;
	struct block *block = block_for(m, use);

	if (EFI_ERROR(block_allocate_below(m->fw, block, UINT64_MAX, pages)))
		return 0;
	return block->phys;
}

static EFI_STATUS refuse_kernel(const struct firmware *fw, const struct file *file,
				enum elf_result result, const struct elf_error *error)
{
	if (result == ELF_NO_MEMORY)
		return fail(fw, EFI_OUT_OF_RESOURCES, "%s", error->text);
	return fail(fw, result == ELF_UNREADABLE ? error->status : EFI_LOAD_ERROR,
		    "%s is refused: %s", file->name, error->text);
}

/* Says where it is. */
static EFI_STATUS load_examined(const struct firmware *fw, struct file *file, bool symbols,
				struct kernel *kernel)
{
	struct kernel_memory memory = { { allocate_at, allocate_anywhere }, fw, kernel };
	struct elf_image *elf = &kernel->elf;
	struct elf_error error;
	enum elf_result result = elf_load(file, elf, &memory.memory, &error);

	if (!result && symbols)
		result = elf_load_symbols(file, elf, &memory.memory, &kernel->symbols, &error);
	if (result)
		return refuse_kernel(fw, file, result, &error);
	say(fw, "  kernel    %s, %u bytes, at %x%s\n", file->name, elf->bytes, elf->phys,
	    elf->moved ? " (moved)" : "");
	if (symbols && !kernel->symbols.count)
		note(fw, "%s has no symbol table, so the kernel gets no symbols", file->name);
	return EFI_SUCCESS;
}

static EFI_STATUS load_settled(const struct firmware *fw, struct file *file,
			       const struct config_entry *wanted, struct kernel *kernel)
{
	struct elf_error error;
	const enum elf_result result = elf_examine(file, &kernel->elf, &error);
	EFI_STATUS status;

	if (result)
		return refuse_kernel(fw, file, result, &error);
	status = requests_settle(fw, file->name, wanted, kernel);
	return EFI_ERROR(status) ? status : load_examined(fw, file, wanted->symbols, kernel);
}

/* A kernel that nobody has told of Keel can be started, and then nothing more is heard of it. */
static void note_foreign(const struct firmware *fw, const char *name, const char *sign)
{
	if (sign)
		note(fw, "%s has %s, for another loader: docs/porting.md says what Keel wants",
		     name, sign);
}

/* Of one that is not Keel's own, besides, what speaks for another loader. */
static EFI_STATUS load_file(const struct firmware *fw, struct file *file,
			    const struct config_entry *wanted, struct kernel *kernel)
{
	const bool is_foreign = wanted->kernel && !fw->quiet;
	EFI_STATUS status;

	if (is_foreign)
		note_foreign(fw, file->name, elf_foreign_header(file));
	status = load_settled(fw, file, wanted, kernel);
	if (!EFI_ERROR(status) && is_foreign)
		note_foreign(fw, file->name, elf_foreign_requests(&kernel->elf));
	return status;
}

/* A file that is read piece by piece could be another one each time: it is read once. */
static EFI_STATUS take_measured(const struct firmware *fw, struct trust *trust,
				struct volume_file *f, struct kernel *kernel)
{
	const char *name = f->file.name;
	const uint64_t bytes = f->file.bytes;
	const void *start = f->memory;
	EFI_STATUS status = EFI_SUCCESS;

	if (!trust->tpm)
		return EFI_SUCCESS;
	if (!start && bytes) {
		status = block_allocate(fw, &kernel->file, BYTES_TO_PAGES(bytes), name);
		if (EFI_ERROR(status))
			return status;
		start = block_memory(&kernel->file);
		status = f->file.read(&f->file, 0, block_memory(&kernel->file), bytes);
		if (EFI_ERROR(status))
			return fail(fw, status, "%s cannot be read", name);
		volume_close(f);
		volume_open_memory(name, start, bytes, f);
	}
	return trust_measure(fw, trust, TPM_PCR_FILES, start, bytes, name);
}

EFI_STATUS kernel_load(const struct firmware *fw, const struct loaded_image *image,
		       struct volume *volume, const struct boot_entry *entry, struct kernel *kernel)
{
	const struct config_entry *wanted = &entry->wanted;
	struct volume_file f;
	EFI_STATUS status;

	memset(kernel, 0, sizeof(*kernel));
	status = wanted->kernel ? boot_entry_open(entry, volume, wanted->kernel, &f)
				: loaded_image_open_built_in(fw, image, &f);
	if (EFI_ERROR(status))
		return status;
	status = take_measured(fw, entry->trust, &f, kernel);
	if (!EFI_ERROR(status))
		status = load_file(fw, &f.file, wanted, kernel);
	volume_close(&f);
	block_free(fw, &kernel->file);
	return status;
}

void kernel_free(const struct firmware *fw, struct kernel *kernel)
{
	block_free(fw, &kernel->symbol_block);
	block_free(fw, &kernel->image);
}
