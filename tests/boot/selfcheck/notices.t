#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The self-check notices: with one thing changed in the page tables, in the CPUs' tables or in
# boot_info, its report has to fail, and the point that fails has to name the region or the part of
# boot_info. One boot, stopped at the kernel's first instruction; each change starts from there.
# EVERYTHING=1 tries every bit of every region's entries.
#
# By hand: NOTICES=vsyscall tests/boot/selfcheck/notices.t tries those whose description matches.
use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits
use lib qw(ovmf tests/boot/lib);
use Changes;

machine(smp => 2, limit => 900);

# --- Leaves: every bit, in every region ---

my ($free, $free_range) = free_memory(8 * LARGE);
my $reserved = 1 << boot('phys_bits');
my $slot = constant('KEEL_STACK_SLOT_BYTES');
my $stack = $row{STACKS}{start} + 2 * $slot - constant('KEEL_STACK_BYTES');	# CPU 1's
my $area = constant('KEEL_CEA_CPU_START(1)');
my $area_bytes = PAGE * constant('KEEL_CEA_PAGES');
my ($kernel, $rodata, $data) = map { element('segment.virt', $_) } 0, 1, 2;
my $fixmap_top = constant('KEEL_FIXMAP_TOP');
my $apic = $fixmap_top - PAGE * constant('KEEL_FIXMAP_LOCAL_APIC');
my $io_apic = $fixmap_top - PAGE * constant('KEEL_FIXMAP_IO_APIC_FIRST');
my $vsyscall = $row{VSYSCALL}{start};
my $espfix = $row{ESPFIX}{start};
my $efi_data = find_leaf('EFI', $row{EFI}{start}, sub { $_ & RW && $_ & NX });
my $efi_code = find_leaf('EFI', $row{EFI}{start}, sub { !($_ & RW) && !($_ & NX) });
my $low = find_leaf('DIRECT_MAP', direct_map(PAGE), sub { $_ & RW });
my $read_only = find_leaf('DIRECT_MAP', direct_map(PAGE), sub { !($_ & RW) });

sub area_page {
	return $area + PAGE * constant("KEEL_CEA_$_[0]_PAGE");
}

my %leaf = (
	'absent' => sub { $_ & ~P },
	'other right to write' => sub { $_ ^ RW },
	'other right to execute' => sub { $_ ^ NX },
	'other right of the user' => sub { $_ ^ US },
	'other PWT' => sub { $_ ^ PWT },
	'other PCD' => sub { $_ ^ PCD },
	'other PAT' => sub { $_ ^ PAT },
	'not global' => sub { $_ & ~G },
	'an ignored bit' => sub { $_ | IGNORED },
	'a reserved bit' => sub { $_ | $reserved },
	'the next page' => sub { $_ + PAGE },
);
# With some changes the kernel could not so much as begin, because it needs the page at once.
my $needed = qr/absent|user|reserved|next/;
for (
	[ 'DIRECT_MAP', 'a free page', $low ],
	[ 'DIRECT_MAP', 'a read-only page', $read_only ],
	[ 'STACKS', "CPU 1's stack", $stack + PAGE ],
	[ 'CPU_ENTRY_AREA', 'IDT', $row{CPU_ENTRY_AREA}{start}, $needed ],
	[ 'CPU_ENTRY_AREA', "CPU 1's GDT", area_page('GDT') ],
	[ 'CPU_ENTRY_AREA', "CPU 1's entry stack", area_page('ENTRY_STACK') ],
	[ 'CPU_ENTRY_AREA', "CPU 1's TSS", area_page('TSS') ],
	[ 'CPU_ENTRY_AREA', "CPU 1's #DF stack", area_page('DF_STACK') ],
	[ 'ESPFIX', 'an alias', $espfix + constant('KEEL_ESPFIX_STEP_BYTES') ],
	[ 'EFI', 'data', $efi_data ],
	[ 'EFI', 'code', $efi_code ],
	[ 'TEXT', 'text', $kernel, qr/$needed|execute/ ],
	[ 'TEXT', 'rodata', $rodata, $needed ],
	# Somewhere in the middle, in large arrays.
	[ 'TEXT', 'data', $data + (element('segment.bytes', 2) >> 13 << 12) ],
	[ 'FIXMAP', 'local APIC', $apic ],
	[ 'VSYSCALL', 'its page', $vsyscall ],
) {
	my ($id, $what, $virt, $without) = @$_;
	change_bits($what, $id, $virt, 1, \%leaf, $without);
	change_entry("$what: dirty", $id, $virt, 1, sub { $_ | D })
		if $what =~ /read-only|IDT|GDT|TSS|alias|code|text|rodata|its page/;
}
change_bits('a 2 MB page', 'DIRECT_MAP', direct_map($free), 2, { %leaf,
	'other PAT' => sub { $_ ^ PAT_LARGE },
	'not aligned' => sub { $_ | 1 << 13 },
	'a table' => sub { $_ & ~PS },
	'the next page' => sub { $_ + LARGE },
});

