/* SPDX-License-Identifier: BSD-2-Clause */
#include "lesson.h"

static uint64_t free_bytes(const struct keel_boot_info *info)
{
	uint64_t bytes = 0;

	for (uint64_t n = 0; n < info->memory_range_count; n++)
		if (info->memory_ranges[n].type == KEEL_MEMORY_TYPE_CONVENTIONAL)
			bytes += info->memory_ranges[n].bytes;
	return bytes;
}

_Noreturn void kernel_main(const struct keel_boot_info *info)
{
	if (keel_boot_info_check(info) != KEEL_BOOT_INFO_GOOD)
		halt();
	screen_begin(&info->framebuffer);
	print("Hello from ");
	print_number((uint64_t)kernel_main, 16, 16);
	print("\nFree memory in MB: ");
	print_number(free_bytes(info) >> 20, 10, 0);
	print("\n");
	halt();
}
