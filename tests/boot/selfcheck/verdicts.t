#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The checks themselves: a boot has to fail for each thing that can be wrong with it. Reports and
# page tables are made up, and there is no machine.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Outside;
use SelfCheck;
use Test::More;

# What the serial port and the end of a boot were, and whether that is a pass.
my $good = "ok 1 - a\nok 2 - b\n1..2\n";
for (
	[ 1, 'all is well', "noise\r\n\e[2JTAP version 14\r\nok 1 - a\r\n1..1\r\n", 'guest-shutdown' ],
	[ 1, 'skipped', "TAP version 14\nok 1 # SKIP no\n1..1\n", 'guest-shutdown' ],
	[ 0, 'reset', "TAP version 14\n$good", 'guest-reset' ],
	[ 0, 'hanging', "TAP version 14\n$good", 'time limit' ],
	[ 0, 'not ok', "TAP version 14\nok 1\nnot ok 2 - b\n1..2\n", 'guest-shutdown' ],
	[ 0, 'a point is missing', "TAP version 14\nok 1\n1..2\n", 'guest-shutdown' ],
	[ 0, 'the plan is missing', "TAP version 14\nok 1\nok 2\n", 'guest-shutdown' ],
	[ 0, 'no points', "TAP version 14\n1..0\n", 'guest-shutdown' ],
	[ 0, 'bail out', "TAP version 14\nok 1\nBail out! x\n", 'guest-shutdown' ],
	[ 0, 'no report', 'hello', 'guest-shutdown' ],
	[ 0, 'two reports', "TAP version 14\n${good}TAP version 14\n$good", 'guest-shutdown' ],
) {
	my ($pass, $name, $serial, $ended) = @$_;
	is(SelfCheck->new($serial, $ended)->passed ? 1 : 0, $pass, "report: $name");
}

# A machine whose monitor says what it is told to, and whose output is there already.
package Fake {
	sub follow {
		my ($self, undef, $until) = @_;
		return $self->{serial} =~ $until ? 'found' : 'guest-shutdown';
	}

	sub monitor {
		my ($self, $line) = @_;
		return $self->{tlb} if $line eq 'info tlb';
		return "CR0=$self->{cr0} CR3=0 CR4=00000080\nEFER=0000000000000800\n"
			if $line eq 'info registers';
		my ($virt) = $line =~ /^gva2gpa 0x([0-9a-f]+)$/ or die "what is '$line'?\n";
		return $self->{gpa}{$virt} // "Unmapped\n";
	}
}

# How such a guest ends, with and without a pattern that it is followed to.
for (
	[ 'guest-shutdown', "# The end is near\r\n" ],
	[ 'waits', "# The end. Please switch the machine off or reset it.\r\n" ],
	[ 'last words', "The machine is halted; reset it.\r\n" ],
	[ 'last words', "# The firmware does not switch the machine off: please do it by hand.\r\n" ],
	[ 'found', "a\r\nThe machine is halted; reset it.\r\n", qr/^a/m ],
	[ 'last words', "b\r\nThe machine is halted; reset it.\r\n", qr/^a/m ],
	[ 'guest-shutdown', "b\r\n", qr/^a/m ],
) {
	my ($ended, $serial, $until) = @$_;
	my $guest = bless { machine => bless { serial => $serial }, 'Fake' }, 'Guest';
	is($guest->ended($until), $ended, "guest: $ended: " . $serial =~ s/\r\n/ /gr);
}

# What it has said, cut up.
my $run = Guest::result({ serial => "\e[2Jkeel: error: no (1)\r\nlaunch: first status e free 5 4\r\n"
	. "launch: second status 0 free 4 4\r\nTAP version 14\r\ntell: a 1\r\ntell: b\r\ntell: a 2 3\r\n" }, 'found');
is_deeply([ @$run{qw(ended error console)} ], [ 'found', 'no (1)', "keel: error: no (1)\n"
	. "launch: first status e free 5 4\nlaunch: second status 0 free 4 4\n" ], 'run: end, error, console');
is_deeply($run->{facts}, { a => [ '1', '2 3' ], b => [''] }, 'run: facts');
is_deeply($run->{tries}, [
	{ name => 'first', status => 'e', before => 5, after => 4, error => 'no (1)',
		text => "keel: error: no (1)\n" },
	{ name => 'second', status => '0', before => 4, after => 4, error => '', text => "\n" } ],
	'run: tries');