# --- Entries that lead to tables ---

my %table = (
	'absent' => sub { $_ & ~P },
	'read-only' => sub { $_ & ~RW },
	'other right of the user' => sub { $_ ^ US },
	'not executable' => sub { $_ | NX },
	'PWT' => sub { $_ | PWT },
	'PCD' => sub { $_ | PCD },
	'global' => sub { $_ | G },
	'a leaf' => sub { $_ | PS },
	'an ignored bit' => sub { $_ | IGNORED },
	'a reserved bit' => sub { $_ | $reserved },
	'leads out of the tables' => sub { $_ & ~ADDRESS | $free },
);
# CPU 0's stack and the kernel lie below some of them.
$needed = qr/absent|read-only|leaf|reserved|leads/;
for (
	[ 'DIRECT_MAP', $low, 2 ],
	[ 'STACKS', $stack, 2, $needed ],
	[ 'CPU_ENTRY_AREA', $area, 2 ],
	[ 'CPU_ENTRY_AREA', $area, 4, qr/leaf/ ],
	[ 'ESPFIX', $espfix, 2 ],
	[ 'ESPFIX', $espfix, 3 ],
	[ 'EFI', $efi_data, 2 ],
	[ 'EFI', $efi_code, 2 ],
	[ 'TEXT', $kernel, 2, qr/$needed|execut/ ],
	[ 'MODULES', $row{MODULES}{last}, 3 ],
	[ 'FIXMAP', $row{FIXMAP}{start}, 2 ],
	[ 'FIXMAP', $apic, 2 ],
	[ 'VSYSCALL', $vsyscall, 2 ],
) {
	my ($id, $virt, $level, $without) = @$_;
	change_bits((sprintf 'entry of level %d for %016x', $level, $virt), $id, $virt, $level,
		\%table, $without);
}

# --- Something where nothing should be ---

my $page = $free | P | RW | A | D | G | NX;
my $read_only_page = $free | P | A | G | NX;
my $gigabyte = P | RW | A | D | PS | G | NX;
my $tables = frame($row{STACKS}{start}, 4) | P | RW | A;		# of stacks
my $empty = frame($row{STACKS}{start} + SLOT, 4) | P | RW | A;		# a PDPT

for my $virt ($row{USER}{start}, $row{USER}{last} + 1 - SLOT) {
	fill('stacks', 'USER', $virt, 4, $tables | US);
	fill('an empty table', 'USER', $virt, 4, $empty);
	fill('an entry that is not present', 'USER', $virt, 4, PAGE);
}
for my $id (qw(HOLE_DIRECT_MAP HOLE_STACKS HOLE_CPU_ENTRY_AREA)) {
	fill('stacks', $id, $row{$id}{start}, 4, $tables);
	fill('an empty table', $id, $row{$id}{last} + 1 - SLOT, 4, $empty);
}
for my $id (qw(HOLE_ESPFIX HOLE_EFI)) {
	fill('a 1 GB page', $id, $row{$id}{start}, 3, $gigabyte);
	fill('an empty table', $id, $row{$id}{last} + 1 - HUGE, 3, $empty);
}
fill('a page', 'HOLE_VSYSCALL', $row{HOLE_VSYSCALL}{start}, 1, $page);
fill('a page', 'HOLE_VSYSCALL', $row{FIXMAP}{last} + 1 + LARGE - PAGE, 1, $read_only_page);
fill('a 2 MB page', 'HOLE_ERR_PTR', $row{HOLE_ERR_PTR}{start}, 2, $page | PS);
fill('an empty table', 'HOLE_ERR_PTR', $row{HOLE_ERR_PTR}{start}, 2, $empty);

