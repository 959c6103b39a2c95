#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The self-check notices: with one thing changed in the registers, in a descriptor table, in a stack or in
# the kernel as it was loaded, its report has to fail, and the point that fails has to say where. One boot,
# stopped at the kernel's first instruction; each change starts from there. A sample, or with EVERYTHING=1
# all. Section "State at entry" of docs/protocol.md.
#
# By hand: NOTICES=CR4 tests/boot/selfcheck/notices-entry.t tries those whose description or promise
# matches.
use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits
use lib qw(ovmf tests/boot/lib);
use Changes;

machine(smp => 2, limit => 900);

# --- Instructions that change a register: SDM vol. 2 ---

use constant MSR => {
	EFER => 0xc0000080, PAT => 0x277, FS_BASE => 0xc0000100, GS_BASE => 0xc0000101,
	KERNEL_GS_BASE => 0xc0000102,
};

sub mov_rax {
	return pack 'CCQ<', 0x48, 0xb8, $_[0];
}

# CR0, CR4: RAX is loaded, some of its bits are flipped, and it goes back.
sub flip_cr {
	my ($n, $bit) = @_;
	return pack 'C3 C5 C3', 0x0f, 0x20, 0xc0 | $n << 3, 0x48, 0x0f, 0xba, 0xf8, $bit, 0x0f, 0x22, 0xc0 | $n << 3;
}

sub mov_cr8 {
	return mov_rax($_[0]) . pack 'C4', 0x44, 0x0f, 0x22, 0xc0;
}

sub mov_dr7 {
	return mov_rax($_[0]) . pack 'C3', 0x0f, 0x23, 0xf8;
}

sub wrmsr {
	my ($msr, $value) = @_;
	return pack 'C L< C L< C L< C2', 0xb9, MSR->{$msr}, 0xb8, $value & 0xffffffff, 0xba, $value >> 32,
		0x0f, 0x30;
}

sub flip_msr {
	my ($msr, $bit) = @_;
	return pack 'C L< C2 C4 C2', 0xb9, MSR->{$msr}, 0x0f, 0x32, 0x0f, 0xba, 0xf8, $bit, 0x0f, 0x30;
}

# With the operand behind it, over which a JMP leads.
sub with_operand {
	my ($code, $operand) = @_;
	return $code . pack('l< C2', 2, 0xeb, length $operand) . $operand;
}

sub lgdt {
	return with_operand("\x0f\x01\x15", pack 'S< Q<', @_);
}

sub lidt {
	return with_operand("\x0f\x01\x1d", pack 'S< Q<', @_);
}

# LLDT and LTR with this selector.
sub load_system_segment {
	my ($extension, $selector) = @_;
	return mov_rax($selector) . pack 'C3', 0x0f, 0x00, 0xc0 | $extension << 3;
}

# --- General registers ---

my $stack_top = register('rsp') + 8;
my ($free) = free_memory(8 << 20);

promise('RDI');
set_register(rdi => 'boot_info: magic', register('rdi') + 8);
set_register(rdi => 'boot_info: magic', 0);
copy_boot_info('boot_info is no multiple of 8', 'boot_info: magic', $free + 4, direct_map($free + 4));
copy_boot_info('boot_info is elsewhere', 'boot_info: magic', element('cpu.stack_phys', 1),
	$stack_top + constant('KEEL_STACK_SLOT_BYTES') - constant('KEEL_STACK_BYTES'));

promise('RSP');
set_register(rsp => 'entry: RSP', $_) for $stack_top, $stack_top - 16, $stack_top - 4096;

promise('RAX');
set_register(rax => 'entry: RAX', register('rax') + 4096);
set_register(rax => 'entry: RAX', 0);

promise('zero registers');
set_register($_ => 'entry: all other general registers', 1 << 40)
	for qw(rbx rcx rdx rsi rbp r8 r9 r10 r11 r12 r13 r14 r15);

promise('RFLAGS');
for my $bit (9, 10, 12, 13, 14, 18, 19, 20, 21) {
	set_register(eflags => 'entry: RFLAGS', 2 | 1 << $bit);
}
set_register(eflags => 'entry: RFLAGS', 2 | 1 << 8);	# a trap, and there is no gate
must_die();

# --- Segment registers ---

my $gdt = element('cpu.gdt_phys', 0);
my $unused = 0x50;			# and the one behind it
my $code64 = word($gdt + constant('KEEL_KERNEL_CS'));

promise('CS');
change("cs is $unused", 'entry: segment registers', sub {
	set($gdt + $unused, $code64);
	set_now(cs => $unused);
});

