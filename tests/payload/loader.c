/* SPDX-License-Identifier: BSD-2-Clause */
/* The module loader; see loader.h. */
#include <stddef.h>
#include "elf.h"
#include "loader.h"
#include "pages.h"
#include "paging.h"
#include "report.h"

#define SECTIONS (sizeof(((struct module *)0)->section_virt) / sizeof(uint64_t))

static enum module_group group_of(const struct elf_section *s)
{
	if (s->flags & SHF_EXECINSTR)
		return MODULE_TEXT;
	return s->flags & SHF_WRITE ? MODULE_DATA : MODULE_RODATA;
}

static uint64_t align_up(uint64_t value, uint64_t to)
{
	return (value + to - 1) & -to;
}

/* Gives every section its address; each group begins on a page. */
static bool place(struct module *module, const void *object, uint64_t virt)
{
	if (section_count(object) > SECTIONS)
		return expect("sections of the module, at most", virt, SECTIONS,
			      section_count(object));
	for (unsigned group = 0; group < MODULE_GROUPS; group++) {
		module->group_virt[group] = virt;
		for (unsigned n = 0; n < section_count(object); n++) {
			const struct elf_section *s = section_at(object, n);

			if (!(s->flags & SHF_ALLOC) || group_of(s) != group || !s->bytes)
				continue;
			virt = align_up(virt, s->alignment);
			module->section_virt[n] = virt;
			virt += s->bytes;
		}
		virt = align_up(virt, KEEL_PAGE_SIZE);
	}
	module->group_virt[MODULE_GROUPS] = virt;
	return true;
}

uint64_t module_bytes(const void *object)
{
	struct module module = { 0 };

	place(&module, object, 0);
	return module.group_virt[MODULE_GROUPS];
}

static bool is_text(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

uint64_t module_symbol(const struct module *module, const void *object, const char *name)
{
	const struct elf_section *table = symbol_table(object);
	const struct elf_symbol *symbols = contents(object, table);

	for (uint64_t n = 1; n < table->bytes / sizeof(*symbols); n++)
		if (symbols[n].section && symbols[n].section < SECTIONS &&
		    is_text(symbol_name(object, &symbols[n]), name))
			return module->section_virt[symbols[n].section] + symbols[n].value;
	return 0;
}

static uint64_t resolve(const struct module *module, const void *object, uint32_t index,
			const struct module_export *exports)
{
	const struct elf_symbol *symbols = contents(object, symbol_table(object));
	const struct elf_symbol *symbol = &symbols[index];

	if (symbol->section && symbol->section < SECTIONS)
		return module->section_virt[symbol->section] + symbol->value;
	for (; exports->name; exports++)
		if (is_text(exports->name, symbol_name(object, symbol)))
			return (uint64_t)exports->address;
	return 0;
}

/* AMD64 supplement, table 4.10: S + A, less P where relative; all but one have 32 bits. */
static void relocate_one(struct module *module, uint64_t at, const struct elf_rela *rela,
			 uint64_t symbol)
{
	static const uint8_t numbers[MODULE_RELOCATIONS] = { 1, 2, 4, 11 };
	enum module_relocation kind = 0;
	uint64_t value = symbol + (uint64_t)rela->addend;

	while (kind < MODULE_RELOCATIONS && numbers[kind] != rela->type)
		kind++;
	if (kind == MODULE_RELOCATIONS || !symbol) {
		expect("relocation that the loader knows, of a symbol that it knows", at, true,
		       false);
		return;
	}
	module->relocations[kind]++;
	if (kind == MODULE_R_64) {
		__builtin_memcpy((void *)at, &value, sizeof(value));
		return;
	}
	if (kind != MODULE_R_32S)
		value -= at;
	expect("relocated value, in 32 bits", at, value, (uint64_t)(int64_t)(int32_t)value);
	__builtin_memcpy((void *)at, &value, sizeof(int32_t));
}

static void relocate(struct module *module, const void *object, const struct module_export *exports)
{
	for (unsigned n = 0; n < section_count(object); n++) {
		const struct elf_section *s = section_at(object, n);
		const struct elf_rela *rela = contents(object, s);

		if (s->type != SHT_RELA || !module->section_virt[s->info])
			continue;
		for (uint64_t i = 0; i < s->bytes / sizeof(*rela); i++)
			relocate_one(module, module->section_virt[s->info] + rela[i].offset,
				     &rela[i], resolve(module, object, rela[i].symbol, exports));
	}
}

/* Pages are zeroed, so sections without contents need nothing more. */
static void fill(const struct module *module, const void *object)
{
	for (unsigned n = 0; n < section_count(object); n++) {
		const struct elf_section *s = section_at(object, n);

		if (module->section_virt[n] && s->type != SHT_NOBITS)
			__builtin_memcpy((void *)module->section_virt[n], contents(object, s),
					 s->bytes);
	}
}

/* The frames stay the same; only what the addresses permit changes. */
static void protect(const struct module *module)
{
	static const uint64_t bits[MODULE_GROUPS] = {
		[MODULE_TEXT] = KEEL_PTE_G,
		[MODULE_RODATA] = KEEL_PTE_G | KEEL_PTE_NX,
		[MODULE_DATA] = KEEL_PTE_G | KEEL_PTE_NX | KEEL_PTE_RW,
	};

	for (unsigned group = 0; group < MODULE_GROUPS; group++)
		for (uint64_t virt = module->group_virt[group];
		     virt < module->group_virt[group + 1]; virt += KEEL_PAGE_SIZE) {
			uint64_t leaf = unmap_page(boot->kernel_root_phys, virt);

			map_page(boot->kernel_root_phys, virt, leaf & KEEL_PTE_ADDRESS,
				 bits[group]);
		}
}

bool module_load(struct module *module, const void *object, uint64_t virt,
		 const struct module_export *exports)
{
	*module = (struct module){ 0 };
	if (!place(module, object, virt))
		return false;
	for (uint64_t at = virt; at < module->group_virt[MODULE_GROUPS]; at += KEEL_PAGE_SIZE)
		map_page(boot->kernel_root_phys, at, page_take(),
			 KEEL_PTE_G | KEEL_PTE_NX | KEEL_PTE_RW);
	fill(module, object);
	relocate(module, object, exports);
	protect(module);
	return true;
}

void module_unload(const struct module *module)
{
	for (uint64_t virt = module->group_virt[0]; virt < module->group_virt[MODULE_GROUPS];
	     virt += KEEL_PAGE_SIZE)
		page_give(unmap_page(boot->kernel_root_phys, virt) & KEEL_PTE_ADDRESS);
}