# Among the devices behind the framebuffer, which are no memory; and where there is nothing.
my $device = (boot('framebuffer.phys') & ~(LARGE - 1)) + 32 * LARGE;
fill('a device', 'DIRECT_MAP', direct_map($device), 2, $device | $gigabyte);
fill('no memory', 'DIRECT_MAP', direct_map(5 * HUGE), 3, 5 * HUGE | $gigabyte);

fill('the guard of the first stack', 'STACKS', $row{STACKS}{start}, 1, $page);
fill("the guard of CPU 1's stack", 'STACKS', $stack - PAGE, 1, $page);
fill('a stack without a CPU', 'STACKS', $stack + $slot, 1, $page);
fill('a 1 GB page', 'STACKS', $row{STACKS}{start} + SLOT, 3, $gigabyte);
for (qw(DF NMI DB MCE)) {
	fill("the guard of CPU 1's $_ stack", 'CPU_ENTRY_AREA', area_page("${_}_STACK") - PAGE, 1,
		$page);
}
fill('the page that ends the area of a CPU', 'CPU_ENTRY_AREA', $area - PAGE, 1, $read_only_page);
fill('what follows the last CPU', 'CPU_ENTRY_AREA', $area + $area_bytes, 1, $read_only_page);
fill('a second page of a step', 'ESPFIX', $espfix + PAGE, 1, $read_only_page);
fill('a second window', 'ESPFIX', $espfix + constant('KEEL_ESPFIX_WINDOW_BYTES'), 3,
	frame($espfix, 3) | P | RW | A);
fill('a 2 MB page', 'EFI', $row{EFI}{last} + 1 - 64 * LARGE, 2, $page | PS);
fill('a page behind the kernel', 'TEXT', $kernel + boot('kernel_bytes'), 1, $page);
fill('a 2 MB page before the kernel', 'TEXT', $kernel - LARGE, 2, $page | PS);
fill('2 MB of code', 'TEXT', $row{TEXT}{last} + 1 - LARGE, 2, $read_only_page & ~NX | PS);
fill('a 2 MB page', 'MODULES', $row{MODULES}{start}, 2, $page | PS);
fill('2 MB of code', 'MODULES', $row{MODULES}{last} + 1 - LARGE, 2, $read_only_page & ~NX | PS);
fill('a page', 'FIXMAP', $row{FIXMAP}{start}, 1, $page | PCD | PWT);
fill('a page in a slot', 'FIXMAP', $io_apic - PAGE, 1, $page | PCD | PWT);
fill('a page below the slots', 'FIXMAP', $fixmap_top - PAGE * constant('KEEL_FIXMAP_SLOTS'), 1,
	$page | PCD | PWT);

# --- The wrong frame, the wrong table, a table less ---

my $text = frame($kernel, 1);
my $framebuffer = direct_map(boot('framebuffer.phys'));
my $ist = element('cpu.ist_stacks_phys', 1);

lead('an alias of kernel text', 'DIRECT_MAP', $low, 1, $text);
change_entry("kernel text's alias is writable", 'DIRECT_MAP', direct_map($text), 1,
	sub { $_ | RW | D });
change_entry("runtime code's alias is writable", 'DIRECT_MAP', direct_map(frame($efi_code, 1)), 1,
	sub { $_ | RW | D });
change_entry('1 GB is absent', 'DIRECT_MAP', $framebuffer, 3, sub { 0 });
change_entry('the framebuffer is write-back', 'DIRECT_MAP', $framebuffer, 2, sub { $_ & ~PWT });
change_entry('the framebuffer is uncached', 'DIRECT_MAP', $framebuffer, 2,
	sub { $_ ^ (PWT | PCD) });
lead("CPU 1's stack is kernel text", 'STACKS', $stack + PAGE, 1, $text);
lead("CPU 1's stack is CPU 0's", 'STACKS', $stack, 1, element('cpu.stack_phys', 0));
for my $n (1, 17, ($row{STACKS}{last} - $row{STACKS}{start}) >> 39) {
	change_entry("PDPT $n is absent", 'STACKS', $row{STACKS}{start} + $n * SLOT, 4, sub { 0 });
}
lead('the IDT is a GDT', 'CPU_ENTRY_AREA', $row{CPU_ENTRY_AREA}{start}, 1,
	element('cpu.gdt_phys', 0));
