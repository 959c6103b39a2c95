/* SPDX-License-Identifier: BSD-2-Clause */
#include "lesson.h"

static void show_rights(const char *what, uint64_t virt)
{
	const int faults = write_faults(virt);

	print(what);
	print(faults ? " cannot be written\n" : " can be written\n");
}

_Noreturn void kernel_main(const struct keel_boot_info *info)
{
	static uint8_t data[16];

	if (keel_boot_info_check(info) != KEEL_BOOT_INFO_GOOD)
		halt();
	screen_begin(&info->framebuffer);
	interrupts_begin(info);
	show_rights("Data", (uint64_t)data);
	show_rights("Text", (uint64_t)kernel_main);
	show_rights("Its alias in the direct map",
		    KEEL_DIRECT_MAP((uint64_t)kernel_main - KEEL_TEXT_START + info->phys_base));
	show_rights("The lower half", 0x1000);

	timer_begin(info);
	while (timer_ticks() < 10)
		__asm__ volatile("hlt");
	print("Ten ticks of the timer\n");
	print_time(info);
	power_off(info);
}
