/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers as the kernel's first instructions found them, and as the contract promises them. */
#include "checks.h"
#include "cpu.h"
#include "entry.h"
#include "report.h"

/* CF, PF, AF, ZF, SF, OF: what the loader's last instructions left behind. */
#define RFLAGS_ARITHMETIC UINT64_C(0x8d5)

#define FCW_DEFAULT   0x037f /* FNINIT: SDM vol. 1, 8.1.5 */
#define MXCSR_DEFAULT 0x1f80 /* after reset: SDM vol. 1, 10.2.3 */

/* One register, or some bits of it. */
struct promise {
	const char *what;
	uint64_t expected, found;
};

static void expect_all(const struct promise *promises, unsigned count)
{
	for (unsigned n = 0; n < count; n++)
		expect(promises[n].what, 0, promises[n].expected, promises[n].found);
}

#define EXPECT_ALL(promises) expect_all(promises, sizeof(promises) / sizeof((promises)[0]))

static void check_general_registers(const struct entry_state *s)
{
	const struct promise zero[] = {
		{ "RBX", 0, s->rbx }, { "RCX", 0, s->rcx }, { "RDX", 0, s->rdx },
		{ "RSI", 0, s->rsi }, { "RBP", 0, s->rbp }, { "R8", 0, s->r8 },
		{ "R9", 0, s->r9 },   { "R10", 0, s->r10 }, { "R11", 0, s->r11 },
		{ "R12", 0, s->r12 }, { "R13", 0, s->r13 }, { "R14", 0, s->r14 },
		{ "R15", 0, s->r15 },
	};

	/* The last instruction before the kernel is a MOV from RAX to CR3. */
	point_begin("entry: RAX is the same as CR3");
	expect("RAX", 0, boot->kernel_root_phys, s->rax);
	point_end();

	point_begin("entry: all other general registers but RDI and RSP are zero");
	EXPECT_ALL(zero);
	point_end();
}

static void check_stack(const struct entry_state *s)
{
	/* As after a call: the top of the stack less the return address. */
	point_begin("entry: RSP is the top of CPU 0's stack, as after a call");
	expect("RSP", s->rsp, KEEL_STACKS_START + KEEL_STACK_SLOT_BYTES - sizeof(uint64_t), s->rsp);
	point_end();

	point_begin("entry: CPU 0's stack is all zero");
	expect("first word that is not zero", s->stack_used, 0, s->stack_used);
	point_end();
}

static void check_segments(const struct entry_state *s)
{
	const struct promise selectors[] = {
		{ "CS", KEEL_KERNEL_CS, s->cs },
		{ "SS", KEEL_KERNEL_DS, s->ss },
		{ "DS", KEEL_KERNEL_DS, s->ds },
		{ "ES", KEEL_KERNEL_DS, s->es },
		{ "FS", 0, s->fs },
		{ "GS", 0, s->gs },
	};
	const struct promise bases[] = {
		{ "IA32_FS_BASE", 0, s->fs_base },
		{ "IA32_GS_BASE", 0, s->gs_base },
		{ "IA32_KERNEL_GS_BASE", 0, s->kernel_gs_base },
	};

	point_begin("entry: segment registers");
	EXPECT_ALL(selectors);
	point_end();

	point_begin("entry: the bases of FS and GS are zero");
	EXPECT_ALL(bases);
	point_end();
}

static void check_floating_point(const struct fxsave *f)
{
	const struct promise promises[] = {
		{ "FCW", FCW_DEFAULT, f->fcw },
		{ "FSW", 0, f->fsw },
		{ "x87 registers in use", 0, f->ftw },
		{ "MXCSR", MXCSR_DEFAULT, f->mxcsr },
	};

	point_begin("entry: x87 is as after FNINIT, SSE masks all exceptions");
	EXPECT_ALL(promises);
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

	check_stack(s);
	check_general_registers(s);

	point_begin("entry: RFLAGS is 2, but for the arithmetic flags");
	expect("RFLAGS", 0, RFLAGS_1, s->rflags & ~RFLAGS_ARITHMETIC);
	point_end();

	check_segments(s);
	check_floating_point(&s->fxsave);
}

/* All of CR4 but the two bits that are the firmware's. */
static uint64_t promised_cr4(void)
{
	const struct cpuid features = read_cpuid(7);

	return CR4_PAE | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT |
	       (features.ebx & CPUID_7_EBX_SMEP ? CR4_SMEP : 0) |
	       (features.ebx & CPUID_7_EBX_SMAP ? CR4_SMAP : 0) |
	       (features.ecx & CPUID_7_ECX_UMIP ? CR4_UMIP : 0);
}

void check_control_registers(void)
{
	const struct entry_state *s = &entry_state;
	const uint64_t efer = EFER_LME | EFER_LMA | EFER_NXE;

	point_begin("CR0: PE, MP, ET, NE, WP and PG, no other bit");
	expect("CR0", 0, CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG, s->cr0);
	point_end();

	point_begin("CR3: the kernel root");
	expect("CR3", 0, boot->kernel_root_phys, s->cr3);
	point_end();

	point_begin(
		"CR4: 4 levels, PGE, SSE, and SMEP, SMAP and UMIP where the CPU has them; no other "
		"bit, but MCE and VMXE");
	expect("CR4", 0, promised_cr4(), s->cr4 & ~(CR4_MCE | CR4_VMXE));
	point_end();

	point_begin("CR8: no interrupt is held back");
	expect("CR8", 0, 0, s->cr8);
	point_end();

	point_begin("DR7: no breakpoint is on");
	expect("DR7", 0, DR7_ALWAYS_SET, s->dr7);
	point_end();

	point_begin("EFER: long mode and NXE on");
	expect("EFER", 0, efer, s->efer & efer);
	point_end();

	point_begin("PAT: WB, WC, UC-, UC, WB, WP, UC-, WT");
	expect("IA32_PAT", 0, KEEL_PAT_VALUE, s->pat);
	point_end();
}
