#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The self-check notices: with one member of boot_info, or of what it points to, changed, its report has to
# fail, and the point that fails has to name the part of boot_info, or of the map. One boot, stopped at the
# kernel's first instruction; each change starts from there. A sample, or with EVERYTHING=1 all. What no
# kernel can see is in Promises.pm.
#
# By hand: NOTICES=cpu tests/boot/selfcheck/notices-boot-info.t tries those whose description matches.
use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits
use lib qw(ovmf tests/boot/lib);
use Changes;

# The self-check from a file, so that it has symbols, and with two modules, the first of them empty.
# On two screens, with what monitors say of themselves.
machine(smp => 2, limit => 900, driver => 'edid', variant => 'both', extra => [ '-device', 'bochs-display' ],
	conf => "title Self-check\nkernel \\selfcheck.elf\nsymbols yes\n"
		. "module \\empty.bin\nmodule \\module.bin one two\noptions finish=poweroff\n",
	files => { '/selfcheck.elf' => 'build/selfcheck.elf', '/empty.bin' => \'',
		'/module.bin' => \('some content' x 500) });

my ($free, $free_range) = free_memory(1 << 24);

# --- boot_info ---

my $agrees = 'whole map: the tables hold';		# what boot_info.mappings says, and no more
my $firmware = "boot_info: the firmware's tables";
my $machine_facts = 'boot_info: CPUs';
my $screen = 'boot_info: the framebuffer';
my $madt_cpus = 'boot_info: CPUs and their';
my $madt_io_apics = 'boot_info: I/O APICs';
my $modules = 'boot_info: modules lie';
my $addresses = "firmware's tables: boot_info";
my $cpu_areas = "memory map: the CPUs' tables";
my $secure = 'firmware: GetVariable agrees with boot_info';
my $measured = 'measured boot: what boot_info';
my $mailboxes = 'every CPU: mailboxes';
my $pointers = 'boot_info: every pointer';

