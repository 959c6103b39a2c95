/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Module space in use: the module that the kernel carries is loaded at both ends of it, called,
 * and unloaded again. The upper end is the farthest that code has to reach the kernel from.
 */
#include "checks.h"
#include "loader.h"
#include "module/module.h"
#include "probing.h"
#include "report.h"

#define ARGUMENT 21

extern const char module_image[];

uint64_t kernel_number = 0x4b65656c;
static uint64_t callbacks;

uint64_t kernel_callback(uint64_t n)
{
	callbacks++;
	return n * n;
}

static const struct module_export exports[] = {
	{ "kernel_callback", kernel_callback },
	{ "kernel_number", &kernel_number },
	{ 0 },
};

static void expect_relocations(const struct module *module)
{
	static const char *const names[MODULE_RELOCATIONS] = { "R_X86_64_64", "R_X86_64_PC32",
							       "R_X86_64_PLT32", "R_X86_64_32S" };

	for (unsigned n = 0; n < MODULE_RELOCATIONS; n++)
		expect(names[n], 0, true, module->relocations[n] != 0);
}

static void expect_calls(const struct module *module)
{
	const uint64_t entry_virt = module_symbol(module, module_image, "module_entry");
	const uint64_t calls_virt = module_symbol(module, module_image, "module_calls");
	uint64_t (*entry)(uint64_t, uint64_t) = (__typeof__(entry))entry_virt;
	const volatile uint64_t *calls = (const void *)calls_virt;

	if (!expect("module_entry and module_calls are there", entry_virt, true,
		    entry_virt && calls_virt))
		return;
	callbacks = 0;
	expect("result of its own function", entry_virt, 2 * ARGUMENT, entry(0, ARGUMENT));
	expect("result through the kernel", entry_virt, ARGUMENT * ARGUMENT + kernel_number,
	       entry(1, ARGUMENT));
	expect("calls back into the kernel", entry_virt, 1, callbacks);
	expect("calls that the module counted", calls_virt, 2, *calls);
}

static void expect_rights(const struct module *module)
{
	const uint64_t text = module->group_virt[MODULE_TEXT];
	const uint64_t rodata = module->group_virt[MODULE_RODATA];
	const uint64_t data = module->group_virt[MODULE_DATA];

	expect_access(PROBE_READ, text, OUTCOME_ALLOWED);
	expect_access(PROBE_WRITE, text, OUTCOME_PF(PF_PRESENT | PF_WRITE));
	expect_access(PROBE_WRITE, rodata, OUTCOME_PF(PF_PRESENT | PF_WRITE));
	expect_access(PROBE_FETCH, rodata, OUTCOME_PF(PF_PRESENT | PF_FETCH));
	expect_access(PROBE_WRITE, data, OUTCOME_ALLOWED);
	expect_access(PROBE_FETCH, data, OUTCOME_PF(PF_PRESENT | PF_FETCH));
}

static void check_at(uint64_t virt)
{
	struct module module;
	bool loaded;

	point_begin("modules: an object is relocated to %016lx, called, and calls back", virt);
	loaded = module_load(&module, module_image, virt, exports);
	if (loaded) {
		expect_relocations(&module);
		expect_calls(&module);
	}
	point_end();
	if (!loaded)
		return;

	point_begin("modules: its text at %016lx is R-X, its data at %016lx RW-",
		    module.group_virt[MODULE_TEXT], module.group_virt[MODULE_DATA]);
	expect_rights(&module);
	point_end();

	point_begin("modules: unloaded from %016lx, its pages are absent again", virt);
	module_unload(&module);
	for (uint64_t at = virt; at < module.group_virt[MODULE_GROUPS]; at += KEEL_PAGE_SIZE)
		expect_absent(at);
	point_end();
}

void check_module(void)
{
	check_at(KEEL_MODULES_START);
	check_at(KEEL_MODULES_LAST + 1 - module_bytes(module_image));
}
