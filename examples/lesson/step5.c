/* SPDX-License-Identifier: BSD-2-Clause */
#include "lesson.h"
#include <keel/request.h>

KEEL_REQUEST(KEEL_REQUEST_CPUS, KEEL_CPUS_STARTED);

static int done;

/* On its own stack, with its own GDT and TSS, in the same address space, with the same IDT. */
_Noreturn static void second_cpu(const struct keel_boot_info *info, uint64_t number)
{
	print("CPU ");
	print_number(number, 10, 0);
	print(" asks the firmware: ");
	print_time(info);
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
	halt();
}

/* Returns whether there is one. It gets boot_info as its argument. */
static int start_second_cpu(const struct keel_boot_info *info)
{
	struct keel_mailbox *mailbox = info->mailboxes + 1;

	if (info->cpu_count < 2 || mailbox->state != KEEL_CPU_WAITING)
		return 0;
	mailbox->argument = (uint64_t)info;
	__atomic_store_n(&mailbox->entry, (uint64_t)second_cpu, __ATOMIC_RELEASE);
	return 1;
}

_Noreturn void kernel_main(const struct keel_boot_info *info)
{
	if (keel_boot_info_check(info) != KEEL_BOOT_INFO_GOOD)
		halt();
	screen_begin(&info->framebuffer);
	interrupts_begin(info);
	if (start_second_cpu(info)) {
		timer_begin(info);
		while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE) || timer_ticks() < 10)
			__asm__ volatile("hlt");
		print("Meanwhile CPU 0 has counted ticks\n");
	} else {
		print("There is no second CPU\n");
	}
	power_off(info);
}
