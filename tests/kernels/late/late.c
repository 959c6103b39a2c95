/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A CPU that comes too late: the kernel waits for a key, and then sends a start-up interrupt to the
 * CPU that was missing, for the page that Keel had sent it to.
 */
#include <keel/boot_info.h>
#include <keel/request.h>

KEEL_REQUEST(KEEL_REQUEST_CPUS, KEEL_CPUS_STARTED);

enum { SERIAL = 0x3f8, KEYBOARD = 0x60, KEYBOARD_STATUS = 0x64, HAS_DATA = 1 };
enum { ICR = 0x300 / 4, ICR_HIGH = 0x310 / 4, INIT = 0x4500, START_UP = 0x4600, PENDING = 0x1000 };

static uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "d"(port));
	return value;
}

static void put(char c)
{
	__asm__ volatile("outb %0, %1" : : "a"(c), "d"((uint16_t)SERIAL));
}

static void say(const char *text, uint64_t digit)
{
	while (*text)
		put(*text++);
	put("0123456789abcdef"[digit & 0xf]);
	put('\n');
}

static void send(uint32_t apic_id, uint32_t command)
{
	volatile uint32_t *apic = (void *)KEEL_FIXMAP_SLOT(KEEL_FIXMAP_LOCAL_APIC);

	apic[ICR_HIGH] = apic_id << 24;
	apic[ICR] = command;
	while (apic[ICR] & PENDING)
		;
}

/* The CPU area's part below 1 MB. */
static uint64_t start_page(const struct keel_boot_info *info)
{
	for (uint64_t n = 0; n < info->memory_range_count; n++)
		if (info->memory_ranges[n].type == KEEL_MEMORY_TYPE_CPU_AREA &&
		    info->memory_ranges[n].phys < 0x100000)
			return info->memory_ranges[n].phys;
	return 0;
}

_Noreturn void kernel_main(const struct keel_boot_info *info)
{
	say("late: waiting ", info->cpus_waiting);
	say("late: ap_start ", info->ap_start_phys != 0);
	for (uint64_t cpu = 0; cpu < info->cpu_count; cpu++)
		say("late: state ", info->mailboxes[cpu].state);
	while (in8(KEYBOARD_STATUS) & HAS_DATA)
		in8(KEYBOARD);
	say("late: ready ", 0);
	while (!(in8(KEYBOARD_STATUS) & HAS_DATA))
		;
	for (uint64_t cpu = 0; cpu < info->cpu_count; cpu++) {
		if (info->mailboxes[cpu].state != KEEL_CPU_MISSING)
			continue;
		send(info->cpus[cpu].apic_id, INIT);
		for (unsigned n = 0; n < 10000000; n++)
			__asm__ volatile("pause");
		send(info->cpus[cpu].apic_id, START_UP | (uint32_t)(start_page(info) >> 12));
		say("late: sent ", cpu);
	}
	for (;;)
		__asm__ volatile("cli; hlt");
}
