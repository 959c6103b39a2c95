#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# All memory that docs/protocol.md gives to the kernel is the kernel's: it is overwritten, and the
# firmware still answers.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;

my $run = run_guest(conf => "title Reclaim\nkernel \\reclaim.elf\nmodule \\reclaim.elf\n",
	memory => '256M', files => { '/reclaim.elf' => 'build/tests/kernels/reclaim.elf' });
like($run->{text}, qr/^reclaim: all is overwritten$/m, 'the kernel goes on');
like($run->{text}, qr/^reclaim: GetTime succeeds$/m, 'so does the firmware');
is($run->{ended}, 'guest-shutdown', 'and ResetSystem switches the machine off')
	or diag($run->{text});
done_testing();
