/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel: where its file comes from, and where the memory for it does. */
#include "calls.h"
#include "choose.h"
#include "crc.h"
#include "lzma.h"

/* Hidden: else they would be found through a table of pointers, which has to be relocated. */
#define EMBEDDED extern __attribute__((visibility("hidden")))
EMBEDDED const char embedded_kernel[];
EMBEDDED const char embedded_kernel_end[];
EMBEDDED const uint32_t embedded_kernel_crc;

#define MODEL_PAGES BYTES_TO_PAGES(sizeof(struct lzma_model))
#define MAX_RATIO   256 /* no kernel packs better than that */

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

/* Unpacks the built-in kernel into a block of its own, and makes sure that it is what was built. */
static EFI_STATUS unpack(struct loader *l, uint64_t *bytes)
{
	const uint8_t *packed = (const uint8_t *)embedded_kernel;
	const uint64_t packed_bytes = embedded_kernel_end - embedded_kernel;
	struct lzma_model *model; /* in the pages behind the file */
	uint64_t file_pages;
	EFI_STATUS status;
	uint8_t *file;
	uint32_t crc = 0;

	/* No size that is much larger can be right: it only means that the header is damaged. */
	if (lzma_content_bytes(packed, packed_bytes, bytes) && *bytes <= MAX_RATIO * packed_bytes) {
		file_pages = BYTES_TO_PAGES(*bytes);
		status = block_allocate(l, BLOCK_FILE, file_pages + MODEL_PAGES,
					"the kernel's file");
		if (EFI_ERROR(status))
			return status;
		file = (uint8_t *)l->blocks[BLOCK_FILE].phys;
		model = (struct lzma_model *)(file + (file_pages << KEEL_PAGE_SHIFT));
		if (lzma_unpack(model, packed, packed_bytes, file, *bytes)) {
			calls_restore(file, *bytes);
			crc = crc32(0, file, *bytes);
		}
	}
	if (crc != embedded_kernel_crc)
		return fail(
			l, EFI_CRC_ERROR,
			"the built-in kernel is corrupt: its CRC-32 is %x, not %x; copy keel.efi "
			"again",
			(uint64_t)crc, (uint64_t)embedded_kernel_crc);
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
	struct memory_file f;
	EFI_STATUS status = unpack(l, &f.file.bytes);

	if (EFI_ERROR(status))
		return status;
	f.file.name = "built-in self-check";
	f.file.read = read_memory;
	f.start = (const char *)l->blocks[BLOCK_FILE].phys;
	status = load_file(l, &f.file);
	block_free(l, BLOCK_FILE);
	return status;
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
