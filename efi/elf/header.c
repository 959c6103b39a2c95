/* SPDX-License-Identifier: BSD-2-Clause */
/* The ELF header: whether it is that of a kernel, and where it leads to. */
#include "elf/parts.h"

static enum elf_result check_type(const struct elf_header *h, struct elf_error *error)
{
	if (h->type == ELF_EXEC || h->type == ELF_DYN)
		return ELF_GOOD;
	if (h->type == ELF_REL)
		return elf_refuse(error,
				  "it is an object file (ET_REL), not linked yet: link it as an "
				  "executable, with -static or -static-pie");
	if (h->type == ELF_CORE)
		return elf_refuse(error, "it is a core dump (ET_CORE): name the kernel's ELF file");
	return elf_refuse(error,
			  "e_type is %x, neither 2 (ET_EXEC) nor 3 (ET_DYN): link it as an "
			  "executable, with -static or -static-pie",
			  (uint64_t)h->type);
}

static enum elf_result check_program_headers(const struct elf_header *h, const struct file *file,
					     struct elf_error *error)
{
	if (!h->phnum)
		return elf_refuse(error, "e_phnum is 0: there are no program headers");
	if (h->phnum == ELF_PN_XNUM)
		return elf_refuse(error, "e_phnum is %x (PN_XNUM): expected fewer program headers",
				  (uint64_t)h->phnum);
	return elf_expect(error, "e_phentsize", h->phentsize, sizeof(struct elf_program_header)) ||
	       elf_expect_inside(error, file, "e_phoff", h->phoff,
				 h->phnum * sizeof(struct elf_program_header));
}

enum elf_result elf_read_header(struct file *file, struct elf_header *h, struct elf_error *error)
{
	enum elf_result result;

	if (!file->bytes)
		return elf_refuse(error, "it is empty");
	if (file->bytes < sizeof(*h))
		return elf_refuse(error, "it has only %x bytes, an ELF header %x", file->bytes,
				  sizeof(*h));
	result = elf_read(file, 0, h, sizeof(*h), error);
	if (result)
		return result;
	if (h->magic != ELF_MAGIC)
		return elf_refuse_format(file, h->magic, error);
	if (elf_check_machine(h, error) ||
	    elf_expect(error, "EI_VERSION", h->ident_version, ELF_VERSION_1) ||
	    elf_expect(error, "e_version", h->version, ELF_VERSION_1) ||
	    elf_expect(error, "e_ehsize", h->ehsize, sizeof(*h)) || check_type(h, error))
		return ELF_REFUSED;
	return check_program_headers(h, file, error);
}
