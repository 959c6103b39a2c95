#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The local APIC is in x2APIC mode already: its page in the fixmap is of no use, and other CPUs are
# started through MSRs.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my ($version) = `qemu-system-x86_64 --version` =~ /version (\d+)/;
plan skip_all => "QEMU $version emulates no x2APIC, version 9 would" if $version < 9 && ($ENV{ACCEL} // 'tcg') eq 'tcg';

my $run = run_guest(driver => 'x2apic', smp => 3);
inside_ok($run, 'x2APIC mode');
outside_ok($run, 'x2APIC mode');
line_like($run, 'report', qr/^ok \d+ - fixmap: .*local APIC.* # SKIP it is in x2APIC mode/m,
	'the kernel is told');
line_like($run, 'report', qr/^ok \d+ - every CPU: CPU $_, APIC ID $_, waits, and starts$/m, "CPU $_ starts")
	for 1, 2;
done_testing();
