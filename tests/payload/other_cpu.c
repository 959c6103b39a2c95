/* SPDX-License-Identifier: BSD-2-Clause */
/* What runs on the other CPUs; see other_cpu.h. */
#include "apic.h"
#include "entry.h"
#include "mtrr.h"
#include "other_cpu.h"
#include "report.h"
#include "start_cpu.h"

#define STACKS_A_WINDOW (KEEL_ESPFIX_STEP_BYTES / KEEL_PAGE_SIZE * KEEL_ESPFIX_STACKS_PER_PAGE)

_Noreturn void other_cpu_main(uint64_t cpu);

/* other_cpu_code.S */
struct other_cpu_access other_cpu_read(uint64_t virt);
struct other_cpu_access other_cpu_write(uint64_t virt, uint8_t value);
void other_cpu_wait(const volatile uint64_t *nmi_top);
extern const char other_cpu_read_at[], other_cpu_write_at[], other_cpu_access_end[];
extern const char other_cpu_woken[];

struct other_cpu *other_cpu(uint64_t cpu)
{
	return (void *)KEEL_DIRECT_MAP(boot->cpus[cpu].stack_phys);
}

uint64_t cpu_number(void)
{
	struct table_register gdtr;

	/* Whatever stack this is: each CPU has a GDT of its own, at either of two addresses. */
	asm volatile("sgdt %0" : "=m"(gdtr));
	for (uint64_t cpu = 0; cpu < boot->cpu_count; cpu++)
		if (gdtr.base == KEEL_CEA_CPU_START(cpu) + KEEL_CEA_GDT_PAGE * KEEL_PAGE_SIZE ||
		    gdtr.base == KEEL_DIRECT_MAP(boot->cpus[cpu].gdt_phys))
			return cpu;
	return 0;
}

/* The first alias of a ministack, as layout.h says. */
static uint64_t espfix_virt(uint64_t cpu)
{
	return KEEL_ESPFIX_START + cpu / STACKS_A_WINDOW * KEEL_ESPFIX_WINDOW_BYTES +
	       cpu % STACKS_A_WINDOW / KEEL_ESPFIX_STACKS_PER_PAGE * KEEL_PAGE_SIZE +
	       cpu % KEEL_ESPFIX_STACKS_PER_PAGE * KEEL_ESPFIX_STACK_BYTES;
}

static void set_state(struct other_cpu *mine, enum other_cpu_state state)
{
	__atomic_store_n(&mine->state, state, __ATOMIC_RELEASE);
}

enum other_cpu_state other_cpu_state(uint64_t cpu)
{
	return __atomic_load_n(&other_cpu(cpu)->state, __ATOMIC_ACQUIRE);
}

bool other_cpu_reaches(uint64_t cpu, enum other_cpu_state state, unsigned microseconds)
{
	while (other_cpu_state(cpu) < state) {
		if (!microseconds--)
			return false;
		start_delay(1);
	}
	return true;
}

void common_registers(uint64_t common[COMMON_COUNT])
{
	common[COMMON_CR0] = read_cr0();
	common[COMMON_CR3] = read_cr3();
	common[COMMON_CR4] = read_cr4();
	common[COMMON_EFER] = read_msr(MSR_EFER);
	common[COMMON_PAT] = read_msr(KEEL_PAT_MSR);
}

void other_cpu_exception(struct fault_frame *frame)
{
	struct other_cpu *mine = other_cpu(cpu_number());
	const uint64_t top = (uint64_t)(frame + 1);

	if (frame->vector == VECTOR_DB) {
		mine->db_top = top;
	} else if (frame->vector == VECTOR_NMI) {
		mine->nmi_top = top;
		/* Between its look at nmi_top and HLT, it would sleep over what has come. */
		if (frame->rip - (uint64_t)other_cpu_wait <
		    (uint64_t)(other_cpu_woken - (const char *)other_cpu_wait))
			frame->rip = (uint64_t)other_cpu_woken;
	} else if (frame->rip == (uint64_t)other_cpu_read_at ||
		   frame->rip == (uint64_t)other_cpu_write_at) {
		mine->fault_top = top;
		frame->rax = frame->vector;
		frame->rdx = frame->error;
		frame->rip = (uint64_t)other_cpu_access_end;
	} else {
		mine->death = (struct fault){ frame->vector, frame->error, read_cr2() };
		mine->death_rip = frame->rip;
		set_state(mine, OTHER_CPU_DIED);
		halt_forever();
	}
}

/* All of this is compared by the boot CPU. */
static void look_around(struct other_cpu *mine, uint64_t cpu)
{
	const uint64_t slot = KEEL_STACKS_START + cpu * KEEL_STACK_SLOT_BYTES;
	const uint64_t ministack = espfix_virt(cpu);

	mine->apic_id = apic_id();
	common_registers(mine->common);
	mine->mtrrs = mtrr_sum();
	asm volatile("sgdt %0" : "=m"(mine->gdtr));
	asm volatile("sidt %0" : "=m"(mine->idtr));
	asm volatile("str %0" : "=r"(mine->tr));
	asm volatile("mov %%rsp, %0" : "=r"(mine->rsp));
	mine->guard = other_cpu_write(slot + KEEL_STACK_SLOT_BYTES - KEEL_STACK_BYTES - 1, 0);
	mine->text = other_cpu_write((uint64_t)text_start, (uint8_t)*text_start);
	mine->lower_half = other_cpu_read(boot->ap_start_phys);
	mine->noncanonical = other_cpu_read(KEEL_NONCANONICAL_START);
	mine->ministack[0] = *(const volatile uint64_t *)ministack;
	mine->ministack[1] = *(const volatile uint64_t *)(ministack + OTHER_CPU_LAST_ALIAS);
	asm volatile("int $1" : : : "memory");
}

_Noreturn void other_cpu_main(uint64_t cpu)
{
	struct other_cpu *mine = other_cpu(cpu);

	set_state(mine, OTHER_CPU_RUNS);
	look_around(mine, cpu);
	set_state(mine, OTHER_CPU_WAITS);
	other_cpu_wait(&mine->nmi_top);
	mine->mapped_late = *(const volatile uint64_t *)OTHER_CPU_MAPPED_LATE;
	set_state(mine, OTHER_CPU_DONE);
	halt_forever();
}
