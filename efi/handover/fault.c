/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What leads to fault_entry.S. The firmware's own handlers are of no use any more: they expect its
 * page tables, and after 5-level paging its segments, too.
 */
#include "handover/fault.h"
#include <keel/layout.h>
#include <keel/selectors.h>
#include "handover/gate.h"
#include "handover/switch.h"
#include "lib/x86.h"

#define VECTORS	   256
#define VECTOR_NMI 2
#define VECTOR_DF  8

static struct gate gates[VECTORS];
static void (*fatal_handler)(const struct fault *fault);

void fault_prepare(void (*fatal)(const struct fault *fault))
{
	const struct table_register idt = { sizeof(gates) - 1, (uintptr_t)gates };

	fatal_handler = fatal;
	for (unsigned n = 0; n < VECTORS; n++)
		gates[n] = gate_to((uintptr_t)fault_ignore, KEEL_KERNEL_CS);
	for (unsigned n = 0; n < FAULT_VECTORS; n++)
		if (n != VECTOR_NMI)
			gates[n] = gate_to((uintptr_t)fault_stubs + n * FAULT_STUB_BYTES,
					   KEEL_KERNEL_CS);
	__asm__ volatile("lidt %0" : : "m"(idt) : "memory");
}

void fault_use_own_stacks(void)
{
	__asm__ volatile("ltr %0" : : "r"((uint16_t)KEEL_TSS_SEL) : "memory");
	gates[VECTOR_DF].type |= KEEL_IST_DF;
	gates[VECTOR_NMI].type |= KEEL_IST_NMI;
}

_Noreturn void fault_fatal(void)
{
	void (*const handler)(const struct fault *fault) = fatal_handler;

	/* A second one means that what the handler needs is gone, too. */
	fatal_handler = 0;
	if (handler)
		handler(&fault);
	halt_for_good();
}
