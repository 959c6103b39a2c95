/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel stacks, put to their use: new ones are mapped in free slots, and run on in turn. */
#include "checks.h"
#include "fault.h"
#include "pages.h"
#include "paging.h"
#include "report.h"

#define ROUNDS 3

void stack_switch(uint64_t *save_rsp, uint64_t rsp);

static uint64_t first_rsp, second_rsp;
/* Where the second stack's own variable lies, and what it has counted. */
static struct {
	uint64_t virt, rounds;
} seen;

static _Noreturn void run_on_second(void)
{
	volatile uint64_t rounds = 0;

	for (;;) {
		seen.virt = (uint64_t)&rounds;
		seen.rounds = ++rounds;
		stack_switch(&second_rsp, first_rsp);
	}
}

/* What stack_switch() pops: six registers and the address to return to; then as after a call. */
static void prepare_second(uint64_t end)
{
	uint64_t *rsp = (uint64_t *)end;

	*--rsp = 0;
	*--rsp = (uint64_t)run_on_second;
	for (int n = 0; n < 6; n++)
		*--rsp = 0;
	second_rsp = (uint64_t)rsp;
}

static void expect_absent(const char *what, uint64_t virt)
{
	const struct fault fault = probe(PROBE_WRITE, virt);

	expect(what, virt, VECTOR_PF, fault.vector);
	expect("CR2", virt, virt, fault.cr2);
}

static void use_slot(uint64_t slot)
{
	const uint64_t end = KEEL_STACKS_START + (slot + 1) * KEEL_STACK_SLOT_BYTES;
	const uint64_t start = end - KEEL_STACK_BYTES;
	const uint64_t bits = KEEL_PTE_RW | KEEL_PTE_NX | KEEL_PTE_G;

	point_begin(
		"kernel stacks: a stack mapped at run time at %016lx runs, and CPU 0's in turn; "
		"its guard faults",
		start);
	expect_absent("before it is mapped", start);
	for (uint64_t virt = start; virt < end; virt += KEEL_PAGE_SIZE)
		map_page(boot->kernel_root_phys, virt, page_take(), bits);
	prepare_second(end);
	for (uint64_t round = 1; round <= ROUNDS; round++) {
		stack_switch(&first_rsp, second_rsp);
		expect("rounds on the new stack", start, round, seen.rounds);
		expect("its variable lies on the new stack", seen.virt, true,
		       seen.virt >= start && seen.virt < end);
	}
	expect("CPU 0's stack", first_rsp, true,
	       first_rsp > KEEL_STACKS_START &&
		       first_rsp < KEEL_STACKS_START + KEEL_STACK_SLOT_BYTES);
	expect_absent("guard below", start - 1);
	for (uint64_t virt = start; virt < end; virt += KEEL_PAGE_SIZE)
		page_give(unmap_page(boot->kernel_root_phys, virt) & KEEL_PTE_ADDRESS);
	expect_absent("after it is unmapped", end - 1);
	point_end();
}

void use_stacks(void)
{
	use_slot(boot->cpu_count);
	/* The region's last slot: under another PML4 entry. */
	use_slot((KEEL_STACKS_LAST - KEEL_STACKS_START) / KEEL_STACK_SLOT_BYTES);
}
