/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every CPU at work: Keel starts them because of the request, and each waits in its mailbox until
 * it gets a function. Each has a stack, descriptor tables and the kernel's address space from its
 * first instruction on. docs/protocol.md, "Other CPUs", tells the rest.
 */
#include <keel/boot_info.h>
#include <keel/request.h>

KEEL_REQUEST(KEEL_REQUEST_CPUS, KEEL_CPUS_STARTED);

enum { SERIAL_DATA = 0x3f8 };

static const struct keel_boot_info *info;
static uint32_t lock, shares, done;

static void put(char c)
{
	__asm__ volatile("outb %0, %1" : : "a"(c), "d"((uint16_t)SERIAL_DATA));
}

static void number(uint64_t value)
{
	if (value >= 10)
		number(value / 10);
	put((char)('0' + value % 10));
}

static void say(const char *text, uint64_t value)
{
	while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
		__asm__ volatile("pause");
	while (*text)
		put(*text++);
	number(value);
	put('\n');
	__atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}

/* Any work: all CPUs that came share the sum of 1 to *argument. */
static void work(void *argument, uint64_t cpu)
{
	const uint64_t last = *(const uint64_t *)argument;
	const uint64_t share = __atomic_add_fetch(&shares, 1, __ATOMIC_RELAXED);
	uint64_t sum = 0;

	for (uint64_t n = share; n <= last; n += info->cpus_waiting + 1)
		sum += n;
	__atomic_fetch_add((uint64_t *)argument + 1, sum, __ATOMIC_RELAXED);
	say("work done by CPU ", cpu);
	__atomic_fetch_add(&done, 1, __ATOMIC_RELEASE);
}

_Noreturn static void other_cpu(void *argument, uint64_t cpu)
{
	work(argument, cpu);
	for (;;)
		__asm__ volatile("cli; hlt");
}

_Noreturn void kernel_main(const struct keel_boot_info *boot_info)
{
	static uint64_t last_and_sum[2] = { 1000, 0 };

	if (keel_boot_info_check(boot_info) == KEEL_BOOT_INFO_GOOD) {
		info = boot_info;
		for (uint64_t cpu = 1; cpu < info->cpu_count; cpu++) {
			struct keel_mailbox *mailbox = info->mailboxes + cpu;

			if (mailbox->state != KEEL_CPU_WAITING)
				continue;
			mailbox->argument = (uint64_t)last_and_sum;
			__atomic_store_n(&mailbox->entry, (uint64_t)other_cpu, __ATOMIC_RELEASE);
		}
		work(last_and_sum, 0);
		while (__atomic_load_n(&done, __ATOMIC_ACQUIRE) <= info->cpus_waiting)
			__asm__ volatile("pause");
		say("the sum is ", last_and_sum[1]);
	}
	for (;;)
		__asm__ volatile("cli; hlt");
}
