#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The state in which a kernel is entered, register by register, as docs/protocol.md promises it; seen
# from outside, before the kernel's first instruction. Then what it says of memory that may be used
# again.
use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits
use lib qw(ovmf tests/boot/lib);
use Stopped;
use Test::More;

use constant {
	PAGE => 1 << 12,
	ADDRESS => 0x000ffffffffff000,
	P => 1 << 0,
	PS => 1 << 7,
};

# What QEMU shows of the CPU of that number.
sub shown_of {
	my ($at, $number) = @_;
	my ($text) = $at->{machine}->monitor('info registers -a') =~ /^CPU#$number\s(.*?)(?=^CPU#|\z)/ms;
	my %value = map { lc } $text =~ /\b(\w+) *=([0-9a-f]+)\b/gi;
	$value{$_} = hex $value{$_} for keys %value;
	for my $name (qw(ES CS SS DS FS GS LDT TR)) {
		my ($selector, $base, $limit, $flags) =
			$text =~ /^$name *=(\w+) (\w+) (\w+) (\w+)/m or die "no $name in:\n$text";
		@value{ map { lc $name . $_ } qw(_selector _base _limit _flags) } =
			map { hex } $selector, $base, $limit, $flags;
	}
	for my $name (qw(GDT IDT)) {
		my ($base, $limit) = $text =~ /^$name= +(\w+) (\w+)/m or die "no $name in:\n$text";
		@value{ map { lc $name . $_ } qw(_base _limit) } = map { hex } $base, $limit;
	}
	return \%value;
}

# The CPU that is stopped at the entry.
sub state_of {
	my $at = shift;
	my $value = shown_of($at, 0);
	# Behind the general, flags and segment registers: GDB's org.gnu.gdb.i386.core and .linux.
	@$value{qw(fs_base gs_base kernel_gs_base cr0 cr2 cr3 cr4 cr8)} = unpack 'x164 Q<8', pack 'H*',
		$at->{gdb}->request('g');
	return $value;
}

sub expect {
	my ($state, $cpu, $what, @pairs) = @_;
	my @wrong;
	while (my ($name, $expected) = splice @pairs, 0, 2) {
		push @wrong, sprintf '%s is %x, not %x', $name, $state->{$name}, $expected
			if $state->{$name} != $expected;
	}
	ok(!@wrong, "$cpu: $what") or diag(map { "$_\n" } @wrong);
}

# CR4 beyond PAE, PGE, OSFXSR and OSXMMEXCPT: SMEP, SMAP and UMIP where the CPU has them. MCE stays as
# the firmware has it; OVMF turns it on where the CPU has it.
my %cr4 = (max => 1 << 20 | 1 << 21 | 1 << 11 | 1 << 6, qemu64 => 1 << 6);

sub check_registers {
	my ($at, $cpu) = @_;
	my $s = state_of($at);
	my $entry_area = 0xfffffe0000000000;
	my $kernel_root = $at->get('boot_info.kernel_root_phys');

	expect($s, $cpu, 'RDI, RSP, RIP, and RAX as CR3 is', rip => $at->get('boot_info.entry_virt'),
		rdi => $at->{direct_map} + $at->{boot}, rsp => 0xffffea0000010000 - 8,
		rax => $kernel_root);
	expect($s, $cpu, 'all other general registers are zero',
		map { $_ => 0 } qw(rbx rcx rdx rsi rbp r8 r9 r10 r11 r12 r13 r14 r15));
	is($s->{rfl} & ~0x8d5, 2, "$cpu: RFLAGS: only arithmetic flags besides bit 1");
	expect($s, $cpu, 'CR0, CR3, CR4, EFER', cr0 => 0x80010033, cr3 => $kernel_root,
		cr4 => 0x6a0 | $cr4{$cpu});
	expect($s, $cpu, 'CR8 and DR7', cr8 => 0, dr7 => 0x400);
	is($s->{efer} & ~1, 0xd00, "$cpu: EFER: LME, LMA, NXE; SCE is the firmware's");
	expect($s, $cpu, 'segment registers', cs_selector => 0x10, ss_selector => 0x18,
		ds_selector => 0x18, es_selector => 0x18, fs_selector => 0, gs_selector => 0,
		ldt_selector => 0, tr_selector => 0x40);
	expect($s, $cpu, 'their bases are zero, that of KERNEL_GS too',
		map { $_ => 0 } qw(cs_base ss_base ds_base es_base fs_base gs_base kernel_gs_base));
	expect($s, $cpu, 'the code segment has 64 bits and ring 0', cs_flags => 0xaf9b00);
	expect($s, $cpu, 'GDTR, IDTR and the task register are in the cpu_entry_area',
		gdt_base => $entry_area + PAGE, gdt_limit => 127, idt_base => $entry_area,
		idt_limit => PAGE - 1, tr_base => $entry_area + 3 * PAGE, tr_limit => 103);
	expect($s, $cpu, 'FCW, FSW, FTW and MXCSR', fcw => 0x37f, fsw => 0, ftw => 0, mxcsr => 0x1f80);
}

