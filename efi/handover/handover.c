/* SPDX-License-Identifier: BSD-2-Clause */
#include "handover/handover.h"
#include "handover/la57.h"
#include "handover/other_cpus.h"
#include "handover/panic.h"
#include "handover/quiet.h"
#include "handover/set_virtual.h"
#include "handover/switch.h"
#include "lib/x86.h"
#include "report/variable.h"

/* A stale key is normal once, when drivers allocate as they are told of the exit. */
#define MAX_EXIT_TRIES 8

#define INT3	      0xcc
#define MSR_FS_BASE   0xc0000100
#define MSR_GS_BASE   0xc0000101
#define MSR_KERNEL_GS 0xc0000102
#define DR7_OFF	      UINT64_C(0x400) /* the bit that is always set: SDM vol. 3B 17.2.4 */

static EFI_STATUS leave_boot_services(struct firmware *fw, const struct boot_facts *facts,
				      struct space *space, struct stopwatch *watch,
				      struct exit_facts *exit)
{
	EFI_STATUS status;

	do {
		status = space_finish(fw, facts, space, watch);
		if (EFI_ERROR(status) && !fw->exited)
			return status;
		if (EFI_ERROR(status))
			panic("the memory map changed while boot services ended: EFI status %p",
			      (uint64_t)status);
		fw->exited = true;
		exit->tries++;
		status = fw->boot->ExitBootServices(fw->image, space->firmware_map.key);
	} while (status == EFI_INVALID_PARAMETER && exit->tries < MAX_EXIT_TRIES);
	if (EFI_ERROR(status))
		panic("ExitBootServices: EFI status %p after %u tries", (uint64_t)status,
		      exit->tries);
	stopwatch_end(watch, KEEL_STAGE_EXIT);
	return status;
}

static uint64_t wanted_cr4(const struct cpu *cpu)
{
	/* VMXE cannot be cleared if firmware left VMX operation on; MCE keeps its meaning. */
	return (read_cr4() & (CR4_MCE | CR4_VMXE)) | CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT |
	       (cpu->features & CPU_SMEP ? CR4_SMEP : 0) |
	       (cpu->features & CPU_SMAP ? CR4_SMAP : 0) |
	       (cpu->features & CPU_UMIP ? CR4_UMIP : 0);
}

/*
 * What the kernel is promised, and the state in which runtime services are called: UEFI 2.10,
 * 2.3.4.
 */
static void set_state(const struct cpu *cpu)
{
	const uint32_t mxcsr = 0x1f80;

	write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_NXE);
	__asm__ volatile("mov %0, %%cr0"
			 :
			 : "r"(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG)
			 : "memory");
	__asm__ volatile("mov %0, %%cr4" : : "r"(wanted_cr4(cpu)) : "memory");
	__asm__ volatile("fninit; ldmxcsr %0" : : "m"(mxcsr));
}

/*
 * The firmware's descriptor tables may lie in memory that Keel does not map, so Keel's come before
 * its page tables. The GDT is that of the first CPU, at its physical address, which the page tables
 * of both have.
 */
static void leave_descriptor_tables(const struct space *space)
{
	const struct table_register gdt = { KEEL_GDT_BYTES - 1, space->boot_info.cpus[0].gdt_phys };

	load_segments(&gdt);
	fault_prepare(panic_of_fault);
	panic_with_own_handlers();
}

static uint64_t framebuffer_virt(const struct boot_facts *facts, const struct space *space)
{
	if (!(space->plans.outcome.framebuffers_mapped & 1))
		return 0;
	return KEEL_DIRECT_MAP(facts->machine->graphics.screens[0].framebuffer.phys);
}

/*
 * Firmware's page tables go before the control registers change: they may be read-only, or
 * writable only as long as WP is off. The PAT is loaded right before, so that no mapping of ours is
 * ever used under the old one. Global pages stay off (see switch.S).
 */
static void enter_transition(const struct boot_facts *facts, const struct space *space,
			     const struct block *la57)
{
	const struct roots *roots = &space->roots;

	__asm__ volatile("cli; cld" ::: "memory");
	/* Leaving five levels is not possible under PCIDE, nor under CET with a shadow stack. */
	__asm__ volatile("mov %0, %%cr4"
			 :
			 : "r"(read_cr4() & ~(CR4_PGE | CR4_PCIDE | CR4_CET))
			 : "memory");
	leave_descriptor_tables(space);
	write_msr(KEEL_PAT_MSR, KEEL_PAT_VALUE);
	la57_leave(la57, roots);
	__asm__ volatile("mov %0, %%cr3"
			 :
			 : "r"(mm_pool_phys(&roots->pool, roots->transition))
			 : "memory");
	panic_with_own_tables(framebuffer_virt(facts, space));
	fault_use_own_stacks();
	set_state(&facts->machine->cpu);
}

