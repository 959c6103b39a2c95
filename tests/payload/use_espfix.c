/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The %esp fixup stacks, put to their use. IRET to a 16-bit stack segment loads SP alone: bits
 * 31:16 of ESP stay those of the kernel's RSP (SDM vol. 2, IRET). Taken from an alias of the
 * ministack that has the user's own bits there, the frame gives nothing away.
 */
#include "checks.h"
#include "cpu.h"
#include "report.h"
#include "user.h"

/* The GDT's last descriptor, free until now: a 16-bit stack segment of 64 KB, DPL 3. */
#define STACK16_INDEX	   (KEEL_GDT_BYTES / sizeof(uint64_t) - 1)
#define STACK16_SELECTOR   (STACK16_INDEX * 8 | 3)
#define STACK16_DESCRIPTOR KEEL_U64(0x0000f3000000ffff)
#define DESCRIPTOR_BASE(b) (((b)&0xffffff) << 16 | ((b) >> 24 & 0xff) << 56)

#define IRET_WORDS   5
#define FRAME_OFFSET (KEEL_ESPFIX_STACK_BYTES - IRET_WORDS * sizeof(uint64_t))
/* The stack page begins at a multiple of 64 KB, which is the segment's base. */
#define SP	   (KEEL_PAGE_SIZE - 16)
#define ESP(upper) ((uint64_t)(upper) << 16 | SP)

/* A place for IRET's frame that is not a ministack: in kernel data, with room below. */
static uint64_t ordinary[512];

static uint64_t *gdt_entry(void)
{
	return (uint64_t *)KEEL_DIRECT_MAP(boot->cpus[0].gdt_phys) + STACK16_INDEX;
}

/* CPU 0's ministack, at the alias whose bits 31:16 are these. */
static uint64_t alias(uint64_t upper)
{
	return KEEL_ESPFIX_START + upper * KEEL_ESPFIX_STEP_BYTES + FRAME_OFFSET;
}

static void write_frame(uint64_t *frame, const struct fault_frame *state)
{
	__builtin_memcpy(frame, &state->rip, IRET_WORDS * sizeof(uint64_t));
}

static uint64_t *ministack_frame(void)
{
	return (uint64_t *)KEEL_DIRECT_MAP(boot->cpus[0].espfix_phys + FRAME_OFFSET);
}

/* Ring 3, 32-bit code, onto its 16-bit stack with this upper half of ESP, and into the kernel. */
static void enter_16bit(const struct user_space *u, struct excursion *e, uint64_t upper)
{
	user_state(e, user_stack16);
	e->state.cs = KEEL_USER_CS32;
	e->state.rax = STACK16_SELECTOR;
	e->state.rcx = ESP(upper);
	user_excursion(u, e);
	expect_arrival(e, VECTOR_BACK, 0, 0);
	expect("SS that ring 3 loaded", e->state.rip, STACK16_SELECTOR, e->state.ss);
	expect("ESP that ring 3 loaded", e->state.rip, ESP(upper), e->state.rsp);
}

static void expect_kept(const struct user_space *u, uint64_t upper)
{
	struct excursion e;

	enter_16bit(u, &e, upper);
	write_frame(ministack_frame(), &e.state);
	e.iret_rsp = alias(upper);
	user_excursion(u, &e);
	expect_arrival(&e, VECTOR_BACK, 0, 0);
	expect("ESP as ring 3 sees it", e.iret_rsp, ESP(upper), e.state.rax);
	expect("SS", e.iret_rsp, STACK16_SELECTOR, e.state.ss);
	expect("what it pushed and popped", e.iret_rsp, VECTOR_BACK, e.state.rbx);
}

static void use_ministack(const struct user_space *u)
{
	static const uint16_t uppers[] = { 0, 1, 0x5a5a, 0x8000, UINT16_MAX };

	for (unsigned n = 0; n < sizeof(uppers) / sizeof(uppers[0]); n++) {
		point_begin(
			"%%esp fixup stacks: IRET at %016lx to a 16-bit stack: ring 3 sees its own "
			"ESP %08lx",
			alias(uppers[n]), ESP(uppers[n]));
		expect_kept(u, uppers[n]);
		point_end();
	}
}

/* For comparison; not every emulator leaks. */
static void show_leak(const struct user_space *u)
{
	uint64_t *frame = ordinary + sizeof(ordinary) / sizeof(ordinary[0]) - IRET_WORDS;
	struct excursion e;

	enter_16bit(u, &e, 0);
	write_frame(frame, &e.state);
	e.iret_rsp = (uint64_t)frame;
	user_excursion(u, &e);
	comment("without the ministack: IRET at %016lx gives ring 3 an ESP of %08lx, not %08lx",
		e.iret_rsp, e.state.rax, ESP(0));
}

/*
 * IRET to a selector of ring 3 that is no code segment: #GP. On an ordinary stack it arrives. The
 * ministack cannot be pushed to: #GP becomes #PF, and that #DF, on a stack of its own.
 */
static void use_refused(const struct user_space *u)
{
	const uint64_t selector = KEEL_USER_DS;
	const uint64_t df_end =
		KEEL_CEA_CPU_START(0) +
		(KEEL_CEA_DF_STACK_PAGE + KEEL_CEA_IST_STACK_PAGES) * KEEL_PAGE_SIZE;
	struct excursion e;

	point_begin("%%esp fixup stacks: IRET at %016lx to a CS that is data: #DF on its IST stack",
		    alias(1));
	user_state(&e, user_read);
	e.state.cs = selector;
	write_frame(ministack_frame(), &e.state);
	e.iret_rsp = alias(1);
	user_excursion(u, &e);
	expect_arrival(&e, VECTOR_DF, 0, 0);
	expect("RIP", (uint64_t)excursion_iret, (uint64_t)excursion_iret, e.state.rip);
	expect("RSP", alias(1), alias(1), e.state.rsp);
	expect("end of the stack that it arrived on", e.state.rip, df_end, e.arrival_rsp);
	expect("CR2 lies below, in the step of this alias", e.cr2,
	       alias(1) / KEEL_ESPFIX_STEP_BYTES, e.cr2 / KEEL_ESPFIX_STEP_BYTES);
	point_end();

	point_begin("%%esp fixup stacks: the same IRET on CPU 0's kernel stack: #GP 0x%lx",
		    selector & ~UINT64_C(3));
	user_state(&e, user_read);
	e.state.cs = selector;
	user_excursion(u, &e);
	expect_arrival(&e, VECTOR_GP, selector & ~UINT64_C(3), 0);
	expect("RIP", (uint64_t)excursion_iret, (uint64_t)excursion_iret, e.state.rip);
	point_end();
}

void use_espfix(void)
{
	struct user_space u;

	user_create(&u);
	*gdt_entry() = STACK16_DESCRIPTOR | DESCRIPTOR_BASE(USER_STACK_VIRT);
	use_ministack(&u);
	show_leak(&u);
	use_refused(&u);
	*gdt_entry() = 0;
	user_destroy(&u);
}
