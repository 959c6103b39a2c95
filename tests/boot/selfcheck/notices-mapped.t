#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The self-check notices: with one thing changed in the page tables, or in what they lead to, its report
# has to fail, and the point that fails has to name the region. One boot, stopped at the kernel's first
# instruction; each change starts from there. A sample; EVERYTHING=1 tries every bit of every region's
# entries. Section "What is mapped" of docs/protocol.md.
#
# By hand: NOTICES=vsyscall tests/boot/selfcheck/notices-mapped.t tries those whose description or promise
# matches.
use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits
use lib qw(ovmf tests/boot/lib);
use Changes;

# With the firmware's tables page by page in memory, in a hole, and in reserved memory.
machine(smp => 2, limit => 900, driver => 'tables', variant => 'across');

# --- Leaves: every bit, in every region ---

my ($free) = free_memory(8 * LARGE);
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

# What they are about: `rights` and `type` stand for those of the place.
my @leaf = (
	[ 'absent', 'rights', sub { $_ & ~P } ],
	[ 'other right to write', 'rights', sub { $_ ^ RW } ],
	[ 'other right to execute', promise('executable'), sub { $_ ^ NX } ],
	[ 'other right of the user', promise('user bit'), sub { $_ ^ US } ],
	[ 'other PWT', 'type', sub { $_ ^ PWT } ],
	[ 'other PCD', 'type', sub { $_ ^ PCD } ],
	[ 'other PAT', 'type', sub { $_ ^ PAT } ],
	[ 'not global', promise('global'), sub { $_ & ~G } ],
	[ 'not accessed', promise('accessed'), sub { $_ & ~A } ],
	[ 'other dirty bit', promise('dirty'), sub { $_ ^ D } ],
	[ 'an ignored bit', promise('other bits'), sub { $_ | IGNORED } ],
	[ 'a reserved bit', promise('other bits'), sub { $_ | $reserved } ],
	[ 'the next page', 'rights', sub { $_ + PAGE } ],
);
# With some changes the kernel could not so much as begin, because it needs the page at once; and what it
# uses, the CPU marks as used.
my $needed = qr/absent|user|reserved|next/;
my $used = qr/$needed|not accessed/;
my @direct = (rights => promise('direct map'), type => promise('type of the direct map'));
my @stacks = (rights => promise('kernel stacks'), type => promise('type of stacks'));
my @area = (rights => promise('area'), type => promise('type of the area'));
my @espfix = (rights => promise('fixup stacks'), type => promise('type of fixup stacks'));
my @efi = (rights => promise('EFI region'), type => promise('type of the EFI region'),
	dirty => promise('used by firmware'));
my @text = (rights => promise('text'), type => promise('type of text'));
my @fixmap = (rights => promise('fixmap'), type => promise('type of the fixmap'));
my @vsyscall = (rights => promise('vsyscall'), type => promise('type of vsyscall'));
my @tables = (rights => promise('firmware tables'), type => promise('type of firmware tables'));
my @waiting = (rights => promise('waiting page'), type => promise('type of the waiting page'));
my ($table) = map { direct_map(element('memory_range.phys', $_)) }
	grep { element('memory_range.type', $_) == constant('KEEL_MEMORY_TYPE_FIRMWARE_TABLE') }
	0 .. boot('memory_range_count') - 1;
for (
	[ 'DIRECT_MAP', 'a free page', $low, undef, @direct ],
	[ 'DIRECT_MAP', 'a read-only page', $read_only, undef, @direct ],
	[ 'DIRECT_MAP', "the firmware's tables", $table, undef, @tables ],
	[ 'STACKS', "CPU 1's stack", $stack + PAGE, undef, @stacks ],
	[ 'CPU_ENTRY_AREA', 'IDT', $row{CPU_ENTRY_AREA}{start}, $needed, @area ],
	[ 'CPU_ENTRY_AREA', "CPU 1's GDT", area_page('GDT'), undef, @area ],
	[ 'CPU_ENTRY_AREA', "CPU 1's entry stack", area_page('ENTRY_STACK'), undef, @area ],
	[ 'CPU_ENTRY_AREA', "CPU 1's TSS", area_page('TSS'), undef, @area ],
	[ 'CPU_ENTRY_AREA', "CPU 1's #DF stack", area_page('DF_STACK'), undef, @area ],
	# CPU 1 is in it.
	[ 'CPU_ENTRY_AREA', 'waiting page', constant('KEEL_CEA_WAITING_PAGE'), qr/$used|execute/, @waiting ],
	[ 'ESPFIX', 'an alias', $espfix + constant('KEEL_ESPFIX_STEP_BYTES'), undef, @espfix ],
	# The firmware, too, may have had A set.
	[ 'EFI', 'data', $efi_data, qr/not accessed/, @efi ],
	[ 'EFI', 'code', $efi_code, qr/not accessed/, @efi ],
	[ 'TEXT', 'text', $kernel, qr/$used|execute/, @text ],
	[ 'TEXT', 'rodata', $rodata, $used, @text ],
	# Somewhere in the middle, in large arrays.
	[ 'TEXT', 'data', $data + (element('segment.bytes', 2) >> 13 << 12), qr/accessed|dirty/, @text ],
	[ 'FIXMAP', 'local APIC', $apic, undef, @fixmap ],
	[ 'VSYSCALL', 'its page', $vsyscall, undef, @vsyscall ],
) {
	my ($id, $what, $virt, $without, %own) = @$_;
	change_bits($what, $id, $virt, 1, \@leaf, $without, %own);
}
change_bits('a 2 MB page', 'DIRECT_MAP', direct_map($free), 2, [
	grep({ $_->[0] !~ /other PAT|next/ } @leaf),
	[ 'other PAT', 'type', sub { $_ ^ PAT_LARGE } ],
	[ 'the next page', 'rights', sub { $_ + LARGE } ],
	[ 'not aligned', promise('other bits'), sub { $_ | 1 << 13 } ],
	[ 'a table', promise('mappings'), sub { $_ & ~PS } ],
], undef, @direct);