for (
	[ 'boot_info.magic' => 'boot_info: magic', '^1' ],
	[ 'boot_info.version' => 'boot_info: magic', '+1' ],
	[ 'boot_info.size' => 'boot_info: magic', '-8' ],
	[ 'boot_info.flags' => 'EFI region', '^1' ],
	[ 'boot_info.flags' => $firmware, '^2' ],
	[ 'boot_info.flags' => $machine_facts, '^4' ],
	[ 'boot_info.flags' => $machine_facts, '^0x80' ],
	[ 'boot_info.memory_ranges' => 'boot_info: every pointer', '^0x800000000000' ],
	[ 'boot_info.memory_range_count' => 'memory map', '-1' ],
	[ 'boot_info.memory_range_count' => 'memory map', '+1' ],
	[ 'boot_info.mappings' => 'memory map', '-0x100000' ],
	[ 'boot_info.mapping_count' => $agrees, '-1' ],
	[ 'boot_info.mapping_count' => $agrees, '+1' ],
	[ 'boot_info.efi_map' => 'boot_info: every pointer', '0' ],
	[ 'boot_info.efi_map_bytes' => 'boot_info', '0' ],
	[ 'boot_info.efi_map_bytes' => 'memory map', '-48' ],
	[ 'boot_info.efi_map_stride' => 'boot_info', '32' ],
	[ 'boot_info.efi_map_stride' => 'memory map', '+8' ],
	[ 'boot_info.efi_map_version' => $firmware, '+1' ],
	[ 'boot_info.phys_bits' => 'boot_info', '+1' ],
	[ 'boot_info.efi_memory_attributes' => 'EFI region', '0' ],
	[ 'boot_info.efi_memory_attributes_bytes' => 'EFI region', '-1' ],
	[ 'boot_info.tables_phys' => 'memory map: page tables', '+0x1000' ],
	[ 'boot_info.tables_planned' => 'tables: ', '+1' ],
	[ 'boot_info.tables_used' => 'tables: ', '-1' ],
	[ 'boot_info.kernel_root_phys' => 'CR3', '+0x1000' ],
	[ 'boot_info.transition_root_phys' => 'tables: ', '+0x1000' ],
	[ 'boot_info.landing_root_phys' => 'tables: ', '+0x1000' ],
	[ 'boot_info.largest_leaf_level' => 'boot_info', '2' ],
	[ 'boot_info.segment_count' => 'kernel text', '+1' ],
	[ 'boot_info.segments' => 'kernel text', '-40' ],
	[ 'boot_info.phys_base' => 'kernel text', '+0x1000' ],
	[ 'boot_info.kernel_virt' => 'kernel text', '+0x1000' ],
	[ 'boot_info.kernel_bytes' => 'kernel text', '+0x1000' ],
	[ 'boot_info.entry_virt' => 'entry: RIP', '+4' ],
	[ 'boot_info.cpus' => 'boot_info: every pointer', '0x1000' ],
	[ 'boot_info.cpu_count' => 'boot_info', '0' ],
	[ 'boot_info.cpu_count' => 'kernel stacks', '1' ],
	[ 'boot_info.cpu_count' => $cpu_areas, '3' ],
	[ 'boot_info.idt_phys' => 'cpu_entry_area', '+0x1000' ],
	[ 'boot_info.vsyscall_phys' => 'vsyscall', '-0x1000' ],
	[ 'boot_info.local_apic_phys' => 'fixmap', '-0x1000' ],
	[ 'boot_info.local_apic_phys' => $machine_facts, '+0x1000' ],
	[ 'boot_info.io_apics' => $pointers, '^0x800000000000' ],
	[ 'boot_info.io_apic_count' => 'fixmap', '0' ],
	[ 'boot_info.early_console_phys' => 'fixmap', '0xfedc0000' ],
	[ 'boot_info.efi_system_table_virt' => $firmware, '+0x1000' ],
	[ 'boot_info.efi_system_table_virt' => 'runtime services', '0' ],
	[ 'boot_info.efi_system_table_phys' => $firmware, '+0x1000' ],
	[ 'boot_info.efi_vendor_phys' => $firmware, '+0x1000' ],
	[ 'boot_info.efi_config_table_phys' => $firmware, '+0x1000' ],
	[ 'boot_info.efi_config_table_phys' => $firmware, '0x100000000' ],
	[ 'boot_info.efi_config_table_count' => $firmware, '-1' ],
	[ 'boot_info.runtime_state' => $firmware, '1' ],
	[ 'boot_info.runtime_state' => 'runtime services', '2' ],
	[ 'boot_info.runtime_supported' => $firmware, '^0x40' ],
	[ 'boot_info.runtime_status' => 'runtime services', '3' ],
	[ 'boot_info.rsdp_phys' => $firmware, '+0x1000' ],
	[ 'boot_info.rsdp_phys' => $firmware, '0' ],
	[ 'boot_info.smbios_phys' => $firmware, '+0x1000' ],
	[ 'boot_info.smbios3_phys' => $firmware, '+0x1000' ],
	[ 'boot_info.screens' => $pointers, '^0x800000000000' ],
	[ 'boot_info.screens' => 'memory map: boot_info and what', '-0x100000' ],
	[ 'boot_info.screen_count' => $screen, '0' ],
	[ 'boot_info.screen_count' => 'direct map: nothing', '1' ],
	[ 'framebuffer.phys' => 'boot_info: every pointer', '+0x1000' ],
	[ 'framebuffer.virt' => 'boot_info: every pointer', '+0x1000' ],
	[ 'framebuffer.bytes' => 'direct map: the framebuffer', '+0x400000' ],
	[ 'framebuffer.bytes' => $screen, '0x1000' ],
	[ 'framebuffer.width' => $screen, '+0x10000' ],
	[ 'framebuffer.height' => $screen, '+0x10000' ],
	[ 'framebuffer.height' => $screen, '0' ],
	[ 'framebuffer.stride' => $screen, '0' ],
	[ 'framebuffer.format' => $screen, '9' ],
	[ 'framebuffer.format' => $screen, '0' ],
	[ 'framebuffer.bytes_per_pixel' => $screen, '0' ],
	[ 'framebuffer.red_mask' => $screen, '0' ],
	[ 'framebuffer.green_mask' => $screen, '^1' ],
	[ 'framebuffer.blue_mask' => $screen, '^0x100' ],
	[ 'boot_info.entry_tsc' => 'boot_info: time stamps', '0xffffffffffffff' ],
	[ 'boot_info.jump_tsc' => 'boot_info: time stamps', '0xffffffffffffff' ],
	[ 'boot_info.jump_tsc' => 'boot_info: time stamps', '0' ],
	[ 'boot_info.stage_ticks' => 'boot_info: time stamps', '0xffffffffffffff' ],
	[ 'boot_info.exit_tries' => $firmware, '0' ],
	[ 'boot_info.direct_map_left_out_bytes' => $machine_facts, '0x1000' ],
	[ 'boot_info.ap_start_phys' => 'memory map', '-0x2000' ],
	[ 'boot_info.ap_start_phys' => 'memory map', '0x100000' ],
	[ 'boot_info.command_line' => 'boot_info: every pointer', '^0x800000000000' ],
	[ 'boot_info.entry_title' => 'boot_info: texts', '+0x10000000' ],
	[ 'boot_info.kernel_path' => 'boot_info: every pointer', '0' ],
	[ 'boot_info.boot_device' => 'boot_info: texts', '-0x1000000' ],
	[ 'boot_info.modules' => $pointers, '^0x800000000000' ],
	[ 'boot_info.modules' => 'boot_info: texts', '+8' ],
	[ 'boot_info.module_count' => 'boot_info: modules lie', '1' ],
	[ 'boot_info.kernel_slide' => "boot_info: the kernel's slide", '0x200000' ],
	[ 'boot_info.symbols' => $pointers, '0' ],
	[ 'boot_info.symbols' => 'memory map: boot_info and what', '-0x100000' ],
	[ 'boot_info.symbol_count' => "boot_info: the kernel's slide", '0' ],
	[ 'boot_info.symbol_names' => $pointers, '0' ],
	[ 'boot_info.symbol_names_bytes' => "boot_info: the kernel's slide", '-1' ],
	[ 'boot_info.random_source' => 'boot_info: the random seed', '0' ],
	[ 'boot_info.random_source' => 'boot_info: the random seed', '3' ],
	[ 'boot_info.tsc_source' => 'boot_info: the rate', '+1' ],
	[ 'boot_info.tsc_hz' => 'boot_info: the rate', '+1' ],
	[ 'boot_info.read_ticks' => 'boot_info: the rate', '0xffffffffffff' ],
	[ 'boot_info.read_bytes' => 'boot_info: the rate', '0' ],
	[ 'boot_info.loader_phys' => "boot_info: the kernel's slide", '+0x10000000' ],
	[ 'boot_info.loader_bytes' => "boot_info: the kernel's slide", '0' ],
	[ 'boot_info.runtime_fault_rip' => 'runtime services: tables and functions', '1' ],
	[ 'boot_info.runtime_fault_cr2' => 'runtime services: tables and functions', '1' ],
	[ 'boot_info.runtime_fault_vector' => 'runtime services: tables and functions', '1' ],
	[ 'boot_info.runtime_fault_error' => 'runtime services: tables and functions', '1' ],
	[ 'boot_info.mailboxes' => $mailboxes, '0' ],
	[ 'boot_info.mailboxes' => $cpu_areas, '^0x800000000000' ],
	[ 'boot_info.cpus_waiting' => $mailboxes, '+1' ],
	[ 'boot_info.waiting_page_phys' => 'cpu_entry_area', '+0x1000' ],
	[ 'boot_info.keel_version' => 'boot_info: texts', '+0x10000000' ],
	[ 'boot_info.secure_boot' => $secure, '^1' ],
	[ 'boot_info.reserved' => $secure, '1' ],
	[ 'boot_info.rsdp_virt' => $addresses, '+0x1000' ],
	[ 'boot_info.rsdp_virt' => $addresses, '0' ],
	[ 'boot_info.smbios_virt' => $addresses, '^0x800000000000' ],
	[ 'boot_info.smbios3_virt' => $addresses, '0x1000' ],
	[ 'boot_info.efi_config_table_virt' => $addresses, '+24' ],
	[ 'boot_info.efi_config_table_virt' => $addresses, '0' ],
	[ 'boot_info.tpm_log' => $measured, '^0x800000000000' ],
	[ 'boot_info.tpm_log_bytes' => $pointers, '1' ],
	[ 'boot_info.tpm_final_events' => $measured, '^0x800000000000' ],
	[ 'boot_info.tpm_final_events_bytes' => $pointers, '1' ],
	[ 'boot_info.measured' => $measured, '1' ],
	[ 'boot_info.measured' => $measured, '3' ],
	[ 'boot_info.tpm_pcrs' => $measured, '0x300' ],
) {
	my ($member, $name, $value) = @$_;
	member($member, $name, $value);
}

