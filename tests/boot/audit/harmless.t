#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# By default nothing is done that a board could be harmed by: the services that are called are those of the
# table in docs/audit.md; nothing but the report stays behind; and no memory that belongs to somebody is
# stored to, not even for a moment.
use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits
use lib qw(ovmf tests/boot/lib);
use Kept;
use Stopped;
use Test::More;

my $default = "title Self-check\nselfcheck\noptions finish=poweroff\n";
my $strict = ' firmware=strict';

# service => [ what is done by default, what is done with strict ], "-" for nothing.
my %table;
open(my $guide, '<', 'docs/audit.md') or die "docs/audit.md: $!\n";
while (<$guide>) {
	$table{$1} = [ $2, $3 ] if /^\| ([A-Z]\w+) \| (.*?) \| (.*?) \| .*\|$/;
}

# Services that the loader or the end of a run calls, or nobody: not of the audit's own list.
my @others = qw(ResetSystem SetVirtualAddressMap UpdateCapsule ConvertPointer);
delete @table{@others};
cmp_ok(scalar keys %table, '>=', 10, 'the guide has a table of calls');

sub called {
	return join ' ', sort $_[0] =~ /^# call ([A-Z]\w+) times=/mg;
}

my $machine = Kept->new('/EFI/BOOT/BOOTX64.EFI' => 'build/keel.efi', '/EFI/BOOT/keel.conf' => \$default);
is(called($machine->boot->{text}),
	join(' ', sort grep { $table{$_}[0] ne '-' } keys %table), 'default: what is called is in the table');
is(join(' ', map { $_->{name} } grep { $_->{name} =~ /^Keel/ } $machine->variables), 'KeelReport',
	'default: the report stays, and nothing else');

# --- Strict, and then, from the same boot, the default with an eye on memory ---

my $stopped = Stopped->new(conf => $default =~ s/$/$strict/r);
my ($words, $bytes) = ($stopped->get('boot_info.command_line') - $stopped->{direct_map}, length 'finish=poweroff');
is($stopped->read($words, $bytes + 1 + length $strict), "finish=poweroff$strict\0", 'strict: it is asked for');
$stopped->run(undef, 120);
is(called($stopped->serial),
	join(' ', sort 'SetVirtualAddressMap', grep { $table{$_}[0] ne '-' || $table{$_}[1] ne '-' } keys %table),
	'strict: what is called is in the table, and the second SetVirtualAddressMap');

# Nobody's memory is stored to; the words for the strict part are cut off.
$stopped->restore;
$stopped->write($words + $bytes, "\0");

# The ends of each range that the direct map can write, and that is neither free nor Keel's.
my %free = map { $stopped->constant("KEEL_MEMORY_TYPE_$_") => 1 } qw(CONVENTIONAL KERNEL TABLES CPU_AREA
	BOOT_INFO MODULE);
my @watched;
for my $n (0 .. $stopped->get('boot_info.memory_range_count') - 1) {
	my ($phys, $bytes, $virt, $type) = map { $stopped->get("memory_range.$_", $n) } qw(phys bytes virt type);
	next if $free{$type} || !$virt;
	push @watched, $virt, $virt + $bytes - 8;
}
cmp_ok(scalar @watched, '>=', 6, 'there are ranges to be watched');
$stopped->{gdb}->watch_stores($_) for @watched;
my $ended = $stopped->run(undef, 120);
my $rip = $stopped->{gdb}->stopped_at_store;
is($rip, undef, 'no store to either end of ' . @watched / 2 . ' ranges')
	or diag(sprintf 'a store before %x', $rip);
is($ended, 'guest-shutdown', 'and the run came to its end');
done_testing();
