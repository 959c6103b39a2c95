/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cpu_entry_area, put to its use: exceptions arrive on the stacks that the TSS names. Ring 0 comes
 * without a stack of its own where only an IST stack can save it.
 */
#include "checks.h"
#include "cpu.h"
#include "report.h"
#include "user.h"

extern const char raise_nmi[], raise_mc[], raise_ud[], raise_db[], recurse[];

static uint64_t page_end(unsigned page)
{
	return KEEL_CEA_CPU_START(0) + (page + 1) * KEEL_PAGE_SIZE;
}

static uint64_t ist_end(unsigned first_page)
{
	return page_end(first_page + KEEL_CEA_IST_STACK_PAGES - 1);
}

static void expect_stack(const struct excursion *e, uint64_t end)
{
	expect("end of the stack that it arrived on", e->state.rip, end, e->arrival_rsp);
}

static void use_entry_stack(const struct user_space *u)
{
	const uint64_t end = page_end(KEEL_CEA_ENTRY_STACK_PAGE);
	static const struct {
		const char *name, *label;
		uint64_t rdi, vector, error;
	} tries[] = {
		{ "INT 32", user_read, USER_CODE_VIRT, VECTOR_BACK, 0 },
		{ "#UD", user_undefined, 0, VECTOR_UD, 0 },
		{ "#GP", user_halt, 0, VECTOR_GP, 0 },
		{ "#PF", user_read, 0, VECTOR_PF, PF_USER },
	};
	struct excursion e;

	for (unsigned n = 0; n < sizeof(tries) / sizeof(tries[0]); n++) {
		point_begin("cpu_entry_area: %s of ring 3 arrives on the entry stack below %016lx",
			    tries[n].name, end);
		user_state(&e, tries[n].label);
		e.state.rdi = tries[n].rdi;
		user_excursion(u, &e);
		expect_arrival(&e, tries[n].vector, tries[n].error, 0);
		expect_stack(&e, end);
		point_end();
	}
}

static void use_single_step(const struct user_space *u)
{
	const uint64_t end = ist_end(KEEL_CEA_DB_STACK_PAGE);
	struct excursion e;

	point_begin("cpu_entry_area: #DB of ring 3 arrives on its IST stack below %016lx", end);
	user_state(&e, user_read);
	e.state.rdi = USER_CODE_VIRT;
	e.state.rflags |= RFLAGS_TF;
	user_excursion(u, &e);
	expect_arrival(&e, VECTOR_DB, 0, 0);
	expect_stack(&e, end);
	point_end();
}

/* RSP = 0: there is nothing below that could be pushed to. That makes an #DF of the #UD. */
static void use_ist_stacks(void)
{
	static const struct {
		const char *name, *code;
		uint64_t vector, rflags;
		unsigned page;
	} tries[] = {
		{ "#DF", raise_ud, VECTOR_DF, 0, KEEL_CEA_DF_STACK_PAGE },
		{ "NMI", raise_nmi, VECTOR_NMI, 0, KEEL_CEA_NMI_STACK_PAGE },
		{ "#DB", raise_db, VECTOR_DB, RFLAGS_TF, KEEL_CEA_DB_STACK_PAGE },
		{ "#MC", raise_mc, VECTOR_MC, 0, KEEL_CEA_MCE_STACK_PAGE },
	};

	for (unsigned n = 0; n < sizeof(tries) / sizeof(tries[0]); n++) {
		struct excursion e;

		point_begin("cpu_entry_area: %s with RSP = 0 arrives on its IST stack below %016lx",
			    tries[n].name, ist_end(tries[n].page));
		excursion_to_kernel(&e, tries[n].code, 0);
		e.state.rflags |= tries[n].rflags;
		excursion(&e);
		expect_arrival(&e, tries[n].vector, 0, 0);
		expect("RSP", e.state.rip, 0, e.state.rsp);
		expect_stack(&e, ist_end(tries[n].page));
		point_end();
	}
}

/*
 * CPU 0's own stack, from its middle down to the guard: CALL faults there, so does the push of that
 * #PF, and what arrives is #DF.
 */
static void use_overflow(void)
{
	const uint64_t bottom = KEEL_STACKS_START + KEEL_STACK_SLOT_BYTES - KEEL_STACK_BYTES;
	const uint64_t middle = bottom + KEEL_STACK_BYTES / 2;
	struct excursion e;

	point_begin("kernel stacks: recursion reaches the guard below %016lx: #DF on its IST stack",
		    bottom);
	if (expect("there is half a stack of room", (uint64_t)&e, true, (uint64_t)&e > middle)) {
		excursion_to_kernel(&e, recurse, middle);
		excursion(&e);
		expect_arrival(&e, VECTOR_DF, 0, 0);
		expect_stack(&e, ist_end(KEEL_CEA_DF_STACK_PAGE));
		expect("RIP", (uint64_t)recurse, (uint64_t)recurse, e.state.rip);
		expect("RSP", bottom, bottom, e.state.rsp);
		expect("CR2 lies in the last guard page", e.cr2, bottom - KEEL_PAGE_SIZE,
		       e.cr2 / KEEL_PAGE_SIZE * KEEL_PAGE_SIZE);
	}
	point_end();
}

void use_entry_area(void)
{
	struct user_space u;

	user_create(&u);
	use_entry_stack(&u);
	use_single_step(&u);
	user_destroy(&u);
	use_ist_stacks();
	use_overflow();
}
