/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trying what must fault. The IDT at kernel entry has no gates; its page is read-only in the
 * cpu_entry_area, but the kernel writes to it through the direct map.
 */
#include <keel/selectors.h>
#include "mapper.h"

#define VECTOR_PAGE_FAULT      14
#define GATE_PRESENT_INTERRUPT 0x8e /* present, DPL 0, interrupt gate: SDM vol. 3A 6.14.1 */

struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint8_t ist; /* 0: on the stack that is in use */
	uint8_t access;
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};

/* What the CPU pushes in 64-bit mode: SDM vol. 3A 6.14.2. */
struct interrupt_frame {
	uint64_t rip, cs, rflags, rsp, ss;
};

/* Where to go on after a fault that is expected, else 0; and what the last one was. */
static volatile uint64_t resume_virt, error_code, fault_rip;

_Noreturn static void unexpected(void)
{
	bail_out("a page fault that nobody asked for, at RIP %x, error code %x", fault_rip,
		 error_code);
}

__attribute__((interrupt)) static void page_fault(struct interrupt_frame *frame, uint64_t error)
{
	error_code = error;
	fault_rip = frame->rip;
	/*
	 * Volatile, or clang leaves it out: to it the frame is a copy that nobody reads any more.
	 */
	*(volatile uint64_t *)&frame->rip = resume_virt ? resume_virt : (uint64_t)unexpected;
}

void fault_init(void)
{
	const uint64_t handler = (uint64_t)page_fault;
	struct gate *idt = (struct gate *)KEEL_DIRECT_MAP(boot->idt_phys);

	idt[VECTOR_PAGE_FAULT] = (struct gate){
		.offset_low = (uint16_t)handler,
		.selector = KEEL_KERNEL_CS,
		.access = GATE_PRESENT_INTERRUPT,
		.offset_middle = (uint16_t)(handler >> 16),
		.offset_high = (uint32_t)(handler >> 32),
	};
}

/* One instruction on the address in RCX, and what came of it. */
#define FAULT_OF(name, instruction)                                      \
	uint64_t fault_of_##name(uint64_t virt)                          \
	{                                                                \
		error_code = NO_FAULT;                                   \
		__asm__ volatile("leaq 1f(%%rip), %%rax\n\t"             \
				 "movq %%rax, %0\n\t" instruction "\n\t" \
				 "1:\n\t"                                \
				 "movq $0, %0"                           \
				 : "+m"(resume_virt)                     \
				 : "c"(virt)                             \
				 : "rax", "cc", "memory");               \
		return error_code;                                       \
	}

FAULT_OF(read, "movq (%%rcx), %%rax")
FAULT_OF(write, "orq $0, (%%rcx)")
FAULT_OF(fetch, "jmpq *%%rcx")