# Elements of arrays: a mapping with a frame, one that stands for tables, and an espfix window.
my ($plain, $in_place, $window);
for my $n (0 .. boot('mapping_count') - 1) {
	$plain = $n if element('mapping.rights', $n) == constant('KEEL_RIGHTS_RX');
	$in_place = $n if element('mapping.level', $n) == constant('KEEL_LEVEL_PD');
	$window = $n if element('mapping.repeat_pages', $n);
}
for (
	[ 'memory_range.type', 'memory map', '11', $free_range ],
	[ 'memory_range.type', 'memory map', '0x1000', $free_range ],
	[ 'memory_range.type', 'memory map', '0x1005', $free_range ],
	[ 'memory_range.phys', 'memory map', '+0x1000', $free_range ],
	[ 'memory_range.bytes', 'memory map', '-0x1000', $free_range ],
	[ 'memory_range.bytes', 'memory map', '+1', $free_range ],
	[ 'memory_range.virt', 'memory map', '+0x1000', $free_range ],
	[ 'memory_range.attribute', 'memory map', '^8', $free_range ],
	[ 'memory_range.reserved', 'memory map', '1', $free_range ],
	[ 'mapping.virt', $agrees, '+0x1000', $plain ],
	[ 'mapping.phys', $agrees, '+0x1000', $plain ],
	[ 'mapping.bytes', $agrees, '-0x1000', $plain ],
	[ 'mapping.rights', $agrees, '^1', $plain ],
	[ 'mapping.memory_type', $agrees, '3', $plain ],
	[ 'mapping.region', $agrees, '-1', $plain ],
	[ 'mapping.region', $agrees, '+1', $plain ],
	[ 'mapping.region', $agrees, '255', $plain ],
	[ 'mapping.level', $agrees, '1', $plain ],
	[ 'mapping.repeat_pages', $agrees, '1', $plain ],
	[ 'mapping.level', $agrees, '1', $in_place ],
	[ 'mapping.bytes', $agrees, '+0x1000000', $in_place ],
	[ 'mapping.phys', $agrees, '+0x1000', $window ],
	[ 'mapping.bytes', $agrees, '-0x1000', $window ],
	[ 'mapping.rights', $agrees, '^3', $window ],
	[ 'mapping.memory_type', $agrees, '3', $window ],
	[ 'mapping.repeat_pages', $agrees, '+1', $window ],
	[ 'mapping.repeat_pages', $agrees, '0', $window ],
	[ 'segment.virt', 'kernel text', '+0x1000', 1 ],
	[ 'segment.phys', 'kernel text', '+0x1000', 0 ],
	[ 'segment.bytes', 'kernel text', '-0x1000', 2 ],
	[ 'segment.rights', 'kernel text', '^3', 1 ],
	[ 'segment.reserved', 'kernel text', '1', 2 ],
	[ 'cpu.apic_id', $machine_facts, '+1', 0 ],
	[ 'cpu.apic_id', $machine_facts, '0', 1 ],
	[ 'cpu.apic_id', $madt_cpus, '+7', 1 ],
	[ 'cpu.acpi_uid', $madt_cpus, '+1', 0 ],
	[ 'cpu.acpi_uid', $madt_cpus, '+1', 1 ],
	[ 'cpu.gdt_phys', 'cpu_entry_area', '+0x1000', 1 ],
	[ 'cpu.entry_stack_phys', 'cpu_entry_area', '+0x1000', 0 ],
	[ 'cpu.tss_phys', 'cpu_entry_area', '+0x1000', 1 ],
	[ 'cpu.ist_stacks_phys', 'cpu_entry_area', '-0x1000', 0 ],
	[ 'cpu.stack_phys', 'kernel stacks', '+0x1000', 1 ],
	[ 'cpu.espfix_phys', '%esp fixup stacks', '+64', 1 ],
	[ 'cpu.espfix_phys', '%esp fixup stacks', '+0x1000', 0 ],
	[ 'io_apic.phys', 'fixmap', '+0x1000', 0 ],
	[ 'io_apic.slot', 'fixmap', '+1', 0 ],
	[ 'io_apic.slot', 'fixmap', '1', 0 ],
	[ 'io_apic.offset', $madt_io_apics, '+16', 0 ],
	[ 'io_apic.id', $madt_io_apics, '+1', 0 ],
	[ 'io_apic.gsi_base', $madt_io_apics, '+24', 0 ],
	# A CPU that waits looks at its own.
	[ 'mailbox.entry', $mailboxes, '0x1000', 0 ],
	[ 'mailbox.argument', 'every CPU: CPU 1', '1', 1 ],
	[ 'mailbox.state', $mailboxes, '1', 0 ],
	[ 'mailbox.state', 'every CPU: CPU 1', '2', 1 ],
	[ 'mailbox.differed', 'every CPU: CPU 1', '^0x80', 1 ],
	[ 'mailbox.reserved', 'every CPU: CPU 1', '1', 1 ],
	[ 'screen.framebuffer', $screen, '+0x1000', 0 ],
	[ 'screen.framebuffer', 'direct map: the framebuffer', '+0x1000', 1 ],
	[ 'screen.edid', 'memory map: boot_info and what', '^0x800000000000', 0 ],
	[ 'screen.edid', 'memory map: boot_info and what', '0', 1 ],
	[ 'screen.edid_bytes', 'memory map: boot_info and what', '+0x10000000', 1 ],
	[ 'screen.edid_bytes', $screen, '0', 0 ],
	[ 'module.phys', $modules, '+0x1000', 1 ],
	[ 'module.phys', $modules, '+0x200', 1 ],
	[ 'module.bytes', $modules, '-1', 1 ],
	[ 'module.bytes', $modules, '+0x10000000', 1 ],
	[ 'module.data', $modules, '+8', 1 ],
	[ 'module.name', 'boot_info: texts', '+0x10000000', 1 ],
	[ 'module.options', 'boot_info: texts', '0', 0 ],
) {
	member(@$_);
}

