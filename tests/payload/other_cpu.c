/* SPDX-License-Identifier: BSD-2-Clause */
/* What runs on the other CPUs; see other_cpu.h. */
#include "apic.h"
#include "audit/watch.h"
#include "entry.h"
#include "mtrr.h"
#include "other_cpu.h"
#include "report.h"

#define STACKS_A_WINDOW (KEEL_ESPFIX_STEP_BYTES / KEEL_PAGE_SIZE * KEEL_ESPFIX_STACKS_PER_PAGE)

/* Some seconds on any CPU. The number only decides that one is missing. */
#define PATIENCE_TICKS (UINT64_C(1) << 34)

/* From the first alias of a ministack to the last. */
#define LAST_ALIAS_BYTES (KEEL_ESPFIX_WINDOW_BYTES - KEEL_ESPFIX_STEP_BYTES)

/* The registers as a CPU found them at the function that its mailbox named: other_cpu_code.S. */
struct other_cpu_registers {
	uint64_t rax, rdi, rsi;
	uint64_t zero[12]; /* RCX, RDX, RBX, RBP, R8 to R15 */
	uint64_t rflags;
};

_Noreturn void other_cpu_main(const struct other_cpu_registers *registers);

/* other_cpu_code.S */
uint64_t other_cpu_read(uint64_t virt);
uint64_t other_cpu_write(uint64_t virt, uint8_t value);
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
static const volatile uint64_t *espfix(uint64_t cpu)
{
	return (void *)(KEEL_ESPFIX_START + cpu / STACKS_A_WINDOW * KEEL_ESPFIX_WINDOW_BYTES +
			cpu % STACKS_A_WINDOW / KEEL_ESPFIX_STACKS_PER_PAGE * KEEL_PAGE_SIZE +
			cpu % KEEL_ESPFIX_STACKS_PER_PAGE * KEEL_ESPFIX_STACK_BYTES);
}

static void set_state(struct other_cpu *mine, enum other_cpu_state state)
{
	__atomic_store_n(&mine->state, state, __ATOMIC_RELEASE);
}

enum other_cpu_state other_cpu_state(uint64_t cpu)
{
	return __atomic_load_n(&other_cpu(cpu)->state, __ATOMIC_ACQUIRE);
}

bool other_cpu_reaches(uint64_t cpu, enum other_cpu_state state)
{
	const uint64_t start = read_tsc();

	while (other_cpu_state(cpu) < state) {
		if (read_tsc() - start > PATIENCE_TICKS)
			return false;
		asm volatile("pause");
	}
	return true;
}

static void find_segments(uint64_t found[FOUND_COUNT])
{
	uint16_t cs, ss, ds, es, fs, gs, fcw;
	uint32_t mxcsr;

	asm volatile("mov %%cs, %0; mov %%ss, %1; mov %%ds, %2; mov %%es, %3"
		     : "=r"(cs), "=r"(ss), "=r"(ds), "=r"(es));
	asm volatile("mov %%fs, %0; mov %%gs, %1" : "=r"(fs), "=r"(gs));
	asm volatile("fnstcw %0; stmxcsr %1" : "=m"(fcw), "=m"(mxcsr));
	found[FOUND_SEGMENTS] = (uint64_t)cs << 48 | (uint64_t)ss << 32 | (uint64_t)ds << 16 | es;
	found[FOUND_BASES] = fs | gs | read_msr(MSR_FS_BASE) | read_msr(MSR_GS_BASE) |
			     read_msr(MSR_KERNEL_GS_BASE);
	found[FOUND_FPU] = (uint64_t)fcw << 32 | mxcsr;
}

void find_common(uint64_t found[FOUND_COUNT])
{
	found[FOUND_CR0] = read_cr0();
	found[FOUND_CR3] = read_cr3();
	found[FOUND_CR4] = read_cr4();
	found[FOUND_EFER] = read_msr(MSR_EFER);
	found[FOUND_PAT] = read_msr(KEEL_PAT_MSR);
	found[FOUND_MTRRS] = mtrr_sum();
	find_segments(found);
}

static uint64_t page_of(const void *virt)
{
	return (uint64_t)virt & ~(KEEL_PAGE_SIZE - 1);
}

