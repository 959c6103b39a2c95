/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The layout of boot_info and of what it points to, in numbers, as kernels were compiled with it.
 * Lines are added for a new version; a line that is here is never changed: old kernels run on newer
 * Keel.
 *
 *	STRUCT(structure, bytes)
 *	MEMBER(structure, member, offset, bytes)
 *
 * boot_info itself is in two lists, one for each version; its size is that of the latest.
 */
#ifndef TESTS_BOOT_INFO_FROZEN_H
#define TESTS_BOOT_INFO_FROZEN_H

/* clang-format off */
#define ELEMENTS \
	STRUCT(efi_descriptor, 40) \
	MEMBER(efi_descriptor, type, 0, 4) \
	MEMBER(efi_descriptor, pad, 4, 4) \
	MEMBER(efi_descriptor, phys, 8, 8) \
	MEMBER(efi_descriptor, virt, 16, 8) \
	MEMBER(efi_descriptor, pages, 24, 8) \
	MEMBER(efi_descriptor, attribute, 32, 8) \
	STRUCT(memory_range, 40) \
	MEMBER(memory_range, phys, 0, 8) \
	MEMBER(memory_range, bytes, 8, 8) \
	MEMBER(memory_range, virt, 16, 8) \
	MEMBER(memory_range, attribute, 24, 8) \
	MEMBER(memory_range, type, 32, 4) \
	MEMBER(memory_range, reserved, 36, 4) \
	STRUCT(mapping, 32) \
	MEMBER(mapping, virt, 0, 8) \
	MEMBER(mapping, phys, 8, 8) \
	MEMBER(mapping, bytes, 16, 8) \
	MEMBER(mapping, rights, 24, 1) \
	MEMBER(mapping, memory_type, 25, 1) \
	MEMBER(mapping, region, 26, 1) \
	MEMBER(mapping, level, 27, 1) \
	MEMBER(mapping, repeat_pages, 28, 4) \
	STRUCT(segment, 32) \
	MEMBER(segment, virt, 0, 8) \
	MEMBER(segment, phys, 8, 8) \
	MEMBER(segment, bytes, 16, 8) \
	MEMBER(segment, rights, 24, 4) \
	MEMBER(segment, reserved, 28, 4) \
	STRUCT(cpu, 56) \
	MEMBER(cpu, apic_id, 0, 4) \
	MEMBER(cpu, acpi_uid, 4, 4) \
	MEMBER(cpu, gdt_phys, 8, 8) \
	MEMBER(cpu, entry_stack_phys, 16, 8) \
	MEMBER(cpu, tss_phys, 24, 8) \
	MEMBER(cpu, ist_stacks_phys, 32, 8) \
	MEMBER(cpu, stack_phys, 40, 8) \
	MEMBER(cpu, espfix_phys, 48, 8) \
	STRUCT(mailbox, 64) \
	MEMBER(mailbox, entry, 0, 8) \
	MEMBER(mailbox, argument, 8, 8) \
	MEMBER(mailbox, state, 16, 4) \
	MEMBER(mailbox, differed, 20, 4) \
	MEMBER(mailbox, reserved, 24, 40) \
	STRUCT(io_apic, 24) \
	MEMBER(io_apic, phys, 0, 8) \
	MEMBER(io_apic, offset, 8, 4) \
	MEMBER(io_apic, id, 12, 4) \
	MEMBER(io_apic, gsi_base, 16, 4) \
	MEMBER(io_apic, slot, 20, 4) \
	STRUCT(framebuffer, 56) \
	MEMBER(framebuffer, phys, 0, 8) \
	MEMBER(framebuffer, bytes, 8, 8) \
	MEMBER(framebuffer, virt, 16, 8) \
	MEMBER(framebuffer, width, 24, 4) \
	MEMBER(framebuffer, height, 28, 4) \
	MEMBER(framebuffer, stride, 32, 4) \
	MEMBER(framebuffer, format, 36, 4) \
	MEMBER(framebuffer, bytes_per_pixel, 40, 4) \
	MEMBER(framebuffer, red_mask, 44, 4) \
	MEMBER(framebuffer, green_mask, 48, 4) \
	MEMBER(framebuffer, blue_mask, 52, 4) \
	STRUCT(screen, 72) \
	MEMBER(screen, framebuffer, 0, 56) \
	MEMBER(screen, edid, 56, 8) \
	MEMBER(screen, edid_bytes, 64, 8) \
	STRUCT(module, 40) \
	MEMBER(module, phys, 0, 8) \
	MEMBER(module, bytes, 8, 8) \
	MEMBER(module, data, 16, 8) \
	MEMBER(module, name, 24, 8) \
	MEMBER(module, options, 32, 8)