# A CPU that the self-check has asked for: all that CPU 0 has, or its own of it, in the waiting page.
sub check_waiting {
	my ($at, $number) = @_;
	my ($s, $first) = map { shown_of($at, $_) } $number, 0;
	my $block = 0xfffffe0000001000 + $number * 16 * PAGE;
	my $cpu = "CPU $number";

	is($s->{rip} & ~(PAGE - 1), $at->constant('KEEL_CEA_WAITING_PAGE'), "$cpu waits in its page");
	is($s->{rbx}, $at->{direct_map} + ($at->place('mailbox.entry', $number))[0],
		"$cpu looks at its mailbox");
	is($s->{rfl} & ~0x8d5, 2, "$cpu: RFLAGS: only arithmetic flags besides bit 1");
	expect($s, $cpu, 'is as CPU 0', map { $_ => $first->{$_} } qw(cr0 cr3 cr4 efer fcw mxcsr),
		map { my $r = $_; map { "${r}_$_" } qw(selector base limit flags) } qw(cs ss ds es fs gs));
	expect($s, $cpu, 'has a GDT and a TSS of its own', gdt_base => $block, gdt_limit => 127,
		idt_base => 0xfffffe0000000000, idt_limit => PAGE - 1, ldt_selector => 0,
		tr_selector => 0x40, tr_base => $block + 2 * PAGE, tr_limit => 103);
	is($at->get('mailbox.state', $number), 1, "$cpu: and its mailbox says so");
}

# --- Memory ---

sub type_at {
	my ($at, $phys) = @_;
	for my $n (0 .. $at->get('boot_info.memory_range_count') - 1) {
		return $at->get('memory_range.type', $n)
			if $phys - $at->get('memory_range.phys', $n) >= 0 &&
			$phys - $at->get('memory_range.phys', $n) < $at->get('memory_range.bytes', $n);
	}
	return -1;
}

# All tables below a root, itself included.
sub tables_of {
	my ($at, $root) = @_;
	my %seen = ($root => 1);
	my @todo = ([ $root, 4 ]);
	while (my $next = shift @todo) {
		my ($table, $level) = @$next;
		next if $level == 1;
		for my $entry (unpack 'Q<*', $at->read($table, PAGE)) {
			next if !($entry & P) || $level < 4 && $entry & PS;
			my $below = $entry & ADDRESS;
			push @todo, [ $below, $level - 1 ] unless $seen{$below}++;
		}
	}
	return sort { $a <=> $b } keys %seen;
}

sub check_memory {
	my $at = shift;
	my $tables = $at->get('boot_info.tables_phys');
	my $transition = $at->get('boot_info.transition_root_phys');
	my $end = $tables + $at->get('boot_info.tables_planned') * PAGE;
	my @kernel = tables_of($at, $at->get('boot_info.kernel_root_phys'));

	is($at->get('boot_info.kernel_root_phys'), $tables, 'the kernel root is the first table');
	is_deeply(\@kernel, [ map { $tables + $_ * PAGE } 0 .. ($transition - $tables) / PAGE - 1 ],
		'the kernel root uses every table before the transition root, and no other');
	cmp_ok($at->get('boot_info.landing_root_phys'), '<', $end,
		'the landing root and its tables are the last ones');
	cmp_ok($at->get('boot_info.landing_root_phys'), '>', $transition, 'and come last');

	my %type = (
		0x1000 => [ map { $at->get("segment.phys", $_) } 0 .. $at->get('boot_info.segment_count') - 1 ],
		0x1001 => [ $tables, $end - 1 ],
		0x1002 => [ $at->get('boot_info.idt_phys'), $at->get('boot_info.vsyscall_phys'),
			$at->get('boot_info.ap_start_phys'), map { $at->get("cpu.${_}_phys", 0) }
			qw(gdt entry_stack tss ist_stacks stack espfix) ],
		0x1003 => [ $at->{boot}, map { $at->get("boot_info.$_") - $at->{direct_map} }
			qw(memory_ranges mappings efi_map efi_memory_attributes segments cpus io_apics) ],
	);
	for my $type (sort { $a <=> $b } keys %type) {
		is_deeply([ map { type_at($at, $_) } @{ $type{$type} } ],
			[ map { $type } @{ $type{$type} } ],
			sprintf 'memory of type %x is what the protocol says it is', $type);
	}
	my $stack = $at->read($at->get('cpu.stack_phys', 0), $at->constant('KEEL_STACK_BYTES'));
	ok($stack !~ /[^\0]/, "the stack has not been used");
	ok($at->read($at->get('boot_info.ap_start_phys'), PAGE) !~ /[^\0]/,
		'the page for starting other CPUs is empty');
	ok($at->read($at->get('boot_info.idt_phys'), PAGE) !~ /[^\0]/, 'the IDT has no gates');
}

my $at = Stopped->new(cpu => 'qemu64');
check_registers($at, 'qemu64');
$at->stop;

$at = Stopped->new(smp => 3);
check_registers($at, 'max');
check_memory($at);
check_waiting($at, $_) for 1, 2;
is($at->get('boot_info.cpus_waiting'), 2, 'boot_info counts them');
ok($at->read($at->get('boot_info.ap_start_phys'), PAGE) !~ /[^\0]/,
	'the page that they started in is empty again');
for my $number (1, 2) {
	my $stack = $at->read($at->get('cpu.stack_phys', $number), $at->constant('KEEL_STACK_BYTES'));
	ok($stack !~ /[^\0]/, "the stack of CPU $number is, too");
}
$at->stop;
done_testing();
