/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What leads to fault_entry.S. The firmware's own handlers are of no use any more: they expect its
 * page tables, and after 5-level paging its segments, too.
 */
#include "handover/fault.h"
#include "handover/gate.h"
#include "handover/switch.h"

static struct gate gates[FAULT_VECTORS];
static void (*fatal_handler)(const struct fault *fault);

void fault_prepare(void (*fatal)(const struct fault *fault))
{
	const struct table_register idt = { sizeof(gates) - 1, (uintptr_t)gates };
	uint16_t selector;

	fatal_handler = fatal;
	__asm__ volatile("mov %%cs, %0" : "=r"(selector));
	for (unsigned n = 0; n < FAULT_VECTORS; n++)
		gates[n] = gate_to((uintptr_t)fault_stubs + n * FAULT_STUB_BYTES, selector);
	__asm__ volatile("lidt %0" : : "m"(idt) : "memory");
}

_Noreturn void fault_fatal(void)
{
	void (*const handler)(const struct fault *fault) = fatal_handler;

	/* A second one means that what the handler needs is gone, too. */
	fatal_handler = 0;
	if (handler)
		handler(&fault);
	for (;;)
		__asm__ volatile("cli; hlt");
}
