/* SPDX-License-Identifier: BSD-2-Clause */
#include "lesson.h"

_Noreturn void kernel_main(const struct keel_boot_info *info)
{
	if (keel_boot_info_check(info) != KEEL_BOOT_INFO_GOOD)
		halt();
	screen_begin(&info->framebuffer);
	print("The firmware says that it is ");
	print_time(info);
	power_off(info);
}