lead("CPU 0's GDT is CPU 1's", 'CPU_ENTRY_AREA', area_page('GDT') - $area_bytes, 1,
	element('cpu.gdt_phys', 1));
lead("CPU 1's TSS is CPU 0's", 'CPU_ENTRY_AREA', area_page('TSS'), 1, element('cpu.tss_phys', 0));
lead('the NMI stack is the #DF stack', 'CPU_ENTRY_AREA', area_page('NMI_STACK'), 1, $ist);
lead('another PT', 'ESPFIX', $espfix + 7 * LARGE, 2, frame($row{STACKS}{start}, 2));
lead('another PD', 'ESPFIX', $espfix + 3 * HUGE, 3, frame($row{STACKS}{start}, 3));
change_entry('a PT is absent', 'ESPFIX', $espfix + 511 * LARGE, 2, sub { 0 });
change_entry('a PD is absent', 'ESPFIX', $espfix + 2 * HUGE, 3, sub { 0 });
change_entry('runtime code is writable', 'EFI', $efi_code, 1, sub { $_ | RW | D });
lead('the local APIC is an I/O APIC', 'FIXMAP', $apic, 1, element('io_apic.phys', 0));
lead('the I/O APIC is a local one', 'FIXMAP', $io_apic, 1, boot('local_apic_phys'));
lead('the page is the IDT', 'VSYSCALL', $vsyscall, 1, boot('idt_phys'));
change_entry('no user bit', 'VSYSCALL', $vsyscall, 4, sub { $_ & ~US });
change_entry('no user bit in the PDPT', 'VSYSCALL', $vsyscall, 3, sub { $_ & ~US });
set_byte('the transition root: another kernel half', 'tables: the transition root',
	boot('transition_root_phys') + 511 * 8, 0);

# --- What lies in the pages ---

# Offsets in a 64-bit TSS: SDM vol. 3A 8.7. In a descriptor: 3.4.5.
my %tss = ('RSP0' => 4, 'IST1' => 36, 'IST2' => 44, 'IST3' => 52, 'IST4' => 60, 'I/O map' => 102);
my %descriptor = (limit => 0, base => 3, access => 5, flags => 6);
for my $cpu (0, 1) {
	my ($tss, $gdt) = map { element("cpu.${_}_phys", $cpu) } qw(tss gdt);
	for (sort keys %tss) {
		set_byte("cpu_entry_area: CPU ${cpu}'s TSS: $_", 'cpu_entry_area: the TSS',
			$tss + $tss{$_}, 0x18);
	}
	for (
		[ 'a null descriptor', 0, access => 0x93 ],
		[ 'a descriptor more', 0x70, access => 0x93 ],
		[ 'no code', constant('KEEL_KERNEL_CS'), access => 0x93 ],
		[ '32-bit code', constant('KEEL_KERNEL_CS'), flags => 0xcf ],
		[ 'user code for the kernel', constant('KEEL_USER_CS') & ~7, access => 0x9b ],
		[ 'another base of the TSS', constant('KEEL_TSS_SEL'), base => 0x77 ],
		[ 'another limit of the TSS', constant('KEEL_TSS_SEL'), limit => 0x10 ],
	) {
		my ($what, $selector, $part, $value) = @$_;
		set_byte("cpu_entry_area: CPU ${cpu}'s GDT: $what", 'cpu_entry_area: the GDT',
			$gdt + $selector + $descriptor{$part}, $value);
	}
}
for (14, 255) {
	set_byte("cpu_entry_area: gate $_ is present", 'cpu_entry_area: every gate of the IDT',
		boot('idt_phys') + 16 * $_ + $descriptor{access}, 0x8e);
}
for (0, constant('KEEL_VSYSCALL_TIME') + 3, PAGE - 1) {
	set_byte(sprintf('vsyscall: byte %x', $_), 'vsyscall', boot('vsyscall_phys') + $_, 0x90);
}

# --- boot_info ---

my $agrees = 'whole map: the tables hold';		# what boot_info.mappings says, and no more
my $firmware = "boot_info: the firmware's tables";
my $machine_facts = 'boot_info: CPUs';
my $screen = 'boot_info: the framebuffer';
my $addresses = "firmware's tables: boot_info";

