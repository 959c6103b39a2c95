/* SPDX-License-Identifier: BSD-2-Clause */
/* Watching calls; see watch.h. */
#include <stddef.h>
#include "audit/cost.h"
#include "audit/finding.h"
#include "audit/watch.h"
#include "cpu.h"
#include "firmware_tables.h"
#include "follow_tables.h"

#define SECONDS_AT_MOST 300

/* So long no clock is needed to know that it is short. */
#define SHORT_TICKS (UINT64_C(1) << 28)

/* ACPI 6.5, 4.8.3.3 and 5.2.9: a counter of 24 bits at least, in I/O space. */
#define FADT_PM_TIMER 76
#define PM_TIMER_HZ   3579545
#define PM_TIMER_MASK 0xffffff
#define PM_TIMER_WAIT (PM_TIMER_HZ / 20)

static struct {
	const char *name; /* NULL: no call is under way; atomic */
	uint64_t start;	  /* time stamp counter */
} call;

static bool is_there;	   /* atomic */
static void (*work)(void); /* for the other CPU to do; NULL: nothing; atomic */

void watch_begin(const char *name)
{
	screen_status(name);
	call.start = read_tsc();
	__atomic_store_n(&call.name, name, __ATOMIC_RELEASE);
}

void watch_end(void)
{
	__atomic_store_n(&call.name, NULL, __ATOMIC_RELEASE);
	screen_status("");
}

static uint16_t pm_timer_port(void)
{
	const uint8_t *table;

	for (unsigned n = 0; (table = acpi_table_met(n)); n++)
		if (is(table, "FACP") && number(table, 4, 4) > FADT_PM_TIMER + 4)
			return (uint16_t)number(table, FADT_PM_TIMER, 4);
	return 0;
}

/* Ticks of the time stamp counter in a second; 0 where nothing tells. The timer is only read. */
static uint64_t measure_hz(void)
{
	const uint16_t port = pm_timer_port();
	uint64_t start;
	uint32_t first;

	if (boot->tsc_hz || !port)
		return boot->tsc_hz;
	first = port_read_32(port);
	start = read_tsc();
	while (((port_read_32(port) - first) & PM_TIMER_MASK) < PM_TIMER_WAIT)
		asm volatile("pause");
	return (read_tsc() - start) * (PM_TIMER_HZ / PM_TIMER_WAIT);
}

_Noreturn static void give_up(const char *name, uint64_t seconds)
{
	finding(KEEL_FINDING_DOES_NOT_RETURN, "%s: %lu s", name, seconds);
	findings_show();
	report_bail_out("%s did not return within %lu seconds", name, seconds);
	halt_forever();
}

/* Returns when the call has. */
static void watch_one(const char *name, uint64_t hz)
{
	const uint64_t start = call.start;
	uint64_t shown = 0;

	while (__atomic_load_n(&call.name, __ATOMIC_ACQUIRE) == name && call.start == start) {
		const uint64_t seconds = (read_tsc() - start) / hz;
		char text[64];

		asm volatile("pause");
		cost_look();
		if (seconds >= SECONDS_AT_MOST)
			give_up(name, seconds);
		if (seconds == shown)
			continue;
		shown = seconds;
		format(text, sizeof(text), "%s %lu s", name, seconds);
		screen_status(text);
		cost_look_anew();
	}
}

/* Without a clock there is no more to be said than the name, which is on the screen already. */
static void watch(void)
{
	static uint64_t hz;
	static bool measured;
	const char *name = __atomic_load_n(&call.name, __ATOMIC_ACQUIRE);

	asm volatile("pause");
	cost_look();
	if (!name || read_tsc() - call.start < SHORT_TICKS)
		return;
	if (!measured) {
		hz = measure_hz();
		measured = true;
		cost_look_anew();
	}
	if (hz)
		watch_one(name, hz);
}

_Noreturn void watch_calls(void)
{
	__atomic_store_n(&is_there, true, __ATOMIC_RELEASE);
	for (;;) {
		void (*own)(void) = __atomic_load_n(&work, __ATOMIC_ACQUIRE);

		if (own) {
			own();
			cost_look_anew();
			__atomic_store_n(&work, NULL, __ATOMIC_RELEASE);
		}
		watch();
	}
}

bool watch_is_there(void)
{
	return __atomic_load_n(&is_there, __ATOMIC_ACQUIRE);
}

bool watch_change_places(void (*other)(void))
{
	if (!watch_is_there())
		return false;
	cost_look_anew();
	__atomic_store_n(&work, other, __ATOMIC_RELEASE);
	while (__atomic_load_n(&work, __ATOMIC_ACQUIRE))
		watch();
	return true;
}
