/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The self-check: a kernel that does nothing but look at where it is. It shares no code with the
 * loader, so that the two cannot agree on an error: what it knows is the layout, the contract
 * (boot_info.h), the firmware's own memory map, and what the CPU says.
 */
#include <keel/request.h>
#include "audit/audit.h"
#include "audit/finding.h"
#include "audit/set_virtual.h"
#include "checks.h"
#include "entry.h"
#include "excursion.h"
#include "fault.h"
#include "found.h"
#include "keep.h"
#include "census.h"
#include "cpu.h"
#include "mtrr.h"
#include "options.h"
#include "power.h"
#include "report.h"
#include "serial.h"

/* check_other_cpus.c has something to do then. */
KEEL_REQUEST(KEEL_REQUEST_CPUS, KEEL_CPUS_STARTED);

const struct keel_boot_info *boot;

_Noreturn void kernel_main(const struct keel_boot_info *info);

static void check_map(void)
{
	check_rows();
	check_firmware_tables();
	check_direct_map();
	check_kernel_stacks();
	check_cpu_entry_area();
	check_espfix();
	check_efi_region();
	check_kernel_text();
	check_modules();
	check_fixmap();
	check_vsyscall();
	check_exclusion();
	check_mappings();
	check_tables();
}

static void put_to_use(void)
{
	excursion_init();
	use_user_space();
	use_stacks();
	use_entry_area();
	use_espfix();
}

/* For what was found while the screen could not yet say so, too. */
static _Noreturn void stop(const char *why)
{
	report_bail_out("%s", why);
	finish();
}

_Noreturn void kernel_main(const struct keel_boot_info *info)
{
	uint64_t start;
	bool sound;

	take_checksum();
	boot = info;
	serial_init();
	report_begin();
	if (!check_boot_info()) {
		report_bail_out("RDI does not lead to a boot_info: 0x%lx", (uint64_t)info);
		halt_forever();
	}
	sound = check_boot_info_contents();
	fault_init(check_idt());
	screen_init();
	screen_large(SCREEN_TEXT, "Keel self-check", false);

	if (!sound)
		stop("what boot_info says of its arrays and of the CPU cannot be: see above");
	check_entry_state();
	check_control_registers();
	check_memory_ranges();
	if (!check_own_memory())
		stop("boot_info counts more than memory has room for: see above");
	check_descriptor_tables();

	mtrr_init();
	found_walk(boot->kernel_root_phys);
	note_new_addresses();
	census_take();
	show_map();
	show_figures();
	check_map();
	check_facts();
	check_madt();
	check_configured();
	check_measured();

	check_probes();
	check_region_probes();
	check_user_access();
	check_patterns();
	check_shared_frames();
	check_memory_types();
	check_module();
	check_fixmap_use();
	check_quiet();
	check_leaf_bits();
	check_other_cpus();
	check_runtime_services();
	put_to_use();
	comment("ticks self_check=%lu", read_tsc() - boot->jump_tsc);
	start = read_tsc();
	audit(options_read().depth);
	comment("ticks audit=%lu", read_tsc() - start);
	/* It asks the firmware for the time. */
	use_vsyscall();
	keep_report();
	findings_show();
	/* Where there are failures, the screen has no room for more. */
	if (report_all_passed())
		show_legend();
	report_end();
	finish();
}
