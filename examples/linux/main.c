/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel that starts Linux: its modules are a bzImage and an initrd, its command line is Linux'.
 * Linux takes over the firmware's runtime services where Keel has put them, as it does from a Linux
 * before it (kexec). docs/linux.md tells the rest.
 */
#include "linux.h"

const struct keel_boot_info *boot;

_Noreturn void kernel_main(const struct keel_boot_info *info)
{
	struct boot_params *params;

	if (keel_boot_info_check(info) != KEEL_BOOT_INFO_GOOD)
		give_up("linux: error: not started by Keel, or by one that is older than this kernel");
	boot = info;
	if (!boot->module_count || boot->module_count > 2)
		give_up("linux: error: keel.conf has to name one or two modules, a Linux kernel and an initrd; it names 0x%x",
			boot->module_count);
	image_check(boot->modules);
	image_place(boot->modules);
	params = pages_take(sizeof(*params));
	image_header(boot->modules, params);
	params_fill(params);
	efi_fill(params);
	e820_fill(params);
	enter(linux_itself.phys + ENTRY_64_OFFSET, params);
}
