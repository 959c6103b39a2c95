/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The vsyscall page, put to its use: ring 3 calls its entry points, the fetch faults, and the
 * kernel does what was asked for and returns in its place, as Linux does with vsyscall=emulate.
 */
#include "checks.h"
#include "clock.h"
#include "pages.h"
#include "report.h"
#include "user.h"

#define FETCH_FAULT (PF_USER | PF_PRESENT | PF_FETCH)
#define UNTOUCHED   UINT64_MAX /* in user memory, before a call */

/* Of the caller: arguments in RDI and RSI, each an address in user memory or 0. */
static bool store(const struct user_space *u, uint64_t virt, uint64_t value, uint64_t bytes)
{
	void *memory = user_memory(u, virt, bytes);

	if (!memory)
		return false;
	__builtin_memcpy(memory, &value, bytes);
	return true;
}

static bool gettimeofday(const struct user_space *u, struct fault_frame *f)
{
	struct clock now;

	if (!clock_read(&now))
		return false;
	f->rax = 0;
	return store(u, f->rdi, now.seconds, 8) && store(u, f->rdi + 8, now.microseconds, 8);
}

static bool time_of_day(const struct user_space *u, struct fault_frame *f)
{
	struct clock now;

	if (!clock_read(&now))
		return false;
	f->rax = now.seconds;
	return !f->rdi || store(u, f->rdi, now.seconds, 8);
}

static bool getcpu(const struct user_space *u, struct fault_frame *f)
{
	f->rax = 0;
	return store(u, f->rdi, 0, 4) && store(u, f->rsi, 0, 4);
}

/* Whether this was a call of an entry point; then it is done, and ring 3 can go on. */
static bool emulate(const struct user_space *u, struct excursion *e)
{
	static const struct {
		uint64_t offset;
		bool (*function)(const struct user_space *u, struct fault_frame *f);
	} entries[] = { { KEEL_VSYSCALL_GETTIMEOFDAY, gettimeofday },
			{ KEEL_VSYSCALL_TIME, time_of_day },
			{ KEEL_VSYSCALL_GETCPU, getcpu } };
	const uint64_t *stack = user_memory(u, e->state.rsp, sizeof(*stack));

	if (e->state.vector != VECTOR_PF || e->state.error != FETCH_FAULT ||
	    e->cr2 != e->state.rip || !stack)
		return false;
	for (unsigned n = 0; n < sizeof(entries) / sizeof(entries[0]); n++) {
		if (e->state.rip != KEEL_VSYSCALL_START + entries[n].offset)
			continue;
		if (!entries[n].function(u, &e->state))
			return false;
		e->state.rip = *stack;
		e->state.rsp += sizeof(*stack);
		return true;
	}
	return false;
}

/* Ring 3 calls what lies at `offset` of the page, with two places for an answer in its data. */
static void call(const struct user_space *u, struct excursion *e, uint64_t offset)
{
	uint64_t *data = user_memory(u, USER_DATA_VIRT, 2 * sizeof(*data));

	data[0] = data[1] = UNTOUCHED;
	user_state(e, user_call);
	e->state.rbx = KEEL_VSYSCALL_START + offset;
	e->state.rdi = USER_DATA_VIRT;
	e->state.rsi = USER_DATA_VIRT + sizeof(*data);
	user_excursion(u, e);
	if (emulate(u, e))
		user_excursion(u, e);
}

static void expect_call(const struct excursion *e, uint64_t rax)
{
	expect_arrival(e, VECTOR_BACK, 0, 0);
	expect("RAX", e->state.rbx, rax, e->state.rax);
	expect("RSP", e->state.rbx, USER_STACK_VIRT + KEEL_PAGE_SIZE, e->state.rsp);
}

static bool lies_between(const struct clock *before, uint64_t seconds, const struct clock *after)
{
	return before->seconds <= seconds && seconds <= after->seconds;
}

/* The map is not to blame for a clock that runs backwards. */
static bool clock_goes(void)
{
	struct clock first, second;

	return clock_read(&first) && clock_read(&second) && first.seconds <= second.seconds;
}

