/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local APIC's timer (SDM vol. 3A 11.5.4), at its place in the fixmap, or by MSR in x2APIC
 * mode.
 */
#include "lesson.h"

enum {
	TIMER_VECTOR = 32,
	END_OF_INTERRUPT = 0xb0,
	SPURIOUS = 0xf0,
	TIMER = 0x320,
	INITIAL_COUNT = 0x380,
	DIVIDE = 0x3e0,
	SOFTWARE_ENABLE = 0x100,
	PERIODIC = 1 << 17,
	BY_16 = 3,
	COUNT = 1000000
};

static int x2apic;
static uint64_t ticks;

static void apic_write(uint32_t offset, uint32_t value)
{
	if (x2apic)
		__asm__ volatile("wrmsr" : : "c"(0x800 + offset / 16), "a"(value), "d"(0));
	else
		*(volatile uint32_t *)(KEEL_FIXMAP_SLOT(KEEL_FIXMAP_LOCAL_APIC) + offset) = value;
}

/* From vectors.S. */
void tick(struct frame *frame)
{
	(void)frame;
	__atomic_fetch_add(&ticks, 1, __ATOMIC_RELAXED);
	apic_write(END_OF_INTERRUPT, 0);
}

void timer_begin(const struct keel_boot_info *info)
{
	x2apic = (info->flags & KEEL_FLAG_X2APIC) != 0;
	on_vector(TIMER_VECTOR, tick_entry);
	apic_write(SPURIOUS, SOFTWARE_ENABLE | 0xff);
	apic_write(DIVIDE, BY_16);
	apic_write(TIMER, PERIODIC | TIMER_VECTOR);
	apic_write(INITIAL_COUNT, COUNT);
	__asm__ volatile("sti");
}

uint64_t timer_ticks(void)
{
	return __atomic_load_n(&ticks, __ATOMIC_RELAXED);
}