# --- Entries that lead to tables ---

my @table = (
	[ 'absent', promise('mappings'), sub { $_ & ~P } ],
	[ 'read-only', promise('upper entries'), sub { $_ & ~RW } ],
	[ 'other right of the user', promise('user bit'), sub { $_ ^ US } ],
	[ 'not executable', promise('upper entries'), sub { $_ | NX } ],
	[ 'not accessed', promise('upper entries'), sub { $_ & ~A } ],
	[ 'not dirty', promise('upper entries'), sub { $_ & ~D } ],
	[ 'PWT', promise('other bits'), sub { $_ | PWT } ],
	[ 'PCD', promise('other bits'), sub { $_ | PCD } ],
	[ 'global', promise('other bits'), sub { $_ | G } ],
	[ 'a leaf', promise('mappings'), sub { $_ | PS } ],
	[ 'an ignored bit', promise('other bits'), sub { $_ | IGNORED } ],
	[ 'a reserved bit', promise('other bits'), sub { $_ | $reserved } ],
	[ 'leads out of the tables', promise('mappings'), sub { $_ & ~ADDRESS | $free } ],
);
# CPU 0's stack and the kernel lie below some of them.
$used = qr/accessed/;
$needed = qr/absent|read-only|leaf|reserved|leads|$used/;
for (
	[ 'DIRECT_MAP', $low, 2 ],
	[ 'STACKS', $stack, 2, $needed ],
	[ 'CPU_ENTRY_AREA', $area, 2 ],
	# CPU 1 waits in the last page that it leads to.
	[ 'CPU_ENTRY_AREA', $area, 4, qr/absent|leaf|reserved|leads|accessed|execut/ ],
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
		\@table, $without);
}

# --- Something where nothing should be ---

my $page = $free | P | RW | A | D | G | NX;
my $read_only_page = $free | P | A | G | NX;
my $gigabyte = P | RW | A | D | PS | G | NX;
my $to_table = P | RW | A | D;
my $tables = frame($row{STACKS}{start}, 4) | $to_table;			# of stacks
my $empty = frame($row{STACKS}{start} + SLOT, 4) | $to_table;		# a PDPT

promise('lower half');
for my $virt ($row{USER}{start}, $row{USER}{last} + 1 - SLOT) {
	fill('stacks', 'USER', $virt, 4, $tables | US);
	fill('an empty table', 'USER', $virt, 4, $empty);
	fill('an entry that is not present', 'USER', $virt, 4, PAGE);
}

promise('mappings');
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
fill('a second page of a step', 'ESPFIX', $espfix + PAGE, 1, $read_only_page);
fill('a second window', 'ESPFIX', $espfix + constant('KEEL_ESPFIX_WINDOW_BYTES'), 3,
	frame($espfix, 3) | $to_table);
fill('a 2 MB page', 'EFI', $row{EFI}{last} + 1 - 64 * LARGE, 2, $page | PS);
fill('a page behind the kernel', 'TEXT', $kernel + boot('kernel_bytes'), 1, $page);
fill('a 2 MB page before the kernel', 'TEXT', $kernel - LARGE, 2, $page | PS);
fill('2 MB of code', 'TEXT', $row{TEXT}{last} + 1 - LARGE, 2, $read_only_page & ~NX | PS);
fill('a page', 'FIXMAP', $row{FIXMAP}{start}, 1, $page | PCD | PWT);
fill('a page in a slot', 'FIXMAP', $io_apic - PAGE, 1, $page | PCD | PWT);
fill('a page below the slots', 'FIXMAP', $fixmap_top - PAGE * constant('KEEL_FIXMAP_SLOTS'), 1,
	$page | PCD | PWT);

