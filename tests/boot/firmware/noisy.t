#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The firmware leaves every source of interrupts open, one vector pending and one in service: the
# kernel finds a quiet machine all the same.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Verdict;
use Test::More;

my $run = run_guest(driver => 'noisy', smp => 2);
inside_ok($run, 'noisy firmware');
line_like($run, 'report', qr/^ok \d+ - interrupts: $_/m, $_)
	for 'the 8259s mask every line', 'the I/O APICs mask every pin', 'the local APIC masks all',
	'none is pending, none in service';
$run->{machine}->stop;
done_testing();
