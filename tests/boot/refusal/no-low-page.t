#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Nothing is free below 1 MB, where CPUs start: Keel boots all the same, and the self-check does
# with one CPU.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $run = run_guest(driver => 'lowhog', smp => 2);
inside_ok($run, 'it boots');
line_like($run, 'console', qr/^  note      no free page below 1 MB/m, 'Keel says so');
line_like($run, 'report', qr/^ok .* every CPU: .* # SKIP no page below 1 MB was free$/m,
	'the other CPU is not started');
done_testing();
