/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUs: those that wait in Keel's mailboxes go on to wait in Limine's way, each for its own goto
 * address, on a stack of its own. They are asked for only if the kernel has a request for them.
 */
#include "adapter.h"

static const struct guest *everybody;

static struct limine_cpu *new_cpu(const struct guest *guest, uint64_t number)
{
	struct limine_cpu *cpu = take(sizeof(*cpu));

	cpu->acpi_uid = guest->info->cpus[number].acpi_uid;
	cpu->apic_id = guest->info->cpus[number].apic_id;
	return cpu;
}

static int is_waiting(const struct keel_boot_info *info, uint64_t number)
{
	return info->mailboxes && info->mailboxes[number].state == KEEL_CPU_WAITING;
}

void gather_cpus(struct guest *guest)
{
	const struct keel_boot_info *info = guest->info;
	struct limine_cpus *all = take(sizeof(*all));

	all->flags = info->flags & KEEL_FLAG_X2APIC ? 1 : 0;
	all->first_apic_id = info->cpus[0].apic_id;
	all->cpus = take(info->cpu_count * sizeof(void *));
	all->cpus[all->cpu_count++] = new_cpu(guest, 0);
	for (uint64_t n = 1; n < info->cpu_count; n++)
		if (is_waiting(info, n)) {
			struct limine_cpu *cpu = new_cpu(guest, n);

			cpu->reserved = (uint64_t)take(guest->stack_bytes) + guest->stack_bytes;
			all->cpus[all->cpu_count++] = cpu;
		}
	guest->cpus = all;
}

/* A CPU that has left its mailbox, on its stack of Keel's. */
_Noreturn static void arrive(struct limine_cpu *cpu)
{
	prepare_local_apic(everybody);
	wait_for_go(cpu);
}

/* Returns when none of them needs anything of Keel's but the page tables. */
void release_cpus(const struct guest *guest)
{
	uint64_t released = 0;

	everybody = guest;
	for (uint64_t n = 1; n < guest->info->cpu_count; n++) {
		struct keel_mailbox *mailbox = guest->info->mailboxes + n;

		if (!is_waiting(guest->info, n))
			continue;
		mailbox->argument = (uint64_t)guest->cpus->cpus[++released];
		__atomic_store_n(&mailbox->entry, (uint64_t)arrive, __ATOMIC_RELEASE);
	}
	while (__atomic_load_n(&entry_state.arrived, __ATOMIC_ACQUIRE) < released)
		__asm__ volatile("pause");
}
