/* SPDX-License-Identifier: BSD-2-Clause */
/* Excursions; see excursion.h. */
#include <stddef.h>
#include <keel/selectors.h>
#include "cpu.h"
#include "excursion.h"

extern const char excursion_gate[], excursion_back[];
void excursion_start(const struct fault_frame *state, uint64_t iret_rsp);

/* The caller's stack pointer; written by excursion.S. */
uint64_t excursion_rsp;
static struct excursion *under_way;

void excursion_init(void)
{
	fault_set_gate(VECTOR_BACK, excursion_gate, 0, GATE_INTERRUPT | GATE_DPL3);
}

void excursion_to_kernel(struct excursion *e, const char *rip, uint64_t rsp)
{
	*e = (struct excursion){ .state = { .rip = (uint64_t)rip,
					    .cs = KEEL_KERNEL_CS,
					    .rflags = RFLAGS_1,
					    .rsp = rsp,
					    .ss = KEEL_KERNEL_DS } };
}

void excursion(struct excursion *e)
{
	under_way = e;
	excursion_start(&e->state, e->iret_rsp);
}

bool excursion_ends(struct fault_frame *frame)
{
	struct excursion *e = under_way;

	if (!e)
		return false;
	under_way = NULL;
	e->cr2 = read_cr2();
	e->state = *frame;
	/* The CPU aligns the stack pointer before it pushes. */
	e->arrival_rsp = (uint64_t)(frame + 1);
	frame->rip = (uint64_t)excursion_back;
	frame->cs = KEEL_KERNEL_CS;
	frame->rflags = RFLAGS_1;
	frame->rsp = excursion_rsp;
	frame->ss = KEEL_KERNEL_DS;
	return true;
}
