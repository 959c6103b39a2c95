/* SPDX-License-Identifier: BSD-2-Clause */
#include "lesson.h"

_Noreturn void kernel_main(const struct keel_boot_info *info)
{
	if (keel_boot_info_check(info) != KEEL_BOOT_INFO_GOOD)
		halt();
	serial_print("Hello from the higher half\n");
	halt();
}