promise('modules');
fill('a 2 MB page', 'MODULES', $row{MODULES}{start}, 2, $page | PS);
fill('2 MB of code', 'MODULES', $row{MODULES}{last} + 1 - LARGE, 2, $read_only_page & ~NX | PS);

# Among the devices behind the framebuffer, which are no memory; and where there is nothing.
promise('no memory');
my $device = (element('framebuffer.phys') & ~(LARGE - 1)) + 32 * LARGE;
fill('a device', 'DIRECT_MAP', direct_map($device), 2, $device | $gigabyte);
fill('no memory', 'DIRECT_MAP', direct_map(5 * HUGE), 3, 5 * HUGE | $gigabyte);

promise('guards of stacks');
fill("the guard of CPU 1's stack", 'STACKS', $stack - PAGE, 1, $page);
fill('the first page', 'STACKS', $row{STACKS}{start}, 1, $page);
fill('a stack without a CPU', 'STACKS', $stack + $slot, 1, $page);
fill('a 1 GB page', 'STACKS', $row{STACKS}{start} + SLOT, 3, $gigabyte);

promise('guards of the area');
for (qw(DF NMI DB MCE)) {
	fill("the guard of CPU 1's $_ stack", 'CPU_ENTRY_AREA', area_page("${_}_STACK") - PAGE, 1,
		$page);
}
fill('the page that ends the area of a CPU', 'CPU_ENTRY_AREA', $area - PAGE, 1, $read_only_page);
fill('what follows the last CPU', 'CPU_ENTRY_AREA', $area + $area_bytes, 1, $read_only_page);

# Not present, and not zero: what was there once, as a kernel that swaps would leave it.
promise('absent entries');
for (
	[ 'DIRECT_MAP', direct_map(5 * HUGE), 3 ],
	[ 'STACKS', $stack - PAGE, 1 ],
	[ 'STACKS', $row{STACKS}{start} + SLOT, 3 ],
	[ 'CPU_ENTRY_AREA', $area - PAGE, 1 ],
	[ 'ESPFIX', $espfix + PAGE, 1 ],
	[ 'HOLE_ESPFIX', $row{HOLE_ESPFIX}{start}, 3 ],
	[ 'EFI', $row{EFI}{last} + 1 - 64 * LARGE, 2 ],
	[ 'TEXT', $kernel - LARGE, 2 ],
	[ 'MODULES', $row{MODULES}{start}, 2 ],
	[ 'FIXMAP', $row{FIXMAP}{start}, 1 ],
	[ 'HOLE_VSYSCALL', $row{HOLE_VSYSCALL}{start}, 1 ],
	[ 'HOLE_ERR_PTR', $row{HOLE_ERR_PTR}{start}, 2 ],
) {
	my ($id, $virt, $level) = @$_;
	fill("what was a page, level $level,", $id, $virt, $level, $page & ~P);
	fill("NX alone, level $level,", $id, $virt, $level, NX);
}

# --- The wrong frame, the wrong table, a table less ---

my $text = frame($kernel, 1);
my $framebuffer = direct_map(element('framebuffer.phys'));
my $ist = element('cpu.ist_stacks_phys', 1);

promise('frames');
change_entry("kernel text's alias is writable", 'DIRECT_MAP', direct_map($text), 1,
	sub { $_ | RW | D });
change_entry("runtime code's alias is writable", 'DIRECT_MAP', direct_map(frame($efi_code, 1)), 1,
	sub { $_ | RW | D });

promise('memory');
lead('an alias of kernel text', 'DIRECT_MAP', $low, 1, $text);
change_entry('1 GB is absent', 'DIRECT_MAP', $framebuffer, 3, sub { 0 });

promise('framebuffer');
change_entry('the framebuffer is write-back', 'DIRECT_MAP', $framebuffer, 2, sub { $_ & ~PWT });
change_entry('the framebuffer is uncached', 'DIRECT_MAP', $framebuffer, 2,
	sub { $_ ^ (PWT | PCD) });
change_entry('the framebuffer is read-only', 'DIRECT_MAP', $framebuffer, 2, sub { $_ & ~(RW | D) });

# A table of the landing root is used no more.
promise('large leaves');
my $spare = boot('landing_root_phys');
$spare = word($spare + 8 * ($kernel >> 12 + 9 * $_ & 511)) & ADDRESS for 3, 2, 1;
change('direct map: 512 small pages for a large one', 'tables: none for which', sub {
	my $entry = word(entry(direct_map($free), 2));
	set($spare + 8 * $_, $entry & ~PS | $_ * PAGE) for 0 .. 511;
	set(entry(direct_map($free), 2), $spare | $to_table);
});