promise('boot_info.tpm_pcr8');
change('register 8 without a TPM', $measured, sub { set(place('boot_info.tpm_pcr8'), 1) });
promise('boot_info.tpm_pcr9');
change('register 9 without a TPM', $measured, sub { set(place('boot_info.tpm_pcr9'), 1) });
promise('boot_info.random_seed');
change('there is no seed', 'boot_info: the random seed', sub {
	set(place('boot_info.random_seed') + 8 * $_, 0) for 0 .. 3;
});

# --- What the self-check counts by ---

# More elements than memory has room for, and more than 64 bits have.
for (
	[ 'boot_info.memory_range_count' => $pointers, '0x1000000' ],
	[ 'boot_info.memory_range_count' => $pointers, '0x5555555555555556' ],
	[ 'boot_info.mapping_count' => 'memory map: boot_info and what', '0x100000000' ],
	[ 'boot_info.mapping_count' => $pointers, '0x800000000000000' ],
	[ 'boot_info.efi_map_bytes' => $pointers, '0x10000000' ],
	[ 'boot_info.efi_map_bytes' => $pointers, '0xffffffffffffffff' ],
	[ 'boot_info.efi_map_stride' => 'boot_info', '1' ],
	[ 'boot_info.efi_memory_attributes_bytes' => 'memory map: boot_info and what', '0x100000000' ],
	[ 'boot_info.segment_count' => 'memory map: boot_info and what', '0xffffffff' ],
	[ 'boot_info.cpu_count' => 'memory map: boot_info and what', '0x100000000' ],
	[ 'boot_info.cpu_count' => $pointers, '0x400000000000000' ],
	[ 'boot_info.io_apic_count' => 'memory map: boot_info and what', '0x100000000' ],
	[ 'boot_info.module_count' => $pointers, '0x6666666666666667' ],
	[ 'boot_info.screen_count' => 'memory map: boot_info and what', '0x100000000' ],
	[ 'boot_info.screen_count' => $pointers, '0x1000000000000000' ],
	[ 'boot_info.symbol_count' => 'memory map: boot_info and what', '0x100000000' ],
	[ 'boot_info.symbol_count' => $pointers, '0x1000000000000000' ],
	[ 'boot_info.tables_planned' => 'memory map: page tables', '0x10000000000000' ],
	[ 'boot_info.efi_config_table_count' => $firmware, '0x2000000000000000' ],
	# No memory is there.
	[ 'boot_info.idt_phys' => 'cpu_entry_area', '^0x8000000000' ],
	[ 'boot_info.phys_bits' => 'boot_info', '0' ],
	[ 'boot_info.phys_bits' => 'boot_info', '64' ],
	[ 'framebuffer.height' => $screen, '0x80000000' ],
	[ 'boot_info.cpu_count' => 'boot_info', '0' ],
) {
	my ($member, $name, $value) = @$_;
	member($member, $name, $value, undef, "to the end: $member");
	must_end();
}