static void write_landing(uint64_t landing_phys, uint64_t entry_virt)
{
	const uint64_t bytes = landing_code_end - landing_code;
	const uint64_t offset = (entry_virt - bytes) % KEEL_PAGE_SIZE;

	memset((void *)landing_phys, INT3, 2 * KEEL_PAGE_SIZE);
	memcpy((void *)(landing_phys + offset), landing_code, bytes);
}

/* A double fault or an NMI may have used one; the kernel finds all of them empty. */
static void clear_ist_stacks(const struct keel_cpu *cpu)
{
	memset((void *)cpu->ist_stacks_phys, 0,
	       (MM_CPU_BLOCK_PAGES - MM_CPU_BLOCK_IST_PAGE) * KEEL_PAGE_SIZE);
}

_Noreturn static void enter_kernel(const struct space *space, uint64_t entry_virt)
{
	const struct roots *roots = &space->roots;
	const struct departure departure = {
		.kernel_root = mm_pool_phys(&roots->pool, roots->kernel),
		.landing_root = mm_pool_phys(&roots->pool, roots->landing),
		.cr4 = read_cr4() | CR4_PGE,
		.stack = KEEL_STACKS_START + KEEL_STACK_SLOT_BYTES - sizeof(uint64_t),
		.boot_info = KEEL_DIRECT_MAP((uintptr_t)space->boot_info.info),
		.landing = entry_virt - (landing_code_end - landing_code),
		.gdt = { KEEL_GDT_BYTES - 1,
			 KEEL_CEA_CPU_START(0) + KEEL_CEA_GDT_PAGE * KEEL_PAGE_SIZE },
		.idt = { KEEL_PAGE_SIZE - 1, KEEL_CPU_ENTRY_AREA_START },
	};

	write_msr(MSR_FS_BASE, 0);
	write_msr(MSR_GS_BASE, 0);
	write_msr(MSR_KERNEL_GS, 0);
	/* A debugger's breakpoint would hit a kernel that has no gate for it yet. */
	__asm__ volatile("mov %0, %%dr7" : : "r"(DR7_OFF));
	__asm__ volatile("mov %0, %%cr8" : : "r"(UINT64_C(0)));
	depart(&departure);
}

/* From the point of no return on. */
_Noreturn static void go(const struct firmware *fw, const struct boot_facts *facts,
			 const struct space *space, const struct block *la57,
			 struct exit_facts *exit, struct stopwatch *watch)
{
	const uint64_t entry_virt = facts->kernel->elf.entry_virt;

	enter_transition(facts, space, la57);
	set_virtual_address_map(fw, &facts->machine->tables, space, exit);
	/* An exception may have ended the call anywhere. */
	set_state(&facts->machine->cpu);
	stopwatch_end(watch, KEEL_STAGE_SVAM);
	quiet_machine(facts->machine);
	other_cpus_start(facts, space, exit);
	write_landing(space->plans.landing_phys, entry_virt);
	clear_ist_stacks(space->boot_info.cpus);
	boot_info_fill(fw, facts, space, exit, watch);
	enter_kernel(space, entry_virt);
}

EFI_STATUS handover(struct firmware *fw, const struct boot_facts *facts, struct space *space,
		    struct stopwatch *watch)
{
	const bool is_self_check = !facts->entry->wanted.kernel;
	struct exit_facts exit = { .tries = 0 };
	struct block la57;
	bool announced;
	EFI_STATUS status = la57_prepare(fw, facts->machine->cpu.la57, &la57);

	if (EFI_ERROR(status))
		return status;
	say(fw,
	    "  memory    %u descriptors, %u mappings\n"
	    "  tables    %u pages at %x\n"
	    "  handover  leaving boot services\n",
	    mm_descriptor_count(&space->firmware_map.descriptors), space->plans.kernel.count,
	    space->plans.tables, space->roots.tables.phys);
	/* What other kernels do is not known. */
	announced = is_self_check && report_variable_announce(fw);
	panic_prepare(fw, &facts->machine->graphics.screens[0].framebuffer);
	other_cpus_prepare(fw, facts);
	tpm_log_finish(facts->tpm_log);
	stopwatch_end(watch, KEEL_STAGE_SETUP);
	status = leave_boot_services(fw, facts, space, watch, &exit);
	if (!EFI_ERROR(status))
		go(fw, facts, space, &la57, &exit, watch);
	if (announced)
		report_variable_delete(fw);
	block_free(fw, &la57);
	return status;
}
