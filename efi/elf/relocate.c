/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Relocations of a static PIE. They come from the file: nothing outside the loaded segments may be
 * read or written because of them.
 */
#include "elf/parts.h"

typedef uint64_t unaligned_u64 __attribute__((aligned(1)));

struct relocations {
	uint64_t virt; /* as linked, like all addresses in the file */
	uint64_t bytes;
	bool has_virt; /* the members have been found */
	bool has_bytes;
};

/* Where bytes with addresses as linked are now; NULL unless all of them lie in one segment. */
static void *find(const struct elf_image *image, const char *what, uint64_t link_virt,
		  uint64_t bytes, struct elf_error *error)
{
	const uint64_t virt = link_virt + image->slide;

	for (uint32_t n = 0; n < image->segment_count; n++) {
		const struct keel_segment *s = image->segments + n;
		const uint64_t offset = virt - s->virt;

		if (offset < s->bytes && bytes <= s->bytes - offset)
			return (void *)(s->phys + offset);
	}
	elf_refuse(error, "%s is %x: the %x bytes there are not in one loaded segment", what,
		   link_virt, bytes);
	return NULL;
}

static enum elf_result unsupported(struct elf_error *error, const char *member, const char *remedy)
{
	return elf_refuse(error, "%s is not supported: link with %s", member, remedy);
}

static enum elf_result take_dynamic(const struct elf_dynamic *d, struct relocations *found,
				    struct elf_error *error)
{
	if (d->tag == ELF_DT_RELA) {
		found->virt = d->value;
		found->has_virt = true;
	}
	if (d->tag == ELF_DT_RELASZ) {
		found->bytes = d->value;
		found->has_bytes = true;
	}
	if (d->tag == ELF_DT_RELAENT)
		return elf_expect(error, "DT_RELAENT", d->value, sizeof(struct elf_rela));
	if (d->tag == ELF_DT_NEEDED)
		return unsupported(error, "DT_NEEDED", "-static-pie, without shared libraries");
	/* The others come with a size, and do no harm when that is zero. */
	if (!d->value)
		return ELF_GOOD;
	if (d->tag == ELF_DT_PLTRELSZ)
		return unsupported(error, "DT_JMPREL", "no undefined symbols and ifuncs");
	if (d->tag == ELF_DT_RELSZ)
		return unsupported(error, "DT_REL", "-z rela");
	if (d->tag == ELF_DT_RELRSZ)
		return unsupported(error, "DT_RELR",
				   "-z nopack-relative-relocs, or --pack-dyn-relocs=none");
	/* Packed in the ways that were there before DT_RELR. */
	if (d->tag >= ELF_DT_ANDROID_REL && d->tag <= ELF_DT_ANDROID_RELASZ)
		return unsupported(error, "DT_ANDROID_REL or _RELA", "--pack-dyn-relocs=none");
	if (d->tag >= ELF_DT_ANDROID_RELR && d->tag <= ELF_DT_ANDROID_RELRENT)
		return unsupported(error, "DT_ANDROID_RELR", "--pack-dyn-relocs=none");
	return ELF_GOOD;
}

static enum elf_result read_dynamic(const struct elf_image *image, struct relocations *found,
				    struct elf_error *error)
{
	const uint64_t count = image->dynamic_bytes / sizeof(struct elf_dynamic);
	const struct elf_dynamic *d = find(image, "PT_DYNAMIC: p_vaddr", image->dynamic_virt,
					   image->dynamic_bytes, error);
	enum elf_result result = d ? ELF_GOOD : ELF_REFUSED;

	for (uint64_t n = 0; !result && n < count && d[n].tag != ELF_DT_NULL; n++) {
		error->part = "dynamic entry";
		error->number = n;
		result = take_dynamic(d + n, found, error);
	}
	error->part = NULL;
	/* Without both there is nothing to relocate, which is fine. */
	if (!result && found->has_virt != found->has_bytes)
		return elf_refuse(error, "DT_RELA and DT_RELASZ: there is only one of them");
	return result;
}

/* A copy: a relocation may change those that come after it. */
static enum elf_result relocate_one(const struct elf_image *image, struct elf_rela r,
				    struct elf_error *error)
{
	unaligned_u64 *target;

	if (r.type == ELF_R_NONE)
		return ELF_GOOD;
	if (r.type != ELF_R_RELATIVE)
		return elf_refuse(error,
				  "its type is %x, only %x (R_X86_64_RELATIVE) is possible: link "
				  "with -static-pie and without undefined symbols",
				  (uint64_t)r.type, (uint64_t)ELF_R_RELATIVE);
	target = find(image, "r_offset", r.offset, sizeof(*target), error);
	if (!target)
		return ELF_REFUSED;
	*target = r.addend + image->slide;
	return ELF_GOOD;
}

enum elf_result elf_relocate(const struct elf_image *image, struct elf_error *error)
{
	struct relocations found = { 0 };
	const struct elf_rela *rela;
	enum elf_result result = ELF_GOOD;

	if (image->dynamic_bytes)
		result = read_dynamic(image, &found, error);
	if (result || !found.bytes)
		return result;
	if (found.bytes % sizeof(*rela))
		return elf_refuse(error, "DT_RELASZ is %x, no multiple of %x", found.bytes,
				  sizeof(*rela));
	rela = find(image, "DT_RELA", found.virt, found.bytes, error);
	if (!rela)
		return ELF_REFUSED;
	error->part = "relocation";
	for (uint64_t n = 0; !result && n < found.bytes / sizeof(*rela); n++) {
		error->number = n;
		result = relocate_one(image, rela[n], error);
	}
	error->part = NULL;
	return result;
}
