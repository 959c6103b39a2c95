/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints where the members of boot_info and of what it points to lie, and some constants, for tests
 * that are not written in C. One a line, separated by tabs: name, offset (of a member) or value (of
 * a constant) in hexadecimal, bytes. A structure itself has offset 0.
 */
#include <inttypes.h>
#include <stdio.h>
#include <keel/boot_info.h>

static void print(const char *name, uint64_t value, size_t bytes)
{
	printf("%s\t%" PRIx64 "\t%zu\n", name, value, bytes);
}

#define STRUCT(type) print(#type, 0, sizeof(struct keel_##type))
#define MEMBER(type, member)                                           \
	print(#type "." #member, offsetof(struct keel_##type, member), \
	      sizeof(((struct keel_##type *)0)->member))
#define CONSTANT(name) print(#name, name, sizeof(uint64_t))

static void print_boot_info(void)
{
	STRUCT(boot_info);
	MEMBER(boot_info, magic);
	MEMBER(boot_info, version);
	MEMBER(boot_info, size);
	MEMBER(boot_info, flags);
	MEMBER(boot_info, memory_ranges);
	MEMBER(boot_info, memory_range_count);
	MEMBER(boot_info, mappings);
	MEMBER(boot_info, mapping_count);
	MEMBER(boot_info, efi_map);
	MEMBER(boot_info, efi_map_bytes);
	MEMBER(boot_info, efi_map_stride);
	MEMBER(boot_info, efi_map_version);
	MEMBER(boot_info, phys_bits);
	MEMBER(boot_info, efi_memory_attributes);
	MEMBER(boot_info, efi_memory_attributes_bytes);
	MEMBER(boot_info, tables_phys);
	MEMBER(boot_info, tables_planned);
	MEMBER(boot_info, tables_used);
	MEMBER(boot_info, kernel_root_phys);
	MEMBER(boot_info, transition_root_phys);
	MEMBER(boot_info, landing_root_phys);
	MEMBER(boot_info, largest_leaf_level);
	MEMBER(boot_info, segment_count);
	MEMBER(boot_info, segments);
	MEMBER(boot_info, phys_base);
	MEMBER(boot_info, kernel_virt);
	MEMBER(boot_info, kernel_bytes);
	MEMBER(boot_info, entry_virt);
	MEMBER(boot_info, cpus);
	MEMBER(boot_info, cpu_count);
	MEMBER(boot_info, idt_phys);
	MEMBER(boot_info, vsyscall_phys);
	MEMBER(boot_info, local_apic_phys);
	MEMBER(boot_info, io_apics);
	MEMBER(boot_info, io_apic_count);
	MEMBER(boot_info, early_console_phys);
	MEMBER(boot_info, efi_system_table_virt);
	MEMBER(boot_info, efi_system_table_phys);
	MEMBER(boot_info, efi_vendor_phys);
	MEMBER(boot_info, efi_config_table_phys);
	MEMBER(boot_info, efi_config_table_count);
	MEMBER(boot_info, runtime_state);
	MEMBER(boot_info, runtime_supported);
	MEMBER(boot_info, runtime_status);
	MEMBER(boot_info, rsdp_phys);
	MEMBER(boot_info, smbios_phys);
	MEMBER(boot_info, smbios3_phys);
	MEMBER(boot_info, framebuffer.phys);
	MEMBER(boot_info, framebuffer.bytes);
	MEMBER(boot_info, framebuffer.virt);
	MEMBER(boot_info, framebuffer.width);
	MEMBER(boot_info, framebuffer.height);
	MEMBER(boot_info, framebuffer.stride);
	MEMBER(boot_info, framebuffer.format);
	MEMBER(boot_info, framebuffer.bytes_per_pixel);
	MEMBER(boot_info, framebuffer.red_mask);
	MEMBER(boot_info, entry_tsc);
	MEMBER(boot_info, jump_tsc);
	MEMBER(boot_info, stage_ticks);
	MEMBER(boot_info, exit_tries);
	MEMBER(boot_info, direct_map_left_out_bytes);
	MEMBER(boot_info, ap_start_phys);
	MEMBER(boot_info, command_line);
	MEMBER(boot_info, entry_title);
	MEMBER(boot_info, kernel_path);
	MEMBER(boot_info, boot_device);
	MEMBER(boot_info, modules);
	MEMBER(boot_info, module_count);
	MEMBER(boot_info, kernel_slide);
	MEMBER(boot_info, symbols);
	MEMBER(boot_info, symbol_count);
	MEMBER(boot_info, symbol_names);
	MEMBER(boot_info, symbol_names_bytes);
	MEMBER(boot_info, random_seed);
	MEMBER(boot_info, random_source);
	MEMBER(boot_info, tsc_source);
	MEMBER(boot_info, tsc_hz);
	MEMBER(boot_info, read_ticks);
	MEMBER(boot_info, read_bytes);
	MEMBER(boot_info, loader_phys);
	MEMBER(boot_info, loader_bytes);
	MEMBER(boot_info, runtime_fault_rip);
	MEMBER(boot_info, runtime_fault_cr2);
	MEMBER(boot_info, runtime_fault_vector);
	MEMBER(boot_info, runtime_fault_error);
	MEMBER(boot_info, mailboxes);
	MEMBER(boot_info, cpus_waiting);
	MEMBER(boot_info, waiting_page_phys);
	MEMBER(boot_info, keel_version);
	MEMBER(boot_info, secure_boot);
	MEMBER(boot_info, reserved);
	MEMBER(boot_info, rsdp_virt);
	MEMBER(boot_info, smbios_virt);
	MEMBER(boot_info, smbios3_virt);
	MEMBER(boot_info, efi_config_table_virt);
}

static void print_elements(void)
{
	STRUCT(memory_range);
	MEMBER(memory_range, phys);
	MEMBER(memory_range, bytes);
	MEMBER(memory_range, virt);
	MEMBER(memory_range, attribute);
	MEMBER(memory_range, type);
	STRUCT(mapping);
	MEMBER(mapping, virt);
	MEMBER(mapping, phys);
	MEMBER(mapping, bytes);
	MEMBER(mapping, rights);
	MEMBER(mapping, memory_type);
	MEMBER(mapping, region);
	MEMBER(mapping, level);
	MEMBER(mapping, repeat_pages);
	STRUCT(segment);
	MEMBER(segment, virt);
	MEMBER(segment, phys);
	MEMBER(segment, bytes);
	MEMBER(segment, rights);
	STRUCT(mailbox);
	MEMBER(mailbox, entry);
	MEMBER(mailbox, argument);
	MEMBER(mailbox, state);
	MEMBER(mailbox, differed);
	MEMBER(mailbox, reserved);
	STRUCT(cpu);
	MEMBER(cpu, apic_id);
	MEMBER(cpu, gdt_phys);
	MEMBER(cpu, entry_stack_phys);
	MEMBER(cpu, tss_phys);
	MEMBER(cpu, ist_stacks_phys);
	MEMBER(cpu, stack_phys);
	MEMBER(cpu, espfix_phys);
	STRUCT(io_apic);
	MEMBER(io_apic, phys);
	MEMBER(io_apic, offset);
	MEMBER(io_apic, slot);
	STRUCT(efi_descriptor);
	MEMBER(efi_descriptor, type);
	MEMBER(efi_descriptor, phys);
	MEMBER(efi_descriptor, virt);
	MEMBER(efi_descriptor, pages);
	MEMBER(efi_descriptor, attribute);
}

int main(void)
{
	print_boot_info();
	print_elements();
	CONSTANT(KEEL_CEA_WAITING_PAGE);
	CONSTANT(KEEL_DIRECT_MAP_START);
	CONSTANT(KEEL_STACK_SLOT_BYTES);
	CONSTANT(KEEL_STACK_BYTES);
	CONSTANT(KEEL_CEA_CPU_START(1));
	CONSTANT(KEEL_CEA_GDT_PAGE);
	CONSTANT(KEEL_CEA_ENTRY_STACK_PAGE);
	CONSTANT(KEEL_CEA_TSS_PAGE);
	CONSTANT(KEEL_CEA_DF_STACK_PAGE);
	CONSTANT(KEEL_CEA_NMI_STACK_PAGE);
	CONSTANT(KEEL_CEA_DB_STACK_PAGE);
	CONSTANT(KEEL_CEA_MCE_STACK_PAGE);
	CONSTANT(KEEL_CEA_PAGES);
	CONSTANT(KEEL_ESPFIX_STEP_BYTES);
	CONSTANT(KEEL_ESPFIX_WINDOW_BYTES);
	CONSTANT(KEEL_FIXMAP_TOP);
	CONSTANT(KEEL_FIXMAP_LOCAL_APIC);
	CONSTANT(KEEL_FIXMAP_IO_APIC_FIRST);
	CONSTANT(KEEL_FIXMAP_SLOTS);
	CONSTANT(KEEL_VSYSCALL_TIME);
	CONSTANT(KEEL_KERNEL_CS);
	CONSTANT(KEEL_USER_CS);
	CONSTANT(KEEL_TSS_SEL);
	CONSTANT(KEEL_RIGHTS_NONE);
	CONSTANT(KEEL_RIGHTS_RX);
	CONSTANT(KEEL_MEMORY_TYPE_CONVENTIONAL);
	CONSTANT(KEEL_MEMORY_TYPE_FIRMWARE_TABLE);
	CONSTANT(KEEL_LEVEL_PT);
	CONSTANT(KEEL_LEVEL_PD);
	return 0;
}
