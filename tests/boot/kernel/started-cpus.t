#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# CPUs that the kernel has asked for: all of them work, from one to many; one that the firmware lists
# and that is not there is told; and if it comes later, it does no harm. How long starting them takes
# does not grow with their number.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Time::HiRes qw(sleep time);
use Verdict;

my %smp = (conf => "title SMP\nkernel \\smp.elf\n", files => { '/smp.elf' => 'build/smp.elf' },
	until => qr/^the sum is \d+\n/m);
my @counts = $ENV{EVERYTHING} ? (1, 2, 4, 64, 255) : (1, 4);

for my $count (@counts) {
	my $run = run_guest(%smp, smp => $count, limit => 600);
	my @cpus = sort { $a <=> $b } $run->{text} =~ /^work done by CPU (\d+)$/mg;
	is_deeply(\@cpus, [ 0 .. $count - 1 ], "$count: each CPU works once");
	line_like($run, 'text', qr/^the sum is 500500$/m, "$count: together they have done it all");
}

# The words of keel.conf do what the kernel's note does. Returns the ticks of the last stage, in which CPUs
# are started.
sub ticks_with {
	my $count = shift;
	my $run = run_guest(smp => $count, conf => "title Tell\nkernel \\tell.elf\ncpus started\n",
		files => { '/tell.elf' => 'build/tests/kernels/tell-gcc-exec-16.elf' });
	fact_is($run, cpus_waiting => sprintf('%x', $count - 1), "$count CPUs: all others wait");
	return hex($run->{facts}{stage}[-1] // '0');
}

# Most of two CPUs' time is the delay after INIT. Were there one for each CPU, 32 of them would take 31
# times as long; on a machine with less to do than these tests, they take about twice as long.
my $few = ticks_with(2);
if ($ENV{EVERYTHING}) {
	my ($many, $tries) = (ticks_with(32), 1);
	$many = ticks_with(32) while $many > 10 * $few && $tries++ < 3;
	cmp_ok($many, '<', 10 * $few, "32 CPUs take $many ticks, two $few: they share each delay");
}

# A CPU of the MADT that is not there, and comes when its second is long over.
my $guest = Guest->new(driver => 'madt', variant => 'phantom', smp => '2,sockets=3,maxcpus=3',
	conf => "title Late\nkernel \\late.elf\n",
	files => { '/late.elf' => 'build/tests/kernels/late.elf' }, limit => 300);
my $run = $guest->follow(until => qr/^late: ready 0\n/m);
is($run->{ended}, 'found', 'a CPU that is missing does not stop the kernel') or diag($run->{text});
line_like($run, 'text', qr/^keel: note: CPU 2, APIC ID 2, did not start$/m, 'Keel says which it is');
line_like($run, 'text', qr/^late: waiting 1\nlate: ap_start 0\nlate: state 2\nlate: state 1\nlate: state 0$/m,
	'the kernel is told, and does not get the page below 1 MB');
my $machine = $guest->{machine};
$machine->monitor('device_add max-x86_64-cpu,id=late,socket-id=2,core-id=0,thread-id=0');
$machine->monitor('sendkey a');
is($guest->follow(until => qr/^late: sent 2\n/m)->{ended}, 'found', 'now it comes');
my ($patience, $halted, $cr0, $rip) = (time + 60);
do {
	sleep 0.1;
	my ($registers) = $machine->monitor('info registers -a') =~ /^CPU#2(.*?)(?=^CPU#|\z)/ms;
	($halted) = $registers =~ /HLT=(\d)/;
	($cr0) = $registers =~ /CR0=([0-9a-f]+)/;
	($rip) = $registers =~ /[ER]IP=0*([0-9a-f]+)/;
} until $halted && $rip =~ /^[1-9a-f][0-9a-f]{0,2}$/ || time > $patience;
ok($halted && $rip =~ /^[1-9a-f][0-9a-f]{0,2}$/, 'it halts in the start page')
	or diag("RIP $rip, HLT $halted");
is(hex($cr0) & 0x80000001, 0, 'in real mode, without paging');
ok(!grep({ $_->{event} =~ /^(SHUTDOWN|RESET)$/ } @{ $machine->{events} }), 'and nothing else happens');
$guest->stop;
done_testing();
