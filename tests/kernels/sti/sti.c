/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts on, with the very first instruction, and no gate in the IDT: whatever comes ends the
 * machine. It is there for as many ticks of the time stamp counter as its command line says.
 */
#include <keel/boot_info.h>

enum { SERIAL_DATA = 0x3f8, QEMU_POWER = 0x604, POWER_OFF = 0x2000 };

_Noreturn void stay(const struct keel_boot_info *info);

__asm__(".globl kernel_main\n"
	"kernel_main:\n"
	"	sti\n"
	"	jmp stay\n");

static uint64_t ticks(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

_Noreturn void stay(const struct keel_boot_info *info)
{
	const uint64_t begin = ticks();
	uint64_t wanted = 0;

	for (const char *c = info->command_line; *c; c++)
		wanted = wanted * 10 + (uint64_t)(*c - '0');
	while (ticks() - begin < wanted)
		__asm__ volatile("pause");
	for (const char *c = "still here\n"; *c; c++)
		__asm__ volatile("outb %0, %1" : : "a"(*c), "d"((uint16_t)SERIAL_DATA));
	/* The power management block of QEMU's q35, as its firmware sets it up. */
	__asm__ volatile("outw %0, %1" : : "a"((uint16_t)POWER_OFF), "d"((uint16_t)QEMU_POWER));
	for (;;)
		__asm__ volatile("cli; hlt");
}