for (
	[ magic => 'boot_info: magic', '^1' ],
	[ version => 'boot_info: magic', '+1' ],
	[ size => 'boot_info: magic', '-8' ],
	[ flags => 'EFI region', '^1' ],
	[ flags => $firmware, '^2' ],
	[ flags => $machine_facts, '^4' ],
	[ flags => $machine_facts, '^0x80' ],
	[ memory_ranges => 'boot_info: every pointer', '^0x800000000000' ],
	[ memory_range_count => 'memory map', '-1' ],
	[ memory_range_count => 'memory map', '+1' ],
	[ mappings => 'memory map', '-0x100000' ],
	[ mapping_count => $agrees, '-1' ],
	[ mapping_count => $agrees, '+1' ],
	[ efi_map => 'boot_info: every pointer', '0' ],
	[ efi_map_bytes => 'boot_info', '0' ],
	[ efi_map_bytes => 'memory map', '-48' ],
	[ efi_map_stride => 'boot_info', '32' ],
	[ efi_map_stride => 'memory map', '+8' ],
	[ efi_map_version => $firmware, '+1' ],
	[ phys_bits => 'boot_info', '+1' ],
	[ efi_memory_attributes => 'EFI region', '0' ],
	[ efi_memory_attributes_bytes => 'EFI region', '-1' ],
	[ tables_phys => 'memory map: page tables', '+0x1000' ],
	[ tables_planned => 'tables: ', '+1' ],
	[ tables_used => 'tables: ', '-1' ],
	[ kernel_root_phys => 'CR3', '+0x1000' ],
	[ transition_root_phys => 'tables: ', '+0x1000' ],
	[ landing_root_phys => 'tables: ', '+0x1000' ],
	[ largest_leaf_level => 'boot_info', '2' ],
	[ segment_count => 'kernel text', '+1' ],
	[ segments => 'kernel text', '-40' ],
	[ phys_base => 'kernel text', '+0x1000' ],
	[ kernel_virt => 'kernel text', '+0x1000' ],
	[ kernel_bytes => 'kernel text', '+0x1000' ],
	[ entry_virt => 'entry: RIP', '+4' ],
	[ cpus => 'boot_info: every pointer', '0x1000' ],
	[ cpu_count => 'boot_info', '0' ],
	[ cpu_count => 'kernel stacks', '1' ],
	[ cpu_count => 'kernel stacks', '3' ],
	[ idt_phys => 'cpu_entry_area', '+0x1000' ],
	[ vsyscall_phys => 'vsyscall', '-0x1000' ],
	[ local_apic_phys => 'fixmap', '-0x1000' ],
	[ local_apic_phys => $machine_facts, '+0x1000' ],
	[ io_apic_count => 'fixmap', '0' ],
	[ early_console_phys => 'fixmap', '0xfedc0000' ],
	[ efi_system_table_virt => $firmware, '+0x1000' ],
	[ efi_system_table_virt => 'runtime services', '0' ],
	[ efi_system_table_phys => $firmware, '+0x1000' ],
	[ efi_vendor_phys => $firmware, '+0x1000' ],
	[ efi_config_table_phys => $firmware, '+0x1000' ],
	[ efi_config_table_phys => $firmware, '0x100000000' ],
	[ efi_config_table_count => $firmware, '-1' ],
	[ runtime_state => $firmware, '1' ],
	[ runtime_state => 'runtime services', '2' ],
	[ runtime_supported => $firmware, '^0x40' ],
	[ runtime_status => 'runtime services', '3' ],
	[ rsdp_phys => $firmware, '+0x1000' ],
	[ rsdp_phys => $firmware, '0' ],
	[ smbios_phys => $firmware, '+0x1000' ],
	[ smbios3_phys => $firmware, '+0x1000' ],
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
	[ entry_tsc => 'boot_info: time stamps', '0xffffffffffffff' ],
	[ jump_tsc => 'boot_info: time stamps', '0xffffffffffffff' ],
	[ jump_tsc => 'boot_info: time stamps', '0' ],
	[ stage_ticks => 'boot_info: time stamps', '0xffffffffffffff' ],
	[ exit_tries => $firmware, '0' ],
	[ direct_map_left_out_bytes => $machine_facts, '0x1000' ],
	[ ap_start_phys => 'memory map', '-0x2000' ],
	[ ap_start_phys => 'memory map', '0x100000' ],
	[ command_line => 'boot_info: every pointer', '^0x800000000000' ],
	[ entry_title => 'boot_info: texts', '+0x10000000' ],
	[ kernel_path => 'boot_info: every pointer', '0' ],
	[ boot_device => 'boot_info: texts', '-0x1000000' ],
	[ module_count => 'boot_info: modules lie', '1' ],
	[ kernel_slide => "boot_info: the kernel's slide", '0x200000' ],
	[ symbols => "boot_info: the kernel's slide", '^0x1000' ],
	[ symbol_count => 'boot_info', '1' ],
	[ symbol_names => "boot_info: the kernel's slide", '^0x1000' ],
	[ symbol_names_bytes => 'boot_info', '1' ],
	[ random_source => 'boot_info: the random seed', '0' ],
	[ random_source => 'boot_info: the random seed', '3' ],
	[ tsc_source => 'boot_info: the rate', '+1' ],
	[ tsc_hz => 'boot_info: the rate', '+1' ],
	[ read_ticks => 'boot_info: the rate', '0xffffffffffff' ],
	[ read_bytes => 'boot_info: the rate', '1' ],
	[ loader_phys => "boot_info: the kernel's slide", '+0x10000000' ],
	[ loader_bytes => "boot_info: the kernel's slide", '0' ],
	[ runtime_fault_rip => 'runtime services: tables and functions', '1' ],
	[ runtime_fault_cr2 => 'runtime services: tables and functions', '1' ],
	[ runtime_fault_vector => 'runtime services: tables and functions', '1' ],
	[ runtime_fault_error => 'runtime services: tables and functions', '1' ],
	[ rsdp_virt => $addresses, '+0x1000' ],
	[ rsdp_virt => $addresses, '0' ],
	[ smbios_virt => $addresses, '^0x800000000000' ],
	[ smbios3_virt => $addresses, '0x1000' ],
	[ efi_config_table_virt => $addresses, '+24' ],
	[ efi_config_table_virt => $addresses, '0' ],
) {
	my ($member, $name, $value) = @$_;
	member("boot_info.$member", $name, $value);
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
	[ 'cpu.apic_id', $machine_facts, '+1', 0 ],
	[ 'cpu.apic_id', $machine_facts, '0', 1 ],
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
) {
	member(@$_);
}
# --- What the self-check counts by ---