#define BOOT_INFO_1 \
	MEMBER(boot_info, magic, 0, 8) \
	MEMBER(boot_info, version, 8, 4) \
	MEMBER(boot_info, size, 12, 4) \
	MEMBER(boot_info, flags, 16, 8) \
	MEMBER(boot_info, memory_ranges, 24, 8) \
	MEMBER(boot_info, memory_range_count, 32, 8) \
	MEMBER(boot_info, mappings, 40, 8) \
	MEMBER(boot_info, mapping_count, 48, 8) \
	MEMBER(boot_info, efi_map, 56, 8) \
	MEMBER(boot_info, efi_map_bytes, 64, 8) \
	MEMBER(boot_info, efi_map_stride, 72, 8) \
	MEMBER(boot_info, efi_map_version, 80, 4) \
	MEMBER(boot_info, phys_bits, 84, 4) \
	MEMBER(boot_info, efi_memory_attributes, 88, 8) \
	MEMBER(boot_info, efi_memory_attributes_bytes, 96, 8) \
	MEMBER(boot_info, tables_phys, 104, 8) \
	MEMBER(boot_info, tables_planned, 112, 8) \
	MEMBER(boot_info, tables_used, 120, 8) \
	MEMBER(boot_info, kernel_root_phys, 128, 8) \
	MEMBER(boot_info, transition_root_phys, 136, 8) \
	MEMBER(boot_info, landing_root_phys, 144, 8) \
	MEMBER(boot_info, largest_leaf_level, 152, 4) \
	MEMBER(boot_info, segment_count, 156, 4) \
	MEMBER(boot_info, segments, 160, 8) \
	MEMBER(boot_info, phys_base, 168, 8) \
	MEMBER(boot_info, kernel_virt, 176, 8) \
	MEMBER(boot_info, kernel_bytes, 184, 8) \
	MEMBER(boot_info, entry_virt, 192, 8) \
	MEMBER(boot_info, cpus, 200, 8) \
	MEMBER(boot_info, cpu_count, 208, 8) \
	MEMBER(boot_info, idt_phys, 216, 8) \
	MEMBER(boot_info, vsyscall_phys, 224, 8) \
	MEMBER(boot_info, local_apic_phys, 232, 8) \
	MEMBER(boot_info, io_apics, 240, 8) \
	MEMBER(boot_info, io_apic_count, 248, 8) \
	MEMBER(boot_info, early_console_phys, 256, 8) \
	MEMBER(boot_info, efi_system_table_virt, 264, 8) \
	MEMBER(boot_info, efi_system_table_phys, 272, 8) \
	MEMBER(boot_info, efi_vendor_phys, 280, 8) \
	MEMBER(boot_info, efi_config_table_phys, 288, 8) \
	MEMBER(boot_info, efi_config_table_count, 296, 8) \
	MEMBER(boot_info, runtime_state, 304, 4) \
	MEMBER(boot_info, runtime_supported, 308, 4) \
	MEMBER(boot_info, runtime_status, 312, 8) \
	MEMBER(boot_info, rsdp_phys, 320, 8) \
	MEMBER(boot_info, smbios_phys, 328, 8) \
	MEMBER(boot_info, smbios3_phys, 336, 8) \
	MEMBER(boot_info, framebuffer, 344, 56) \
	MEMBER(boot_info, entry_tsc, 400, 8) \
	MEMBER(boot_info, jump_tsc, 408, 8) \
	MEMBER(boot_info, stage_ticks, 416, 56) \
	MEMBER(boot_info, exit_tries, 472, 8) \
	MEMBER(boot_info, direct_map_left_out_bytes, 480, 8) \
	MEMBER(boot_info, ap_start_phys, 488, 8)

#define BOOT_INFO_2 \
	MEMBER(boot_info, command_line, 496, 8) \
	MEMBER(boot_info, entry_title, 504, 8) \
	MEMBER(boot_info, kernel_path, 512, 8) \
	MEMBER(boot_info, boot_device, 520, 8) \
	MEMBER(boot_info, modules, 528, 8) \
	MEMBER(boot_info, module_count, 536, 8) \
	MEMBER(boot_info, kernel_slide, 544, 8) \
	MEMBER(boot_info, symbols, 552, 8) \
	MEMBER(boot_info, symbol_count, 560, 8) \
	MEMBER(boot_info, symbol_names, 568, 8) \
	MEMBER(boot_info, symbol_names_bytes, 576, 8) \
	MEMBER(boot_info, random_seed, 584, 32) \
	MEMBER(boot_info, random_source, 616, 4) \
	MEMBER(boot_info, tsc_source, 620, 4) \
	MEMBER(boot_info, tsc_hz, 624, 8) \
	MEMBER(boot_info, read_ticks, 632, 8) \
	MEMBER(boot_info, read_bytes, 640, 8) \
	MEMBER(boot_info, loader_phys, 648, 8) \
	MEMBER(boot_info, loader_bytes, 656, 8) \
	MEMBER(boot_info, runtime_fault_rip, 664, 8) \
	MEMBER(boot_info, runtime_fault_cr2, 672, 8) \
	MEMBER(boot_info, runtime_fault_vector, 680, 4) \
	MEMBER(boot_info, runtime_fault_error, 684, 4)

/* Open until the first release. */
#define BOOT_INFO_3 \
	MEMBER(boot_info, mailboxes, 688, 8) \
	MEMBER(boot_info, cpus_waiting, 696, 8) \
	MEMBER(boot_info, waiting_page_phys, 704, 8) \
	MEMBER(boot_info, keel_version, 712, 8) \
	MEMBER(boot_info, secure_boot, 720, 4) \
	MEMBER(boot_info, reserved, 724, 4) \
	MEMBER(boot_info, rsdp_virt, 728, 8) \
	MEMBER(boot_info, smbios_virt, 736, 8) \
	MEMBER(boot_info, smbios3_virt, 744, 8) \
	MEMBER(boot_info, efi_config_table_virt, 752, 8) \
	MEMBER(boot_info, screens, 760, 8) \
	MEMBER(boot_info, screen_count, 768, 8) \
	MEMBER(boot_info, tpm_log, 776, 8) \
	MEMBER(boot_info, tpm_log_bytes, 784, 8) \
	MEMBER(boot_info, tpm_final_events, 792, 8) \
	MEMBER(boot_info, tpm_final_events_bytes, 800, 8) \
	MEMBER(boot_info, measured, 808, 4) \
	MEMBER(boot_info, tpm_pcrs, 812, 4) \
	MEMBER(boot_info, tpm_pcr8, 816, 32) \
	MEMBER(boot_info, tpm_pcr9, 848, 32)

#define BOOT_INFO_1_BYTES 496
#define BOOT_INFO_2_BYTES 688

#endif
