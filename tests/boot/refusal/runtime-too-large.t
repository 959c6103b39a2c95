#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The firmware asks for more runtime memory than the 64 GB of the EFI region.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $run = run_guest(driver => 'bigruntime');
unlike($run->{text}, qr/bigruntime: the window was refused/, 'the firmware has the windows');
refused($run, 'OUT_OF_RESOURCES', qr/EFI region|runtime/i);
done_testing();