ok(!eval { Guest::result({ serial => "driver: cannot\n" }, 'found') }, 'run: a driver that cannot is no run');

my %row = map { $_->{id} => sprintf '%016x', $_->{start} } @{ Outside::rows() };

# A small map in which nothing is wrong: address, frame and flags of one leaf a region.
my %leaf = (
	DIRECT_MAP     => '0000000000000000 XGPDA---W',
	STACKS         => '0000000000001000 XG-DA---W',
	CPU_ENTRY_AREA => '0000000000002000 XG--A----',
	ESPFIX         => '0000000000003000 XG--A----',
	EFI            => '0000000000800000 -G--A----',
	TEXT           => '0000000000801000 -G--A----',
	FIXMAP         => '00000000fee00000 XG-DAC--W',
	VSYSCALL       => '0000000000004000 XG--A--U-',
);

# Names of the findings that are not good, for that map with some leaves replaced or added.
sub complaints {
	my ($changes, %machine) = @_;
	my %map = ((map { $row{$_} => $leaf{$_} } keys %leaf), %$changes);
	my $tlb = join '', map { "$_: $map{$_}\n" } grep { defined $map{$_} } sort keys %map;
	my $fake = bless { tlb => $tlb, cr0 => '80010033', %machine }, 'Fake';
	return join '; ', map { $_->{name} } grep { !$_->{good} } Outside::findings($fake);
}

is(complaints({}), '', 'map: all is well');
for (
	[ qr/CR0.WP/, 'WP is off', {}, cr0 => '80000033' ],
	[ qr/direct map: is mapped/, 'a region is empty', { $row{DIRECT_MAP} => undef } ],
	[ qr/user space: nothing/, 'lower half', { '0000000000400000' => '0000000000005000 XG--A----' } ],
	[ qr/hole: nothing/, 'hole', { $row{HOLE_STACKS} => '0000000000005000 XG--A----' } ],
	[ qr/modules: nothing/, 'modules', { $row{MODULES} => '0000000000005000 XG--A----' } ],
	[ qr/writable and exec/, 'W+X', { $row{TEXT} => '0000000000801000 -G-DA---W' } ],
	[ qr/^no frame that is executable/, 'W and X through two leaves',
		{ $row{STACKS} => '0000000000801000 XG-DA---W' } ],
	[ qr/^no frame that is executable/, 'W in a 2 MB leaf over X in a 4 KB leaf',
		{ $row{TEXT} => '00000000001ff000 -G--A----' } ],
	[ qr/^no frame that is executable/, 'W in a 1 GB leaf over X in a 4 KB leaf', {},
		gpa => { 'ffff800000200000' => "gpa: 0x200000\n" } ],
	[ qr/^user bits/, 'user bit', { $row{STACKS} => '0000000000001000 XG-DA--UW' } ],
	[ qr/^user bits/, 'user bit, one of many that are alike otherwise', { map {
		(sprintf('ffffff000%x000000', $_) => '0000000000003000 XG--A--' . ($_ == 5 ? 'U-' : '--')) } 1 .. 9 } ],
	[ qr/user bits/, 'vsyscall is executable', { $row{VSYSCALL} => '0000000000004000 -G--A--U-' } ],
	[ qr/^user bits/, 'vsyscall without user bit',
		{ $row{VSYSCALL} => '0000000000004000 XG--A----' } ],
	[ qr/only kernel text/, 'executable', { $row{ESPFIX} => '0000000000003000 -G--A----' } ],
	[ qr/^the direct map is/, 'direct map is shifted',
		{ $row{DIRECT_MAP} => '0000000000200000 XGPDA---W' } ],
	[ qr/global/, 'not global', { $row{ESPFIX} => '0000000000003000 X---A----' } ],
	[ qr/dirty/, 'dirty', { $row{ESPFIX} => '0000000000003000 XG-DA----' } ],
	[ qr/fixmap is uncached/, 'cached device', { $row{FIXMAP} => '00000000fee00000 XG-DA---W' } ],
	[ qr/every leaf ends/, 'a large leaf in the last page of a row',
		{ 'fffffbfffffff000' => '0000000000200000 XGPDA---W' } ],
) {
	my ($wanted, $name, $changes, %machine) = @$_;
	like(complaints($changes, %machine), $wanted, "map: $name");
}
done_testing();
