/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What leads to fault_entry.S. The firmware's own handlers are of no use any more: they expect its
 * page tables, and after 5-level paging its segments, too.
 */
#include "firmware.h"
#include "handover/switch.h"

#define INTERRUPT_GATE 0x8e00 /* present, ring 0, 64 bits (SDM vol. 3A 6.14.1) */

static struct fault_gate gate_to(uint64_t entry, uint16_t selector)
{
	return (struct fault_gate){
		.offset_low = (uint16_t)entry,
		.selector = selector,
		.type = INTERRUPT_GATE,
		.offset_middle = (uint16_t)(entry >> 16),
		.offset_high = (uint32_t)(entry >> 32),
	};
}

void fault_prepare(struct loader *l)
{
	const struct table_register idt = { sizeof(l->gates) - 1, (uintptr_t)l->gates };
	uint16_t selector;

	__asm__ volatile("mov %%cs, %0" : "=r"(selector));
	for (unsigned n = 0; n < FAULT_VECTORS; n++)
		l->gates[n] = gate_to((uintptr_t)fault_stubs + n * FAULT_STUB_BYTES, selector);
	fault.loader = l;
	__asm__ volatile("lidt %0" : : "m"(idt) : "memory");
}

_Noreturn void fault_fatal(void)
{
	/* What panic() needs is gone, too. */
	if (fault.fatal++)
		for (;;)
			__asm__ volatile("cli; hlt");
	panic(fault.loader, "exception %u at %x, error code %x, CR2 is %x", fault.vector, fault.rip,
	      fault.error, fault.cr2);
}
