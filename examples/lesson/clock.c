/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's clock, and its switch: runtime services, in the EFI region. */
#include "lesson.h"
#include <keel/runtime.h>

void print_time(const struct keel_boot_info *info)
{
	const struct keel_efi_runtime *efi = keel_runtime(info);
	struct keel_efi_time time;

	if (!efi || !keel_runtime_offers(info, KEEL_RT_GET_TIME) ||
	    efi->get_time(&time, NULL) != KEEL_EFI_SUCCESS) {
		print("The firmware does not tell the time\n");
		return;
	}
	print_number(time.year, 10, 4);
	print("-");
	print_number(time.month, 10, 2);
	print("-");
	print_number(time.day, 10, 2);
	print(" ");
	print_number(time.hour, 10, 2);
	print(":");
	print_number(time.minute, 10, 2);
	print(":");
	print_number(time.second, 10, 2);
	print("\n");
}

_Noreturn void power_off(const struct keel_boot_info *info)
{
	const struct keel_efi_runtime *efi = keel_runtime(info);

	if (efi && keel_runtime_offers(info, KEEL_RT_RESET_SYSTEM))
		efi->reset_system(KEEL_EFI_RESET_SHUTDOWN, KEEL_EFI_SUCCESS, 0, NULL);
	halt();
}