# More elements than memory has room for, and more than 64 bits have.
my $pointers = 'boot_info: every pointer';
for (
	[ memory_range_count => $pointers, '0x1000000' ],
	[ memory_range_count => $pointers, '0x5555555555555556' ],
	[ mapping_count => 'memory map: boot_info and what', '0x100000000' ],
	[ mapping_count => $pointers, '0x800000000000000' ],
	[ efi_map_bytes => $pointers, '0x10000000' ],
	[ efi_map_bytes => $pointers, '0xffffffffffffffff' ],
	[ efi_map_stride => 'boot_info', '1' ],
	[ efi_memory_attributes_bytes => 'memory map: boot_info and what', '0x100000000' ],
	[ segment_count => 'memory map: boot_info and what', '0xffffffff' ],
	[ cpu_count => 'memory map: boot_info and what', '0x100000000' ],
	[ cpu_count => $pointers, '0x400000000000000' ],
	[ io_apic_count => 'memory map: boot_info and what', '0x100000000' ],
	[ module_count => $pointers, '0x6666666666666667' ],
	[ symbol_count => 'memory map: boot_info and what', '0x100000000' ],
	[ symbol_count => $pointers, '0x1000000000000000' ],
	[ tables_planned => 'memory map: page tables', '0x10000000000000' ],
	[ efi_config_table_count => $firmware, '0x2000000000000000' ],
	[ phys_bits => 'boot_info', '0' ],
	[ phys_bits => 'boot_info', '64' ],
	[ 'framebuffer.height' => $screen, '0x80000000' ],
	[ cpu_count => 'boot_info', '0' ],
) {
	my ($member, $name, $value) = @$_;
	member("boot_info.$member", $name, $value, undef, "to the end: boot_info.$member");
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

descriptor('type', 'memory map', '^8');
descriptor('pages', 'memory map', '-1');
descriptor('virt', 'EFI region', '+0x1000');
descriptor('virt', 'EFI region: descriptors stand', '^0x10000000');

try_all($ENV{NOTICES} // '');
