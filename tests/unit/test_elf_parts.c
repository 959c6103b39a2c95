/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Relocations and symbols: the small kernel's dynamic section, relocations and section headers,
 * spoiled in one way after the other.
 */
#include "check.h"
#include "elf_scene.h"

static enum elf_result load(const struct kernel *k, struct elf_symbols *symbols, char *text)
{
	struct fake_memory memory = fake_memory();
	struct fake_file file = fake_file(k, sizeof(*k));
	struct elf_error error = { .text = "" };
	struct elf_image image;
	const enum elf_result result = load_all(&file, &memory, &image, symbols, &error);

	assert_false(file.outside);
	fake_free(&memory);
	strcpy(text, error.text);
	return result;
}

static void refused(const struct kernel *k, const char *expected)
{
	struct elf_symbols symbols;
	char text[256];

	assert_int_equal(load(k, &symbols, text), ELF_REFUSED);
	assert_int_equal(symbols.count, 0);
	assert_string_equal(text, expected);
}

static void has_symbols(const struct kernel *k, uint64_t count)
{
	struct elf_symbols symbols;
	char text[256];

	if (load(k, &symbols, text))
		fail_msg("refused: %s", text);
	assert_int_equal(symbols.count, count);
	assert_int_equal(!symbols.count, !symbols.names_bytes);
}

#define SPOIL(statement, text)                             \
	do {                                               \
		struct kernel k = good_kernel(ELF_DYN, 0); \
		statement;                                 \
		refused(&k, text);                         \
	} while (0)

#define KEEP(statement, symbols)                           \
	do {                                               \
		struct kernel k = good_kernel(ELF_DYN, 0); \
		statement;                                 \
		has_symbols(&k, symbols);                  \
	} while (0)

static void spoiled_dynamic(void **state)
{
	(void)state;
	SPOIL(k.load[3].vaddr = 0x7f88,
	      "PT_DYNAMIC: p_vaddr is 0x7f88: the 0x80 bytes there are not in one loaded segment");
	SPOIL(k.load[3].vaddr = ~UINT64_C(0),
	      "PT_DYNAMIC: p_vaddr is 0xffffffffffffffff: the 0x80 bytes there are not in one loaded "
	      "segment");
	SPOIL(k.load[3].memsz = ~UINT64_C(0),
	      "PT_DYNAMIC: p_vaddr is 0x2200: the 0xffffffffffffffff bytes there are not in one loaded "
	      "segment");
	SPOIL(k.data.dynamic[3].tag = 1, "dynamic entry 3: DT_NEEDED is not supported: link with "
					 "-static-pie, without shared libraries");
	SPOIL((k.data.dynamic[3].tag = 2, k.data.dynamic[3].value = 24),
	      "dynamic entry 3: DT_JMPREL is not supported: link with no undefined symbols and "
	      "ifuncs");
	SPOIL((k.data.dynamic[3].tag = 18, k.data.dynamic[3].value = 16),
	      "dynamic entry 3: DT_REL is not supported: link with -z rela");
	SPOIL((k.data.dynamic[3].tag = 35, k.data.dynamic[3].value = 8),
	      "dynamic entry 3: DT_RELR is not supported: link with -z nopack-relative-relocs, or "
	      "--pack-dyn-relocs=none");
	SPOIL(k.data.dynamic[2].value = 16,
	      "dynamic entry 2: DT_RELAENT is 0x10, it has to be 0x18");
	SPOIL(k.data.dynamic[1].value = 47, "DT_RELASZ is 0x2f, no multiple of 0x18");
	SPOIL(k.data.dynamic[1].value = ~UINT64_C(0) / 24 * 24,
	      "DT_RELA is 0x2280: the 0xfffffffffffffff0 bytes there are not in one loaded segment");
	SPOIL(k.data.dynamic[0].value = 0x7fe0,
	      "DT_RELA is 0x7fe0: the 0x30 bytes there are not in one loaded segment");
	SPOIL(k.data.dynamic[0].value = 0x1ff0,
	      "DT_RELA is 0x1ff0: the 0x30 bytes there are not in one loaded segment");
	for (unsigned n = 0; n < 2; n++)
		SPOIL(k.data.dynamic[n].tag = 21,
		      "DT_RELA and DT_RELASZ: there is only one of them");
	for (uint64_t tag = 0x6000000f; tag <= 0x60000012; tag++)
		SPOIL(k.data.dynamic[3].tag = tag,
		      "dynamic entry 3: DT_ANDROID_REL or _RELA is not supported: link with "
		      "--pack-dyn-relocs=none");
	for (uint64_t tag = 0x6fffe000; tag <= 0x6fffe003; tag++)
		SPOIL(k.data.dynamic[3].tag = tag,
		      "dynamic entry 3: DT_ANDROID_RELR is not supported: link with "
		      "--pack-dyn-relocs=none");
	/* Of size zero, or behind the end, they are nothing. */
	KEEP((k.data.dynamic[3].tag = 35, k.data.dynamic[3].value = 0), 3);
	KEEP((k.data.dynamic[3].tag = 0, k.data.dynamic[4].tag = 1), 3);
	KEEP(k.data.dynamic[1].value = 0, 3);
	KEEP((k.load[3].memsz = 0x1f, k.data.dynamic[0].tag = 21, k.data.dynamic[1].tag = 1), 3);
	KEEP(k.data.dynamic[0].tag = k.data.dynamic[1].tag = 21, 3);
}

