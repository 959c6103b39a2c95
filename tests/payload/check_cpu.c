/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers, as the contract with a kernel promises them. */
#include "checks.h"
#include "cpu.h"
#include "entry.h"
#include "report.h"

static void check_general_registers(void)
{
	const struct entry_state *s = &entry_state;
	const uint64_t zero[] = { s->rbx, s->rcx, s->rdx, s->rsi, s->rbp, s->r8, s->r9,
				  s->r10, s->r11, s->r12, s->r13, s->r14, s->r15 };
	static const char *const names[] = { "RBX", "RCX", "RDX", "RSI", "RBP", "R8", "R9",
					     "R10", "R11", "R12", "R13", "R14", "R15" };

	/* The last instruction before the kernel is a MOV from RAX to CR3. */
	point_begin("entry: RAX is the same as CR3");
	expect("RAX", 0, boot->kernel_root_phys, s->rax);
	point_end();

	point_begin("entry: all other general registers but RDI and RSP are zero");
	for (unsigned n = 0; n < sizeof(zero) / sizeof(zero[0]); n++)
		expect(names[n], 0, 0, zero[n]);
	point_end();
}

void check_entry_state(void)
{
	const struct entry_state *s = &entry_state;

	point_begin("entry: RIP is where the kernel was linked, and boot_info.entry_virt");
	expect("RIP, as linked", s->rip, (uint64_t)kernel_entry, s->rip);
	expect("RIP, as boot_info says", s->rip, boot->entry_virt, s->rip);
	expect("RIP lies in the text window", s->rip, true,
	       s->rip >= KEEL_TEXT_START && s->rip <= KEEL_TEXT_LAST);
	point_end();

	/* As after a call: the top of the stack less the return address. */
	point_begin("entry: RSP is the top of CPU 0's stack, as after a call");
	expect("RSP", s->rsp, KEEL_STACKS_START + KEEL_STACK_SLOT_BYTES - sizeof(uint64_t), s->rsp);
	point_end();

	check_general_registers();

	point_begin("entry: interrupts off, direction up, no alignment checks");
	expect("RFLAGS", 0, 0, s->rflags & (RFLAGS_IF | RFLAGS_DF | RFLAGS_AC));
	point_end();

	point_begin("entry: segment registers");
	expect("CS", 0, KEEL_KERNEL_CS, s->cs);
	expect("SS", 0, KEEL_KERNEL_DS, s->ss);
	if (s->ds != 0)
		expect("DS", 0, KEEL_KERNEL_DS, s->ds);
	if (s->es != 0)
		expect("ES", 0, KEEL_KERNEL_DS, s->es);
	point_end();
}

/* Bits that must be set, and bits that must be clear. */
static void check_bits(const char *name, uint64_t value, uint64_t set, uint64_t clear)
{
	expect(name, 0, set, value & (set | clear));
}

void check_control_registers(void)
{
	const struct cpuid features = read_cpuid(7);
	uint64_t cr4 = CR4_PAE | CR4_PGE;

	cr4 |= features.ebx & CPUID_7_EBX_SMEP ? CR4_SMEP : 0;
	cr4 |= features.ebx & CPUID_7_EBX_SMAP ? CR4_SMAP : 0;
	cr4 |= features.ecx & CPUID_7_ECX_UMIP ? CR4_UMIP : 0;

	point_begin("CR0: protected, paging and WP on; caches and floating point not off");
	check_bits("CR0", read_cr0(), CR0_PE | CR0_PG | CR0_WP, CR0_EM | CR0_TS | CR0_CD | CR0_NW);
	point_end();

	point_begin("CR3: the kernel root");
	expect("CR3", 0, boot->kernel_root_phys, read_cr3());
	point_end();

	point_begin("CR4: 4 levels, PGE, and SMEP, SMAP and UMIP where the CPU has them");
	check_bits("CR4", read_cr4(), cr4, CR4_LA57);
	point_end();

	point_begin("EFER: long mode and NXE on");
	check_bits("EFER", read_msr(MSR_EFER), EFER_LME | EFER_LMA | EFER_NXE, 0);
	point_end();

	point_begin("PAT: WB, WC, UC-, UC, WB, WP, UC-, WT");
	expect("IA32_PAT", 0, KEEL_PAT_VALUE, read_msr(KEEL_PAT_MSR));
	point_end();
}
