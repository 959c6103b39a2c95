/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel: where its file comes from, and where the memory for it does. */
#include "entry/boot_entry.h"
#include "lib/pe.h"

#define BUILT_IN_SECTION ".kernel" /* of keel.efi: the built-in kernel's file */

/* Memory for the ELF loader, in blocks: efi_main frees them. */
struct kernel_memory {
	struct elf_memory memory;
	struct loader *l;
};

static enum block_id block_for(enum elf_use use)
{
	return use == ELF_FOR_KERNEL ? BLOCK_KERNEL : BLOCK_SYMBOLS;
}

static bool allocate_at(struct elf_memory *m, enum elf_use use, uint64_t phys, uint64_t pages)
{
	struct loader *l = ((struct kernel_memory *)m)->l;

	return !EFI_ERROR(block_allocate_at(l, block_for(use), phys, pages));
}

static uint64_t allocate(struct elf_memory *m, enum elf_use use, uint64_t pages)
{
	struct loader *l = ((struct kernel_memory *)m)->l;

	if (EFI_ERROR(block_allocate_below(l, block_for(use), UINT64_MAX, pages)))
		return 0;
	return l->blocks[block_for(use)].phys;
}

/* A file that lies in memory. */
struct memory_file {
	struct file file;
	const char *start;
};

static uint64_t read_memory(struct file *file, uint64_t offset, void *to, uint64_t bytes)
{
	memcpy(to, ((struct memory_file *)file)->start + offset, bytes);
	return EFI_SUCCESS;
}

static EFI_STATUS refuse(const struct loader *l, const struct file *file, enum elf_result result,
			 const struct elf_error *error)
{
	if (result == ELF_NO_MEMORY)
		return fail(l, EFI_OUT_OF_RESOURCES, "%s", error->text);
	return fail(l, result == ELF_UNREADABLE ? error->status : EFI_LOAD_ERROR,
		    "%s is refused: %s", file->name, error->text);
}

static EFI_STATUS load_file(struct loader *l, struct file *file)
{
	struct kernel_memory memory = { { allocate_at, allocate }, l };
	struct elf_error error;
	enum elf_result result = elf_examine(file, &l->elf, &error);

	if (!result)
		result = elf_load(file, &l->elf, &memory.memory, &error);
	if (!result && l->entry->symbols)
		result = elf_load_symbols(file, &l->elf, &memory.memory, &l->symbols, &error);
	if (result)
		return refuse(l, file, result, &error);
	say(l, "  kernel    %s, %u bytes, at %x%s\n", file->name, l->elf.bytes, l->elf.phys,
	    l->elf.moved ? " (moved)" : "");
	if (l->entry->symbols && !l->symbols.count)
		say(l, "  note      %s has no symbol table, so the kernel gets no symbols\n",
		    file->name);
	return EFI_SUCCESS;
}

static EFI_STATUS load_built_in(struct loader *l)
{
	struct pe_section section;
	struct memory_file f;

	if (!pe_find_section(l->loaded->ImageBase, l->loaded->ImageSize, BUILT_IN_SECTION,
			     &section))
		return fail(l, EFI_LOAD_ERROR,
			    "keel.efi has no section " BUILT_IN_SECTION
			    ": there is no built-in kernel; copy keel.efi again");
	f.file.name = "built-in self-check";
	f.file.bytes = section.bytes;
	f.file.read = read_memory;
	f.start = section.start;
	return load_file(l, &f.file);
}

EFI_STATUS kernel_load(struct loader *l)
{
	struct volume_file f;
	EFI_STATUS status;

	if (!l->entry->kernel)
		return load_built_in(l);
	status = configured_open(l, l->entry->kernel, &f);
	if (EFI_ERROR(status))
		return status;
	status = load_file(l, &f.file);
	volume_close(&f);
	return status;
}