static void spoiled_relocation(void **state)
{
	(void)state;
	SPOIL(k.data.rela[1].type = 1,
	      "relocation 1: its type is 0x1, only 0x8 (R_X86_64_RELATIVE) is possible: link with "
	      "-static-pie and without undefined symbols");
	SPOIL(k.data.rela[0].offset = 0x7ff9,
	      "relocation 0: r_offset is 0x7ff9: the 0x8 bytes there are not in one loaded segment");
	SPOIL(k.data.rela[0].offset = ~UINT64_C(0),
	      "relocation 0: r_offset is 0xffffffffffffffff: the 0x8 bytes there are not in one loaded "
	      "segment");
	SPOIL(k.data.rela[0].offset = 0xffd,
	      "relocation 0: r_offset is 0xffd: the 0x8 bytes there are not in one loaded segment");
	/* Anywhere in a segment, and be it the table itself. */
	KEEP(k.data.rela[0].offset = 0x7ff8, 3);
	KEEP(k.data.rela[0].offset = 0xff1, 3);
	KEEP(k.data.rela[0].offset = DATA_VIRT(k, rela[0]), 3);
}

static void spoiled_sections(void **state)
{
	(void)state;
	SPOIL(k.h.shentsize = 40, "e_shentsize is 0x28, it has to be 0x40");
	SPOIL(k.h.shnum = 0, "e_shnum is 0, and yet e_shoff is 0x3d8");
	SPOIL(k.h.shoff = sizeof(k) - 255,
	      "e_shoff is 0x431: the 0x100 bytes there leave the file, which has 0x530");
	SPOIL(k.h.shoff = ~UINT64_C(0),
	      "e_shoff is 0xffffffffffffffff: the 0x100 bytes there leave the file, which has 0x530");
	SPOIL(k.section[2].entsize = 16, "section header 2: sh_entsize is 0x10, it has to be 0x18");
	SPOIL(k.section[2].size--, "section header 2: sh_size is 0x47, no multiple of 0x18");
	SPOIL(k.section[2].offset = sizeof(k),
	      "section header 2: sh_offset is 0x530: the 0x48 bytes there leave the file, which has 0x530");
	SPOIL(k.section[2].size = ~UINT64_C(0),
	      "section header 2: sh_offset is 0x4d8: the 0xffffffffffffffff bytes there leave the file, "
	      "which has 0x530");
	SPOIL(k.section[2].link = 4, "section header 2: sh_link is 0x4, there are 0x4 sections");
	SPOIL(k.section[2].link = 2,
	      "section header 2: names of symbols: sh_type is 0x2, it has to be 0x3");
	SPOIL(k.section[3].size = sizeof(k),
	      "section header 3: sh_offset is 0x520: the 0x530 bytes there leave the file, which has 0x530");
	SPOIL(k.section[3].size = 0, "section header 3: names of symbols: sh_size is 0");
	SPOIL(k.section[3].size = 9,
	      "section header 3: names of symbols: the last byte is 0x65, it has to be 0x0");
}

static void without_symbols(void **state)
{
	(void)state;
	KEEP(k.h.shoff = 0, 0);
	KEEP(k.section[2].type = 11, 0);
	KEEP(k.section[2].size = 0, 0);
	KEEP(k.h.shnum = 2, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spoiled_dynamic),
		cmocka_unit_test(spoiled_relocation),
		cmocka_unit_test(spoiled_sections),
		cmocka_unit_test(without_symbols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
