#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# An AMD CPU without SYSCFG, as some hypervisors have it: RDMSR raises an exception. QEMU reads any
# register as 0, so the instruction itself is another meanwhile, of the same length, that does. The
# self-check goes on, and nothing fails.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use SelfCheck;
use Stopped;
use Test::More;

no warnings 'portable';			# addresses have 64 bits

use constant { RDMSR => "\x0f\x32", UD2 => "\x0f\x0b", SECONDS => 60 };

local $ENV{ACCEL} = 'tcg';
my ($symbol) = `nm build/selfcheck.elf` =~ /^([0-9a-f]+) . probe_access_msr$/m
	or die "the self-check has no probe_access_msr\n";
my $virt = hex $symbol;
my $machine = Stopped->new(cpu => 'max,vendor=AuthenticAMD', keep => 1,
	conf => "title Self-check\nselfcheck\noptions finish=poweroff firmware=strict\n");
my $phys = $machine->phys($virt);
my $at = index $machine->read($phys, 64), RDMSR;
cmp_ok($at, '>', 0, 'the instruction is found');
# The self-check has looked at its own code by then.
$machine->{gdb}->run_to($virt, SECONDS);
$machine->write($phys + $at, UD2);
my $ended = $machine->run(undef, SECONDS);
my $report = SelfCheck->new($machine->serial, $ended);
ok($report->passed, 'nothing fails')
	or diag(map { "$_\n" } @{ $report->{problems} }, $report->failures);
$machine->stop;
done_testing();