# Elements that are empty, that begin or end beyond all memory, or have a level that no table has.
for (
	[ 'memory_range.bytes', 'memory map', '0', $free_range ],
	[ 'memory_range.phys', 'memory map', '0xfffffffffffff000', $free_range ],
	[ 'memory_range.phys', 'memory map', '^0x8000000000000000', $free_range ],
	[ 'memory_range.bytes', 'memory map', '^0x8000000000000000', $free_range ],
	[ 'mapping.bytes', $agrees, '0', $plain ],
	[ 'mapping.bytes', $agrees, '0', $in_place ],
	[ 'mapping.bytes', $agrees, '0xfffffffffffff000', $in_place ],
	[ 'mapping.virt', $agrees, '0', $in_place ],
	[ 'mapping.region', $agrees, '0', $in_place ],
	[ 'mapping.level', $agrees, '0', $in_place ],
	[ 'mapping.level', $agrees, '6', $in_place ],
	[ 'mapping.level', $agrees, '255', $in_place ],
	[ 'mapping.rights', $agrees, '255', $in_place ],
	[ 'mapping.bytes', $agrees, '0', $window ],
	[ 'io_apic.slot', 'fixmap', '0x10000000', 0 ],
	[ 'io_apic.offset', 'fixmap', '0x10000000', 0 ],
) {
	my ($member, $name, $value, $n) = @$_;
	member($member, $name, $value, $n, "to the end: $member of element $n");
	must_end();
}

# One more than there are, and that one is empty: memory behind an array is often zero.
my ($count, $behind) = (boot('mapping_count') + 1, elements_end('mapping', 'mapping_count'));
for ([ 'empty', 0 ], [ 'empty, of tables', constant('KEEL_LEVEL_PT') ]) {
	my ($what, $level) = @$_;
	plant("a mapping behind the others that is $what", $agrees, 'boot_info.mapping_count', $count,
		$behind, 'mapping', level => $level, rights => constant('KEEL_RIGHTS_NONE'));
	must_end();
}

my ($runtime, $other) = (1, 0);
descriptor('efi_descriptor.type', 'memory map', '^8', $runtime);
descriptor('efi_descriptor.phys', 'memory map', '+0x1000', $other);
descriptor('efi_descriptor.pages', 'memory map', '-1', $runtime);
descriptor('efi_descriptor.attribute', 'memory map', '^8', $other);
descriptor('efi_descriptor.virt', 'EFI region', '+0x1000', $runtime);
descriptor('efi_descriptor.virt', 'EFI region: descriptors stand', '^0x10000000', $runtime);
descriptor('efi_descriptor.virt', 'EFI region: descriptors stand', '0x1000', $other);

try_all();
