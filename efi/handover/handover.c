/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Out of the firmware and into the kernel. The point of no return is the first ExitBootServices:
 * from there on nothing is allocated, nothing is printed through the firmware, and what fails ends
 * in panic().
 */
#include "firmware.h"
#include "lib/x86.h"
#include "handover/switch.h"

/* A stale key is normal once, when drivers allocate as they are told of the exit. */
#define MAX_EXIT_TRIES 8

/* Maps that are read until one is like the map that the tables were made for. */
#define MAX_REVIEWS 8

#define INT3	      0xcc
#define MSR_FS_BASE   0xc0000100
#define MSR_GS_BASE   0xc0000101
#define MSR_KERNEL_GS 0xc0000102

/* Reads the final map, and makes the tables anew should they not fit it any more. */
static EFI_STATUS review(struct loader *l)
{
	for (unsigned n = 0; n < MAX_REVIEWS; n++) {
		bool current = false;
		EFI_STATUS status = memory_map_get(l);
		struct mm_result result;

		if (EFI_ERROR(status))
			return status;
		result = tables_review(l, &current);
		if (result.error)
			return fail(l, EFI_INVALID_PARAMETER, "the final memory map: %s: %x",
				    mm_error_text(result.error), result.address);
		if (current)
			return EFI_SUCCESS;
		stage_end(l, KEEL_STAGE_EXIT);
		status = tables_build(l, NULL);
		if (EFI_ERROR(status))
			return status;
	}
	return fail(l, EFI_ABORTED, "the memory map changes each time it is read, %u times",
		    (uint64_t)MAX_REVIEWS);
}

static EFI_STATUS leave_boot_services(struct loader *l)
{
	EFI_STATUS status;

	stage_begin(l);
	do {
		status = review(l);
		if (EFI_ERROR(status) && !l->exiting)
			return status;
		if (EFI_ERROR(status))
			panic(l, "the memory map changed while boot services ended: EFI status %p",
			      (uint64_t)status);
		l->exiting = true;
		l->info->exit_tries++;
		status = l->boot->ExitBootServices(l->image, l->map_key);
	} while (status == EFI_INVALID_PARAMETER && l->info->exit_tries < MAX_EXIT_TRIES);
	stage_end(l, KEEL_STAGE_EXIT);
	if (EFI_ERROR(status))
		panic(l, "ExitBootServices: EFI status %p after %u tries", (uint64_t)status,
		      l->info->exit_tries);
	return status;
}

static uint64_t wanted_cr4(const struct loader *l)
{
	/* VMXE cannot be cleared if firmware left VMX operation on; MCE keeps its meaning. */
	return (read_cr4() & (CR4_MCE | CR4_VMXE)) | CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT |
	       (l->cpu_features & CPU_SMEP ? CR4_SMEP : 0) |
	       (l->cpu_features & CPU_SMAP ? CR4_SMAP : 0) |
	       (l->cpu_features & CPU_UMIP ? CR4_UMIP : 0);
}

/* What the kernel is promised, and the state in which runtime services are called: UEFI 2.10, 2.3.4. */
static void set_state(const struct loader *l)
{
	const uint32_t mxcsr = 0x1f80;

	write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_NXE);
	__asm__ volatile("mov %0, %%cr0"
			 :
			 : "r"(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG)
			 : "memory");
	__asm__ volatile("mov %0, %%cr4" : : "r"(wanted_cr4(l)) : "memory");
	__asm__ volatile("fninit; ldmxcsr %0" : : "m"(mxcsr));
}

/*
 * Firmware's tables go first: they may be read-only, or writable only as long as WP is off. The
 * PAT is loaded right before, so that no mapping of ours is ever used under the old one. Global
 * pages stay off (see switch.S).
 */
static void enter_transition(struct loader *l)
{
	__asm__ volatile("cli; cld" ::: "memory");
	/* Leaving five levels is not possible under PCIDE, nor under CET with a shadow stack. */
	__asm__ volatile("mov %0, %%cr4"
			 :
			 : "r"(read_cr4() & ~(CR4_PGE | CR4_PCIDE | CR4_CET))
			 : "memory");
	write_msr(KEEL_PAT_MSR, KEEL_PAT_VALUE);
	levels_leave(l);
	__asm__ volatile("mov %0, %%cr3"
			 :
			 : "r"(mm_pool_phys(&l->pool, l->transition_root))
			 : "memory");
	l->own_tables = true;
	fault_prepare(l);
	set_state(l);
}

#define TO_KERNEL(pointer) ((void *)KEEL_DIRECT_MAP((uintptr_t)(pointer)))

