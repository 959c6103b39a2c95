/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt descriptor table, which is in place and empty; and page faults that are expected.
 */
#include "lesson.h"

/* A gate (SDM vol. 3A 7.14.1). */
struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint8_t ist;
	uint8_t type;
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};

enum { PAGE_FAULT = 14, PRESENT_INTERRUPT_GATE = 0x8e };

static struct gate *table;
static uint64_t resume_virt; /* where to go on after a fault that is expected; 0: none is */

void on_vector(unsigned vector, void (*handler)(void))
{
	const uint64_t virt = (uint64_t)handler;

	table[vector] = (struct gate){
		.offset_low = (uint16_t)virt,
		.selector = KEEL_KERNEL_CS,
		.type = PRESENT_INTERRUPT_GATE,
		.offset_middle = (uint16_t)(virt >> 16),
		.offset_high = (uint32_t)(virt >> 32),
	};
}

/* From vectors.S. */
void page_fault(struct frame *frame)
{
	uint64_t cr2;

	__asm__ volatile("mov %%cr2, %0" : "=r"(cr2));
	print("Page fault at ");
	print_number(cr2, 16, 16);
	print(", error code ");
	print_number(frame->error, 16, 0);
	print("\n");
	if (!resume_virt)
		halt();
	frame->rip = resume_virt;
}

/* The kernel sees the table read-only at IDTR's address; it writes through the direct map. */
void interrupts_begin(const struct keel_boot_info *info)
{
	table = (struct gate *)KEEL_DIRECT_MAP(info->idt_phys);
	on_vector(PAGE_FAULT, page_fault_entry);
}

/* Whether a write there ends in a page fault. */
int write_faults(uint64_t virt)
{
	int faults = 1;

	__asm__ volatile("lea 1f(%%rip), %%rax; mov %%rax, %1\n\t"
			 "movb $0, (%2); xor %0, %0\n"
			 "1:"
			 : "+&r"(faults), "=m"(resume_virt)
			 : "r"(virt)
			 : "rax", "memory");
	resume_virt = 0;
	return faults;
}
