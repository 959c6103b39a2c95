/* SPDX-License-Identifier: BSD-2-Clause */
/* Exceptions; see fault.h. */
#include <keel/boot_info.h>
#include "audit/service.h"
#include "cpu.h"
#include "excursion.h"
#include "fault.h"
#include "other_cpu.h"
#include "power.h"
#include "report.h"

#define EXCEPTIONS	 32
#define FAULT_STUB_BYTES 16

/* SDM vol. 3A figure 6-8. */
struct gate {
	uint16_t offset_low;
	uint16_t selector;
	uint8_t ist;
	uint8_t type;
	uint16_t offset_middle;
	uint32_t offset_high;
	uint32_t reserved;
};

extern const char exception_stubs[];
uint8_t probe_access_read(uint64_t virt);
void probe_access_write(uint64_t virt, uint8_t value);
void probe_access_fetch(uint64_t virt);
uint64_t probe_access_msr(uint32_t msr);
void exception(struct fault_frame *frame);

const char *fault_activity;

static uint64_t idt_phys;

/* Where a fault of a probe goes on, 0 outside of probes; written by exceptions.S. */
uint64_t probe_resume, probe_rsp;
struct fault probe_fault;

void fault_set_gate(unsigned vector, const char *handler, uint8_t ist, uint8_t type)
{
	volatile struct gate *gate = (struct gate *)KEEL_DIRECT_MAP(idt_phys) + vector;
	const uint64_t virt = (uint64_t)handler;

	gate->offset_low = (uint16_t)virt;
	gate->selector = KEEL_KERNEL_CS;
	gate->ist = ist;
	gate->offset_middle = (uint16_t)(virt >> 16);
	gate->offset_high = (uint32_t)(virt >> 32);
	gate->reserved = 0;
	gate->type = type;
}

void fault_set_stack(unsigned vector, uint8_t ist)
{
	fault_set_gate(vector, exception_stubs + vector * FAULT_STUB_BYTES, ist, GATE_INTERRUPT);
}

void fault_init(uint64_t phys)
{
	static const uint8_t ist[EXCEPTIONS] = {
		[VECTOR_DB] = KEEL_IST_DB,
		[VECTOR_NMI] = KEEL_IST_NMI,
		[VECTOR_DF] = KEEL_IST_DF,
		[VECTOR_MC] = KEEL_IST_MCE,
	};

	idt_phys = phys;
	for (unsigned vector = 0; vector < EXCEPTIONS; vector++)
		fault_set_stack(vector, ist[vector]);
}

struct fault probe(enum probe_access access, uint64_t virt)
{
	uint8_t value = 0;

	probe_fault = (struct fault){ .vector = PROBE_NO_FAULT };
	if (access != PROBE_FETCH)
		value = probe_access_read(virt);
	if (access == PROBE_READ)
		return probe_fault;
	probe_fault = (struct fault){ .vector = PROBE_NO_FAULT };
	if (access == PROBE_WRITE)
		probe_access_write(virt, value);
	else
		probe_access_fetch(virt);
	return probe_fault;
}

uint64_t probe_msr(uint32_t msr)
{
	probe_fault = (struct fault){ .vector = PROBE_NO_FAULT };
	return probe_access_msr(msr);
}

static void show_registers(const struct fault_frame *f)
{
	comment("rax %016lx rbx %016lx rcx %016lx rdx %016lx", f->rax, f->rbx, f->rcx, f->rdx);
	comment("rsi %016lx rdi %016lx rbp %016lx rsp %016lx", f->rsi, f->rdi, f->rbp, f->rsp);
	comment("r8  %016lx r9  %016lx r10 %016lx r11 %016lx", f->r8, f->r9, f->r10, f->r11);
	comment("r12 %016lx r13 %016lx r14 %016lx r15 %016lx", f->r12, f->r13, f->r14, f->r15);
	comment("cs %lx ss %lx rflags %lx cr3 %lx", f->cs, f->ss, f->rflags, read_cr3());
}

void exception(struct fault_frame *frame)
{
	static int unexpected;

	if (service_exception(frame))
		return;
	if (cpu_number() != 0) {
		other_cpu_exception(frame);
		return;
	}
	if (excursion_ends(frame))
		return;
	/* What a fetch that should have faulted executes can raise any fault. */
	if (probe_resume && frame->vector != VECTOR_NMI && frame->vector != VECTOR_MC) {
		probe_fault =
			(struct fault){ frame->vector, frame->error,
					frame->vector == VECTOR_PF ? read_cr2() : 0, frame->rip };
		frame->rip = probe_resume;
		frame->rsp = probe_rsp;
		probe_resume = 0;
		return;
	}
	/* A fault of the code that reports a fault, or of the firmware that is to switch off. */
	if (unexpected++)
		halt_forever();
	show_registers(frame);
	report_bail_out("exception %lu error 0x%lx CR2 0x%016lx RIP 0x%016lx in %s", frame->vector,
			frame->error, read_cr2(), frame->rip,
			fault_activity ? fault_activity : "the self-check");
	finish();
}