/* Addresses in the kernel's terms; all that is known only now. */
static void finish_boot_info(struct loader *l)
{
	struct keel_boot_info *info = l->info;

	info->magic = KEEL_BOOT_INFO_MAGIC;
	info->version = KEEL_BOOT_INFO_VERSION;
	info->size = sizeof(*info);
	info->flags |= l->outcome.runtime_code_writable ? KEEL_FLAG_RUNTIME_CODE_WRITABLE : 0;
	info->memory_ranges = TO_KERNEL(l->map.ranges);
	info->memory_range_count = l->map.count;
	info->mappings = TO_KERNEL(l->kernel_plan.mappings);
	info->mapping_count = l->kernel_plan.count;
	info->efi_map = TO_KERNEL(l->descriptors);
	info->efi_map_bytes = l->request.descriptors.bytes;
	info->efi_map_stride = l->request.descriptors.stride;
	info->phys_bits = l->machine.phys_bits;
	info->efi_memory_attributes = l->attributes_bytes ? TO_KERNEL(l->attributes_copy) : NULL;
	info->efi_memory_attributes_bytes = l->attributes_bytes;
	info->tables_phys = l->pool.phys;
	info->tables_planned = l->tables_planned;
	info->tables_used = l->pool.used;
	info->kernel_root_phys = mm_pool_phys(&l->pool, l->kernel_root);
	info->transition_root_phys = mm_pool_phys(&l->pool, l->transition_root);
	info->landing_root_phys = mm_pool_phys(&l->pool, l->landing_root);
	info->largest_leaf_level = l->machine.largest_leaf_level;
	info->segments = TO_KERNEL(l->info_segments);
	info->segment_count = l->elf.segment_count;
	info->phys_base = l->elf.phys_base;
	info->kernel_virt = l->elf.virt;
	info->kernel_bytes = l->elf.bytes;
	info->entry_virt = l->elf.entry_virt;
	info->modules = TO_KERNEL(l->info_modules);
	info->module_count = l->module_count;
	info->kernel_slide = l->elf.slide;
	if (l->symbols.count) {
		info->symbols = TO_KERNEL(l->symbols.phys);
		info->symbol_count = l->symbols.count;
		info->symbol_names = TO_KERNEL(l->symbols.names_phys);
		info->symbol_names_bytes = l->symbols.names_bytes;
	}
	info->cpus = TO_KERNEL(l->cpus);
	info->cpu_count = l->acpi.cpu_count;
	info->idt_phys = l->request.area.idt_phys;
	info->vsyscall_phys = l->request.area.vsyscall_phys;
	info->local_apic_phys = l->acpi.local_apic_phys;
	info->io_apics = TO_KERNEL(l->io_apics);
	info->io_apic_count = l->acpi.io_apic_count;
	info->early_console_phys = l->acpi.early_console_phys;
	info->efi_system_table_virt = runtime_virt(l, info->efi_system_table_phys);
	info->direct_map_left_out_bytes = l->outcome.left_out_bytes;
	if (l->outcome.framebuffer_mapped)
		info->framebuffer.virt = KEEL_DIRECT_MAP(info->framebuffer.phys);
	else
		memset(&info->framebuffer, 0, sizeof(info->framebuffer));
}

static void write_landing(const struct loader *l)
{
	const uint64_t bytes = landing_code_end - landing_code;
	const uint64_t offset = (l->elf.entry_virt - bytes) % KEEL_PAGE_SIZE;

	memset((void *)l->landing_phys, INT3, 2 * KEEL_PAGE_SIZE);
	memcpy((void *)(l->landing_phys + offset), landing_code, bytes);
}

_Noreturn static void enter_kernel(struct loader *l)
{
	const struct keel_cpu *cpu = l->cpus;
	const struct departure departure = {
		.kernel_root = mm_pool_phys(&l->pool, l->kernel_root),
		.landing_root = mm_pool_phys(&l->pool, l->landing_root),
		.cr4 = read_cr4() | CR4_PGE,
		.stack = KEEL_STACKS_START + KEEL_STACK_SLOT_BYTES - sizeof(uint64_t),
		.boot_info = KEEL_DIRECT_MAP((uintptr_t)l->info),
		.landing = l->elf.entry_virt - (landing_code_end - landing_code),
		.gdt_writable = { KEEL_GDT_BYTES - 1, KEEL_DIRECT_MAP(cpu->gdt_phys) },
		.gdt = { KEEL_GDT_BYTES - 1,
			 KEEL_CEA_CPU_START(0) + KEEL_CEA_GDT_PAGE * KEEL_PAGE_SIZE },
		.idt = { KEEL_PAGE_SIZE - 1, KEEL_CPU_ENTRY_AREA_START },
	};

	write_landing(l);
	write_msr(MSR_FS_BASE, 0);
	write_msr(MSR_GS_BASE, 0);
	write_msr(MSR_KERNEL_GS, 0);
	stage_end(l, KEEL_STAGE_JUMP);
	l->info->jump_tsc = l->stage_start;
	depart(&departure);
}

EFI_STATUS handover(struct loader *l)
{
	EFI_STATUS status;

	report_begin(l);
	say(l, "  handover  leaving boot services\n");
	status = leave_boot_services(l);
	if (EFI_ERROR(status)) {
		report_withdraw(l);
		return status;
	}
	enter_transition(l);
	runtime_set_virtual(l);
	/* An exception may have ended the call anywhere. */
	set_state(l);
	stage_end(l, KEEL_STAGE_SVAM);
	finish_boot_info(l);
	enter_kernel(l);
}
