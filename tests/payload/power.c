/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of the run; see power.h. */
#include "cpu.h"
#include "efi.h"
#include "fault.h"
#include "power.h"
#include "report.h"

_Noreturn void power_off(void)
{
	const struct efi_runtime_services *services = efi_runtime_services();

	if (services && boot->runtime_supported & EFI_RT_SUPPORTED_RESET_SYSTEM) {
		fault_activity = "ResetSystem";
		efi_prepare_cpu();
		services->reset_system(EFI_RESET_SHUTDOWN, EFI_SUCCESS, 0, NULL);
	}
	show(SCREEN_TEXT, "The firmware does not switch the machine off: please do it by hand.");
	halt_forever();
}
