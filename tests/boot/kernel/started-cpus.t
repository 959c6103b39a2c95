#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# CPUs that the kernel has asked for: all of them work, from one to many; one that the firmware lists
# and that is not there is told; and if it comes later, it does no harm. The number of waits does not grow
# with theirs. EVERYTHING=1 starts four of them in a hundred boots, too.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use File::Temp qw(tempdir);
use Guest;
use Test::More;
use Time::HiRes qw(sleep time);
use Verdict;

my %smp = (conf => "title SMP\nkernel \\smp.elf\n", files => { '/smp.elf' => 'build/smp.elf' },
	until => qr/^the sum is \d+\n/m);

# All of so many have worked.
my $run;
sub all_worked {
	my ($count) = @_;
	my %late = map { $_ => 1 } late_cpus($run, $count, $count);
	my @cpus = sort { $a <=> $b } $run->{text} =~ /^work done by CPU (\d+)$/mg;
	is_deeply(\@cpus, [ grep { !$late{$_} } 0 .. $count - 1 ], "$count: each CPU works once");
	line_like($run, 'text', qr/^the sum is 500500$/m, "$count: together they have done it all");
}
for my $count ($ENV{EVERYTHING} ? (1, 2, 4, 64, 255) : ()) {
	$run = run_guest(%smp, smp => $count, limit => 600);
	all_worked($count);
}

# From reset, and never at the same times: on CPUs that really run at once, and on such as take turns.
if ($ENV{EVERYTHING}) {
	my $dir = tempdir('keel-started-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	my (%came, $stuck);
	for (my $boot = 0; $boot < 100;) {
		$run = run_guest(%smp, smp => 4, vars => "$dir/vars.fd", thread => $boot % 2 ? 'multi' : 'single');
		# OVMF itself stops on the way to keel.efi now and then, without a word.
		if ($run->{text} !~ /^Keel /m) {
			diag('keel.efi was not started');
			last if ++$stuck > 3;
			next;
		}
		my $came = join ' ', sort $run->{text} =~ /^(?:work done by CPU|the sum is) (\d+)$/mg;
		$came{$came}++;
		diag("boot $boot: $run->{ended}\n$run->{text}") if $came ne '0 1 2 3 500500';
		$boot++;
	}
	is_deeply(\%came, { '0 1 2 3 500500' => 100 }, '4: in a hundred boots, all four');
}

# The words of keel.conf do what the kernel's note does. Starting CPUs takes long because of the wait after
# INIT, which they share: each gets its INIT before any gets more, as QEMU tells of writes to the interrupt
# command register (SDM vol. 3A 10.6.1). A second start-up interrupt is for those that miss the first.
my $count = $ENV{EVERYTHING} ? 32 : 8;
my $dir = tempdir('keel-started-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $tells = qx(qemu-system-x86_64 -trace help) =~ /^apic_mem_writel$/m;
my $many = Guest->new(driver => 'twice', waits => 1, smp => $count,
	conf => "title Tell\nkernel \\tell.elf\ncpus started\n",
	files => { '/tell.elf' => 'build/tests/kernels/tell-gcc-exec-16.elf', %{ $smp{files} } },
	extra => $tells ? [ '-trace', 'apic_mem_writel', '-D', "$dir/trace" ] : []);
$run = $many->tell('as it is;kernel=\smp.elf', until => $smp{until});
all_worked($count);
my $traced = -s "$dir/trace" // 0;
$run = $many->tell('as it is');
my $others = $count - 1;
fact_is($run, cpus_waiting => sprintf('%x', $others), "$count CPUs: all others wait");
SKIP: {
	skip 'this QEMU does not tell', 1 unless $tells;
	open(my $trace, '<', "$dir/trace") or die "$dir/trace: $!\n";
	seek $trace, $traced, 0;
	# The firmware's own go to all CPUs but one at once, and have other bits.
	my $sent = join '', map { /0x300 = 0x00004(5|6)/ ? ($1 eq '5' ? 'I' : 'S') : () } <$trace>;
	like($sent, qr/^I{$others}S{$others}S{0,$others}$/, 'they share each wait');
}
$many->stop;

# A CPU of the MADT that is not there, and comes when its second is long over.
my $guest = Guest->new(driver => 'madt', variant => 'phantom', smp => '2,sockets=3,maxcpus=3',
	conf => "title Late\nkernel \\late.elf\n",
	files => { '/late.elf' => 'build/tests/kernels/late.elf' }, limit => 300);
$run = $guest->follow(until => qr/^late: ready 0\n/m);
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