promise('kernel stacks');
lead("CPU 1's stack is kernel text", 'STACKS', $stack + PAGE, 1, $text);
change_entry("the lowest page of CPU 0's stack is absent", 'STACKS', $stack - $slot, 1, sub { 0 });
lead("CPU 1's stack is CPU 0's", 'STACKS', $stack, 1, element('cpu.stack_phys', 0));

promise('PDPTs of stacks');
for my $n (1, 17, ($row{STACKS}{last} - $row{STACKS}{start}) >> 39) {
	change_entry("PDPT $n is absent", 'STACKS', $row{STACKS}{start} + $n * SLOT, 4, sub { 0 });
}

promise('PDs of modules');
change_entry('the last PD is absent', 'MODULES', $row{MODULES}{last}, 3, sub { 0 });

promise('PTs of the fixmap');
change_entry('the first PT is absent', 'FIXMAP', $row{FIXMAP}{start}, 2, sub { 0 });

promise('area');
lead('the IDT is a GDT', 'CPU_ENTRY_AREA', $row{CPU_ENTRY_AREA}{start}, 1,
	element('cpu.gdt_phys', 0));
lead("CPU 0's GDT is CPU 1's", 'CPU_ENTRY_AREA', area_page('GDT') - $area_bytes, 1,
	element('cpu.gdt_phys', 1));
lead("CPU 1's TSS is CPU 0's", 'CPU_ENTRY_AREA', area_page('TSS'), 1, element('cpu.tss_phys', 0));
lead('the NMI stack is the #DF stack', 'CPU_ENTRY_AREA', area_page('NMI_STACK'), 1, $ist);

promise('fixup stacks');
lead('another PT', 'ESPFIX', $espfix + 7 * LARGE, 2, frame($row{STACKS}{start}, 2));
lead('another PD', 'ESPFIX', $espfix + 3 * HUGE, 3, frame($row{STACKS}{start}, 3));
change_entry('a PT is absent', 'ESPFIX', $espfix + 511 * LARGE, 2, sub { 0 });
change_entry('a PD is absent', 'ESPFIX', $espfix + 2 * HUGE, 3, sub { 0 });

promise('RWX');
change_entry('runtime code is writable', 'EFI', $efi_code, 1, sub { $_ | RW | D });

promise('type of the EFI region');
my ($mmio) = grep { element('mapping.region', $_) == constant('KEEL_REGION_EFI')
	&& element('mapping.memory_type', $_) == constant('KEEL_MEMORY_UC') } 0 .. boot('mapping_count') - 1;
change_entry('the flash is write-back', 'EFI', element('mapping.virt', $mmio), 2,
	sub { $_ & ~(PWT | PCD) });

my ($one, $two) = descriptor_places('efi_descriptor.virt', 1);
promise('order');
change('EFI region: two ranges change places', 'EFI region: descriptors stand', sub {
	set($one, word($two));
	set($two, word($one));
});
promise('modulo 2 MB');
change('EFI region: a range lies a page higher', 'EFI region: descriptors stand', sub {
	set($one, word($one) + PAGE);
});

promise('fixmap');
lead('the local APIC is an I/O APIC', 'FIXMAP', $apic, 1, element('io_apic.phys', 0));
lead('the I/O APIC is a local one', 'FIXMAP', $io_apic, 1, boot('local_apic_phys'));

promise('vsyscall');
lead('the page is the IDT', 'VSYSCALL', $vsyscall, 1, boot('idt_phys'));
for (0, constant('KEEL_VSYSCALL_TIME') + 3, PAGE - 1) {
	set_byte(sprintf('vsyscall: byte %x', $_), 'vsyscall', boot('vsyscall_phys') + $_, 0x90);
}

promise('user bit');
change_entry('no user bit', 'VSYSCALL', $vsyscall, 4, sub { $_ & ~US });
change_entry('no user bit in the PDPT', 'VSYSCALL', $vsyscall, 3, sub { $_ & ~US });

promise('tables');
my ($range) = grep { element('memory_range.phys', $_) == boot('tables_phys') }
	0 .. boot('memory_range_count') - 1;
change('memory_range.type of the tables', 'memory map: page tables and kernel', sub {
	set_member('memory_range.type', constant('KEEL_MEMORY_TYPE_BOOT_INFO'), $range);
});

promise('mappings');
set_byte('the transition root: another kernel half', 'tables: the transition root',
	boot('transition_root_phys') + 511 * 8, 0);

all_of('What is mapped');
try_all();