static void use_time(const struct user_space *u, const char *name, uint64_t offset)
{
	const uint64_t *data = user_memory(u, USER_DATA_VIRT, 2 * sizeof(*data));
	const bool is_time = offset == KEEL_VSYSCALL_TIME;
	struct clock before, after;
	struct excursion e;

	point_begin("vsyscall: ring 3 calls %s at %016lx (#PF 0x15, emulated): GetTime's time",
		    name, KEEL_VSYSCALL_START + offset);
	if (!clock_goes() || !clock_read(&before)) {
		point_skip("GetTime cannot be used");
		return;
	}
	call(u, &e, offset);
	clock_read(&after);
	expect_call(&e, is_time ? data[0] : 0);
	expect("seconds", data[0], true, lies_between(&before, data[0], &after));
	expect("microseconds", data[1], true, is_time ? data[1] == UNTOUCHED : data[1] < 1000000);
	point_end();
}

static void use_getcpu(const struct user_space *u)
{
	const uint32_t *data = user_memory(u, USER_DATA_VIRT, 2 * sizeof(uint64_t));
	struct excursion e;

	point_begin("vsyscall: ring 3 calls getcpu at %016lx (#PF 0x15, emulated): CPU 0, node 0",
		    KEEL_VSYSCALL_START + KEEL_VSYSCALL_GETCPU);
	call(u, &e, KEEL_VSYSCALL_GETCPU);
	expect_call(&e, 0);
	expect("CPU", USER_DATA_VIRT, 0, data[0]);
	expect("node", USER_DATA_VIRT, 0, data[2]);
	point_end();
}

/* The page is there for programs that look at the code in it. */
static void use_reads(const struct user_space *u)
{
	static const uint64_t offsets[] = { KEEL_VSYSCALL_GETTIMEOFDAY, KEEL_VSYSCALL_TIME,
					    KEEL_VSYSCALL_GETCPU, KEEL_PAGE_SIZE - 1 };
	const uint8_t *page = page_virt(boot->vsyscall_phys);
	struct excursion e;

	point_begin("vsyscall: ring 3 reads %016lx: the page's content", KEEL_VSYSCALL_START);
	for (unsigned n = 0; n < sizeof(offsets) / sizeof(offsets[0]); n++) {
		user_state(&e, user_read);
		e.state.rdi = KEEL_VSYSCALL_START + offsets[n];
		user_excursion(u, &e);
		expect_arrival(&e, VECTOR_BACK, 0, 0);
		expect("byte", e.state.rdi, page[offsets[n]], e.state.rax);
	}
	point_end();

	point_begin("vsyscall: ring 3 writes %016lx: #PF 0x7", KEEL_VSYSCALL_START);
	user_state(&e, user_write);
	e.state.rdi = KEEL_VSYSCALL_START;
	e.state.rax = *page;
	user_excursion(u, &e);
	expect_arrival(&e, VECTOR_PF, PF_USER | PF_PRESENT | PF_WRITE, KEEL_VSYSCALL_START);
	point_end();
}

/* A fault of the caller and nothing else: not emulated, and the next call works as before. */
static void use_elsewhere(const struct user_space *u)
{
	static const uint64_t offsets[] = { KEEL_VSYSCALL_GETTIMEOFDAY + 1, KEEL_VSYSCALL_TIME - 1,
					    KEEL_VSYSCALL_TIME + 7, KEEL_PAGE_SIZE - 1 };
	const uint64_t *data = user_memory(u, USER_DATA_VIRT, 2 * sizeof(*data));
	struct excursion e;

	point_begin("vsyscall: ring 3 jumps elsewhere in %016lx-%016lx: #PF 0x15 for the caller",
		    KEEL_VSYSCALL_START, KEEL_VSYSCALL_LAST);
	for (unsigned n = 0; n < sizeof(offsets) / sizeof(offsets[0]); n++) {
		call(u, &e, offsets[n]);
		expect_arrival(&e, VECTOR_PF, FETCH_FAULT, KEEL_VSYSCALL_START + offsets[n]);
		expect("RAX", e.state.rip, 0, e.state.rax);
		expect("user data", USER_DATA_VIRT, UNTOUCHED, data[0] & data[1]);
	}
	call(u, &e, KEEL_VSYSCALL_GETCPU);
	expect_call(&e, 0);
	point_end();
}

void use_vsyscall(void)
{
	struct user_space u;

	user_create(&u);
	use_time(&u, "gettimeofday", KEEL_VSYSCALL_GETTIMEOFDAY);
	use_time(&u, "time", KEEL_VSYSCALL_TIME);
	use_getcpu(&u);
	use_reads(&u);
	use_elsewhere(&u);
	user_destroy(&u);
}
