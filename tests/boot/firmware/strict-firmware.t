#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Firmware that lets memory be used only for what it was allocated for, and a CPU of which nothing
# is as one would like to have it.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $run = run_guest(driver => 'protect');
inside_ok($run, 'protect');
outside_ok($run, 'protect');

# FS and GS, and the bits of CR4 that the self-check takes as it finds them: TSD, DE, PCE, FSGSBASE.
$run = run_guest(driver => 'state');
inside_ok($run, 'state');
outside_ok($run, 'state');
my $registers = $run->{machine}->monitor('info registers');
my ($cr4) = map { hex } $registers =~ /\bCR4=([0-9a-f]+)/;
is($cr4 & 0x1010c, 0, 'state: nothing of it is left in CR4');
is($registers =~ /^$_ =\w+ ([0-9a-f]+)/m ? hex $1 : $registers, 0, "state: nor behind $_")
	for qw(FS GS);
done_testing();