promise('data segments');
for my $register (qw(ss ds es)) {
	set_register($register => 'entry: segment registers', $_) for 0, constant('KEEL_KERNEL_DS') | 1;
}

promise('FS, GS');
set_register($_ => 'entry: segment registers', constant('KEEL_USER_DS')) for qw(fs gs);

promise('bases');
execute("$_ is one", 'entry: the bases', wrmsr($_, 1)) for qw(FS_BASE GS_BASE KERNEL_GS_BASE);

# SDM vol. 3A 8.2.3: an LDT, and an available TSS.
promise('LDTR');
execute('LDTR leads to an LDT', 'LDTR', load_system_segment(2, $unused),
	$gdt + $unused => 0x82 << 40 | 0xffff, $gdt + $unused + 8 => 0);
promise('TR');
my ($tss_low, $tss_high) = map { word($gdt + constant('KEEL_TSS_SEL') + $_) } 0, 8;
my $area = $row{CPU_ENTRY_AREA}{start};
# LTR writes into the GDT.
execute('TR has another selector', 'TR',
	lgdt(0x7f, direct_map($gdt)) . load_system_segment(3, $unused) . lgdt(0x7f, $area + PAGE),
	$gdt + $unused => $tss_low & ~(1 << 41), $gdt + $unused + 8 => $tss_high);

promise('GDTR');
execute('GDTR has a smaller limit', 'GDTR', lgdt(0x6f, $area + PAGE));
execute('GDTR leads through the direct map', 'GDTR', lgdt(0x7f, direct_map($gdt)));
promise('IDTR');
execute('IDTR has a smaller limit', 'IDTR', lidt(0x7ff, $area));
execute('IDTR leads through the direct map', 'IDTR', lidt(0xfff, direct_map(boot('idt_phys'))));

# --- Control registers ---

# PE, ET and PG cannot change.
promise('CR0');
execute("CR0: bit $_", 'CR0', flip_cr(0, $_)) for 1, 2, 3, 5, 16, 18, 29, 30;

promise('CR3');
execute("CR3: bit $_", 'CR3', mov_rax(register('rax') | 1 << $_) . "\x0f\x22\xd8") for 3, 4;

# PAE cannot change.
promise('CR4');
execute("CR4: bit $_", 'CR4', flip_cr(4, $_)) for 7, 9, 10, 11, 20, 21;

# VME, PVI, TSD, DE, PSE, PCE, FSGSBASE, OSXSAVE, PKE: those that this CPU has.
promise('CR4 off');
execute("CR4: bit $_", 'CR4', flip_cr(4, $_)) for 0, 1, 2, 3, 4, 8, 16, 18, 22;

promise('CR8');
execute('CR8 is 1', 'CR8', mov_cr8(1));

promise('DR7');
execute('DR7 has a breakpoint', 'DR7', mov_dr7(0x401));

promise('EFER');
execute('EFER: NXE is off', 'EFER', flip_msr(EFER => 11));	# every entry with NX faults
must_die();

promise('PAT');
execute('PAT as after reset', 'PAT', wrmsr(PAT => 0x0007040600070406));
execute('PAT: the highest entry', 'PAT', wrmsr(PAT => 0x0607050600070106));

# FLDCW, FLD1, FDIVP of nothing, LDMXCSR.
promise('x87');
execute('FCW: an exception is not masked', 'entry: x87', with_operand("\xd9\x2d", pack 'S<', 0x37b));
execute('FCW: less precision', 'entry: x87', with_operand("\xd9\x2d", pack 'S<', 0x27f));
execute('a register is in use', 'entry: x87', "\xd9\xe8");
execute('FSW: an exception was masked', 'entry: x87', "\xde\xf9\xd9\xf6\xdd\xc0");
promise('MXCSR');
execute('MXCSR: an exception is not masked', 'entry: x87',
	with_operand("\x0f\xae\x15", pack 'L<', 0x1f00));
execute('MXCSR: denormals are zero', 'entry: x87', with_operand("\x0f\xae\x15", pack 'L<', 0x1fc0));

# --- Interrupt controllers, through the fixmap ---

my ($apic, $io_apic) = map { constant('KEEL_FIXMAP_TOP') - PAGE * constant("KEEL_FIXMAP_$_") }
	qw(LOCAL_APIC IO_APIC_FIRST);

sub out {
	my ($port, $value) = @_;
	return pack 'C4', 0xb0, $value, 0xe6, $port;
}

