/* SPDX-License-Identifier: BSD-2-Clause */
/* What boot_info says of what was configured: texts, modules, symbols; and what else came along. */
#include "checks.h"
#include "cpu.h"
#include "entry.h"
#include "kept.h"
#include "report.h"

#define LINKED_START (KEEL_TEXT_START + KEEL_SIZE_2M) /* kernel.lds.S */

#define CPUID_1_ECX_HYPERVISOR (1u << 31)

/* It ends before the memory does that is kept for it. */
static void expect_ends(const char *what, const char *text)
{
	const uint64_t phys = KEEL_DIRECT_MAP_PHYS((uint64_t)text);
	const struct keel_memory_range *r = find_range(phys);
	uint64_t bytes = 0;

	if (!expect(what, phys, true, r && r->type == KEEL_MEMORY_TYPE_BOOT_INFO) || !r)
		return;
	while (phys + bytes < r->phys + r->bytes && text[bytes])
		bytes++;
	expect("its end lies in the same range", phys, true, phys + bytes < r->phys + r->bytes);
}

static void check_texts(void)
{
	point_begin("boot_info: texts end in the memory that is kept for them");
	expect_ends("command_line", boot->command_line);
	expect_ends("entry_title", boot->entry_title);
	expect_ends("kernel_path", boot->kernel_path);
	expect_ends("boot_device", boot->boot_device);
	expect_ends("keel_version", boot->keel_version);
	for (uint64_t n = 0; n < boot->module_count; n++) {
		expect_ends("a module's name", boot->modules[n].name);
		expect_ends("a module's options", boot->modules[n].options);
	}
	point_end();
}

/* Returns the whole pages that it takes, in bytes. */
static uint64_t check_module_memory(const struct keel_module *m)
{
	const uint64_t end = (m->bytes + KEEL_PAGE_SIZE - 1) & ~(KEEL_PAGE_SIZE - 1);
	uint8_t padding = 0;

	expect("data", m->phys, m->bytes ? KEEL_DIRECT_MAP(m->phys) : 0, (uint64_t)m->data);
	expect("part of a page", m->phys, 0, m->phys % KEEL_PAGE_SIZE);
	if (!expect_kept("a module", m->phys, m->bytes, KEEL_MEMORY_TYPE_MODULE))
		return 0;
	for (uint64_t n = m->bytes; n < end; n++)
		padding |= ((const uint8_t *)KEEL_DIRECT_MAP(m->phys))[n];
	expect("bytes after the file's end", m->phys, 0, padding);
	return end;
}

/* Together they fill all memory of that type, so that none shares a page with another. */
static void check_modules_memory(void)
{
	uint64_t modules = 0, ranges = 0;

	point_begin("boot_info: modules lie in whole pages of their own type");
	for (uint64_t n = 0; n < boot->module_count; n++)
		modules += check_module_memory(&boot->modules[n]);
	for (uint64_t n = 0; n < boot->memory_range_count; n++)
		if (boot->memory_ranges[n].type == KEEL_MEMORY_TYPE_MODULE)
			ranges += boot->memory_ranges[n].bytes;
	expect("bytes of that type", 0, modules, ranges);
	point_end();
}

/* Modules that came inside keel.efi have stayed there. */
static void expect_loader_memory(void)
{
	const uint64_t end = boot->loader_phys + boot->loader_bytes;
	const struct keel_memory_range *r;

	for (uint64_t phys = boot->loader_phys; phys < end; phys = r->phys + r->bytes) {
		r = find_range(phys);
		expect("loader_phys: is in a range", phys, true, r != NULL);
		if (!r)
			return;
		if (r->type != KEEL_MEMORY_TYPE_MODULE)
			expect("loader_phys: type", phys, KEEL_MEMORY_TYPE_LOADER_CODE, r->type);
	}
}

static void check_kernel_file(void)
{
	const bool has_symbols = boot->symbol_count != 0;

	point_begin("boot_info: the kernel's slide and symbols, and where the loader was");
	expect("kernel_slide", 0, (uint64_t)text_start - LINKED_START, boot->kernel_slide);
	expect("symbols", 0, has_symbols, boot->symbols != NULL);
	expect("symbol_names", 0, has_symbols, boot->symbol_names != NULL);
	expect("symbol_names_bytes", 0, has_symbols, boot->symbol_names_bytes != 0);
	if (has_symbols)
		expect("the last name ends", 0, 0,
		       boot->symbol_names[boot->symbol_names_bytes - 1]);
	if (expect("loader_bytes", boot->loader_phys, true, boot->loader_bytes != 0))
		expect_loader_memory();
	point_end();
}

static void check_random_seed(void)
{
	uint8_t any = 0;

	point_begin("boot_info: the random seed, and where it comes from");
	for (unsigned n = 0; n < KEEL_RANDOM_SEED_BYTES; n++)
		any |= boot->random_seed[n];
	expect("random_source", 0, true, boot->random_source <= KEEL_RANDOM_RDRAND);
	expect("there is a seed", 0, boot->random_source != KEEL_RANDOM_NONE, any != 0);
	point_end();
}

static uint64_t tsc_hz(uint32_t *source)
{
	struct cpuid r = { 0 };
	const bool has_ratio = read_cpuid(0).eax >= 0x15;

	if (has_ratio)
		r = read_cpuid(0x15);
	*source = KEEL_TSC_CPUID_15H;
	if (r.eax && r.ebx && r.ecx)
		return (uint64_t)r.ecx * r.ebx / r.eax;
	*source = KEEL_TSC_UNKNOWN;
	if (!(read_cpuid(1).ecx & CPUID_1_ECX_HYPERVISOR) ||
	    read_cpuid(0x40000000).eax < 0x40000010 || !read_cpuid(0x40000010).eax)
		return 0;
	*source = KEEL_TSC_HYPERVISOR;
	return read_cpuid(0x40000010).eax * KEEL_U64(1000);
}

static void check_clock(void)
{
	uint32_t source;
	const uint64_t hz = tsc_hz(&source);

	point_begin("boot_info: the rate of the time stamp counter, and time spent on reading");
	expect("tsc_hz", 0, hz, boot->tsc_hz);
	expect("tsc_source", 0, source, boot->tsc_source);
	expect("read_ticks are part of a stage's", 0, true,
	       boot->read_ticks <= boot->stage_ticks[KEEL_STAGE_LOAD]);
	expect("reading takes time", 0, boot->read_bytes != 0, boot->read_ticks != 0);
	point_end();
}

void check_configured(void)
{
	check_texts();
	check_modules_memory();
	check_kernel_file();
	check_random_seed();
	check_clock();
}