void other_cpu_exception(struct fault_frame *frame)
{
	struct other_cpu *mine = other_cpu(cpu_number());
	const uint64_t top = (uint64_t)(frame + 1);

	if (frame->vector == VECTOR_DB) {
		mine->found[FOUND_DB_TOP] = top;
	} else if (frame->vector == VECTOR_NMI) {
		mine->found[FOUND_NMI_TOP] = top;
		/* Between its look at FOUND_NMI_TOP and HLT, it would sleep over what has come. */
		if (frame->rip - (uint64_t)other_cpu_wait <
		    (uint64_t)(other_cpu_woken - (const char *)other_cpu_wait))
			frame->rip = (uint64_t)other_cpu_woken;
	} else if (frame->rip == (uint64_t)other_cpu_read_at ||
		   frame->rip == (uint64_t)other_cpu_write_at) {
		mine->found[FOUND_FAULT_PAGE] = page_of(frame);
		frame->rax = other_cpu_fault(frame->vector, frame->error);
		frame->rip = (uint64_t)other_cpu_access_end;
	} else {
		mine->death = (struct fault){ .vector = frame->vector,
					      .error = frame->error,
					      .cr2 = read_cr2(),
					      .rip = frame->rip };
		mine->death_rip = frame->rip;
		set_state(mine, OTHER_CPU_DIED);
		halt_forever();
	}
}

/* All of this is compared by the boot CPU. */
static void look_around(uint64_t found[FOUND_COUNT], uint64_t cpu)
{
	const uint64_t stack =
		KEEL_STACKS_START + (cpu + 1) * KEEL_STACK_SLOT_BYTES - KEEL_STACK_BYTES;
	const volatile uint64_t *ministack = espfix(cpu);
	struct table_register gdtr, idtr;
	uint16_t tr;

	find_common(found);
	found[FOUND_APIC_ID] = apic_id();
	asm volatile("sgdt %0; sidt %1; str %2" : "=m"(gdtr), "=m"(idtr), "=r"(tr));
	found[FOUND_GDT] = gdtr.base;
	found[FOUND_GDT_LIMIT] = gdtr.limit;
	found[FOUND_IDT] = idtr.base;
	found[FOUND_IDT_LIMIT] = idtr.limit;
	found[FOUND_TR] = tr;
	found[FOUND_RSP_PAGE] = page_of(__builtin_frame_address(0));
	found[FOUND_GUARD] = other_cpu_write(stack - 1, 0);
	found[FOUND_TEXT] = other_cpu_write((uint64_t)text_start, (uint8_t)*text_start);
	found[FOUND_LOWER_HALF] = other_cpu_read(boot->ap_start_phys);
	found[FOUND_NONCANONICAL] = other_cpu_read(KEEL_NONCANONICAL_START);
	found[FOUND_MINISTACK_FIRST] = *ministack;
	found[FOUND_MINISTACK_LAST] = ministack[LAST_ALIAS_BYTES / sizeof(*ministack)];
	asm volatile("int $1" : : : "memory");
}

/* As docs/protocol.md says under "Other CPUs". */
static void look_at_registers(uint64_t found[FOUND_COUNT],
			      const struct other_cpu_registers *registers)
{
	const uint64_t *zero = registers->zero;

	found[FOUND_RAX] = registers->rax;
	found[FOUND_ARGUMENT] = registers->rdi;
	found[FOUND_NUMBER] = registers->rsi;
	found[FOUND_RSP] = (uint64_t)(registers + 1);
	found[FOUND_OTHERS] = 0;
	for (unsigned n = 0; n < sizeof(registers->zero) / sizeof(*zero); n++)
		found[FOUND_OTHERS] |= zero[n];
	found[FOUND_RFLAGS] = registers->rflags & RFLAGS_DEFINED;
}

_Noreturn void other_cpu_main(const struct other_cpu_registers *registers)
{
	const uint64_t cpu = cpu_number();
	struct other_cpu *mine = other_cpu(cpu);

	set_state(mine, OTHER_CPU_RUNS);
	look_at_registers(mine->found, registers);
	look_around(mine->found, cpu);
	set_state(mine, OTHER_CPU_WAITS);
	other_cpu_wait(&mine->found[FOUND_NMI_TOP]);
	mine->found[FOUND_MAPPED_LATE] = *(const volatile uint64_t *)OTHER_CPU_MAPPED_LATE;
	set_state(mine, OTHER_CPU_DONE);
	if (cpu == 1)
		watch_calls();
	halt_forever();
}