# MOV of 32 bits to addresses.
sub store {
	my ($virt, $value) = @_;
	return mov_rax($virt) . pack 'C2 L<', 0xc7, 0x00, $value;
}

promise('8259s');
execute('the first 8259 lets line 4 through', 'interrupts: the 8259s', out(0x21, 0xef));
execute('the second 8259 lets line 8 through', 'interrupts: the 8259s', out(0xa1, 0xfe));
promise('pins');
execute('the last pin of the I/O APIC is not masked', 'interrupts: the I/O APICs',
	store($io_apic, 0x10 + 2 * 23) . store($io_apic + 16, 0x2f));
execute('LINT0 is not masked', 'interrupts: the local APIC masks', store($apic + 0x350, 0x30));
execute('the timer is not masked', 'interrupts: the local APIC masks', store($apic + 0x320, 0x31));
promise('pending');
execute('an interrupt is pending', 'interrupts: none is pending', store($apic + 0x300, 0x40032));

# --- GDT, TSS and IDT ---

# Offsets in a descriptor: SDM vol. 3A 3.4.5.
my %descriptor = (limit => 0, base => 3, access => 5, flags => 6, 'upper base' => 7);
my %selector = map { s/^KEEL_//r => constant($_) & ~7 }
	qw(KEEL_KERNEL_CS KEEL_KERNEL_DS KEEL_USER_CS32 KEEL_USER_DS KEEL_USER_CS KEEL_TSS_SEL);
my %tss = (RSP0 => 4, IST1 => 36, IST2 => 44, IST3 => 52, IST4 => 60, 'I/O map base' => 102);
my %rest = ('first word' => 0, RSP1 => 12, RSP2 => 20, 'word before IST1' => 28, IST5 => 68, IST6 => 76,
	IST7 => 84, 'words behind IST7' => 92, 'first byte behind it' => 104, 'last byte of its page' => 4095);

sub flip_byte {
	my ($what, $name, $phys, $bits) = @_;
	set_byte($what, $name, $phys, (word($phys) & 0xff) ^ $bits);
}

for my $cpu (1, 0) {
	my ($tss, $gdt) = map { element("cpu.${_}_phys", $cpu) } qw(tss gdt);
	my $name = 'cpu_entry_area: the GDT';
	for (
		[ 'a null descriptor', 0, access => 0x93 ],
		[ 'a descriptor more', 0x70, access => 0x93 ],
		[ 'the last one', 0x78, access => 0x93 ],
	) {
		my ($what, $selector, $part, $bits) = @$_;
		promise('descriptors');
		flip_byte("CPU ${cpu}'s GDT: $what", $name, $gdt + $selector + $descriptor{$part}, $bits);
	}
	for my $segment (sort keys %selector) {
		my $at = $gdt + $selector{$segment};
		promise('descriptors');
		flip_byte("CPU ${cpu}'s $segment: $_->[0]", $name, $at + $descriptor{ $_->[1] }, $_->[2])
			for [ 'not present', access => 0x80 ], [ 'other privilege', access => 0x60 ],
			[ 'other type', access => 0x08 ], [ 'other L bit', flags => 0x20 ],
			[ 'other D/B bit', flags => 0x40 ], [ 'AVL bit', flags => 0x10 ];
		$segment eq 'TSS_SEL' ? promise('TR') : promise('flat');
		flip_byte("CPU ${cpu}'s $segment: $_->[0]", $name, $at + $descriptor{ $_->[1] }, $_->[2])
			for [ 'limit', limit => 0x10 ], [ 'base', base => 0x77 ],
			[ 'upper base', 'upper base' => 0x77 ], [ 'granularity', flags => 0x80 ];
		next if $segment eq 'TSS_SEL';
		flip_byte("CPU ${cpu}'s $segment: not accessed", $name, $at + $descriptor{access}, 1);
	}
	my $at = $gdt + $selector{TSS_SEL};
	promise('TR');
	flip_byte("CPU ${cpu}'s TSS: address above 4 GB", $name, $at + 8, 0x77);
	flip_byte("CPU ${cpu}'s TSS: behind its address", $name, $at + 12, 0x77);
	promise('busy');
	flip_byte("CPU ${cpu}'s TSS: busy or not", $name, $at + $descriptor{access}, 2);

	$name = 'cpu_entry_area: the TSS';
	promise('TSS');
	flip_byte("CPU ${cpu}'s TSS: $_", $name, $tss + $tss{$_}, 0x18) for sort keys %tss;
	promise('rest of the TSS');
	flip_byte("CPU ${cpu}'s TSS: $_", $name, $tss + $rest{$_}, 1) for sort keys %rest;
	flip_byte("CPU ${cpu}'s GDT page: byte $_", 'cpu_entry_area: the GDT', $gdt + $_, 1) for 128, 4095;
}

my $gates = 'cpu_entry_area: every gate of the IDT';
promise('gates');
set_byte("gate $_ is present", $gates, boot('idt_phys') + 16 * $_ + $descriptor{access}, 0x8e) for 14, 255;
set_byte("byte $_ of the IDT", $gates, boot('idt_phys') + $_, 1) for 0, 2049, 4095;

# --- Stacks ---

promise('stack');
my $stack_phys = element('cpu.stack_phys', 0);
my $stack_bytes = constant('KEEL_STACK_BYTES');
set_byte("byte $_ of CPU 0's stack", "entry: CPU 0's stack", $stack_phys + $_, 1)
	for 0, $stack_bytes / 2, $stack_bytes - 9, $stack_bytes - 1;

promise('zero stacks');
for my $cpu (0, 1) {
	my ($stack, $entry, $ist, $ministack) =
		map { element("cpu.${_}_phys", $cpu) } qw(stack entry_stack ist_stacks espfix);
	set_byte("byte $_ of CPU ${cpu}'s stack", 'kernel stacks: those of the other CPUs', $stack + $_, 1)
		for $cpu ? (0, $stack_bytes - 1) : ();
	set_byte("byte $_ of CPU ${cpu}'s entry stack", 'cpu_entry_area: the entry stack', $entry + $_, 1)
		for 0, PAGE - 1;
	set_byte("byte $_ of CPU ${cpu}'s IST stacks", 'cpu_entry_area: the entry stack', $ist + $_, 1)
		for 0, 2 * PAGE, 5 * PAGE - 1, 8 * PAGE - 1;
	set_byte("byte $_ of CPU ${cpu}'s ministack", '%esp fixup stacks: all ministacks', $ministack + $_, 1)
		for 0, 63;
}
set_byte('a ministack without a CPU', '%esp fixup stacks: all ministacks',
	element('cpu.espfix_phys', 0) + PAGE - 1, 1);

promise('guard');
fill("the guard of CPU 0's stack", 'STACKS', $stack_top - $stack_bytes - PAGE, 1,
	$free | P | RW | A | D | G | NX);

# --- What boot_info says of all that ---

sub wrong_member {
	my ($promise, $name, $member, $value, $n) = @_;
	promise($promise);
	change("$member is $value" . (defined $n ? ", element $n" : ''), $name,
		sub { set_member($member, $value, $n) });
}

wrong_member(promise('running CPU'), 'boot_info: CPUs', 'cpu.apic_id', 7, 0);
wrong_member(promise('waiting CPUs'), 'every CPU: CPU 1', 'mailbox.state', 0, 1);
wrong_member(promise('exit'), "boot_info: the firmware's tables", 'boot_info.exit_tries', 0);
wrong_member(promise('SetVirtualAddressMap'), "boot_info: the firmware's tables", 'boot_info.runtime_state', 1);
wrong_member(promise('RIP'), 'entry: RIP', 'boot_info.entry_virt', boot('entry_virt') + 4);
wrong_member(promise('writable tables'), 'cpu_entry_area', 'cpu.gdt_phys', element('cpu.gdt_phys', 0), 1);
wrong_member(promise('writable IDT'), 'cpu_entry_area', 'boot_info.idt_phys', boot('vsyscall_phys'));

promise('read-only tables');
change_entry("CPU $_->[0] may write to its $_->[1]", 'CPU_ENTRY_AREA',
	$area + PAGE * (1 + $_->[0] * constant('KEEL_CEA_PAGES') + $_->[2]), 1, sub { $_ | RW | D })
	for [ 0, 'GDT', 0 ], [ 1, 'GDT', 0 ], [ 1, 'TSS', constant('KEEL_CEA_TSS_PAGE') ];

all_of('State at entry');

# --- The kernel itself ---

# "The kernel's file", of which these two sections are not.
promise('kernel.file');
for my $segment (0, 1, 2) {
	my ($virt, $bytes) = map { element("segment.$_", $segment) } qw(virt bytes);
	for ($segment == 2 ? (0, 64 << 10, $bytes - 1) : (256, $bytes / 2, $bytes - 1)) {
		flip_byte("byte $_ of segment $segment", 'kernel text: holds', phys($virt + int), 0x40);
	}
}

try_all();
