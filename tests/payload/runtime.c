/* SPDX-License-Identifier: BSD-2-Clause */
/* The way to the firmware's runtime services; see efi.h. */
#include <stddef.h>
#include "cpu.h"
#include "efi.h"
#include "fault.h"
#include "report.h"

#define FCW_DEFAULT   0x037f /* all exceptions masked, 64-bit precision */
#define MXCSR_DEFAULT 0x1f80 /* all exceptions masked, round to nearest */

/* It has to be mapped as well: what the report is about may be that it is not. */
static bool in_efi_region(uint64_t virt, uint64_t bytes)
{
	return virt >= KEEL_EFI_START && virt <= KEEL_EFI_LAST &&
	       bytes - 1 <= KEEL_EFI_LAST - virt &&
	       probe(PROBE_READ, virt).vector == PROBE_NO_FAULT &&
	       probe(PROBE_READ, virt + bytes - 1).vector == PROBE_NO_FAULT;
}

const struct efi_runtime_services *efi_runtime_services(void)
{
	const struct efi_system_table *system = (const void *)boot->efi_system_table_virt;
	const struct efi_runtime_services *services;

	if (boot->runtime_state != KEEL_RUNTIME_VIRTUAL ||
	    !in_efi_region((uint64_t)system, sizeof(*system)))
		return NULL;
	services = system->runtime_services;
	if (!in_efi_region((uint64_t)services, sizeof(*services)))
		return NULL;
	return services;
}

void efi_prepare_cpu(void)
{
	const uint16_t fcw = FCW_DEFAULT;
	const uint32_t mxcsr = MXCSR_DEFAULT;

	write_cr0((read_cr0() & ~(CR0_EM | CR0_TS)) | CR0_MP);
	write_cr4(read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT);
	asm volatile("fninit; fldcw %0; ldmxcsr %1" : : "m"(fcw), "m"(mxcsr));
}
