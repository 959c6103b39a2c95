#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The firmware loads keel.efi above 4 GB: to the address that the file itself asks for.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use DiskImage;
use Guest;
use Test::More;
use Verdict;

my ($gigabytes, $base) = (12, '0x300000000');
my $run = run_guest(driver => 'twice', memory => '18G', keel => keel_at($gigabytes));
inside_ok($run, 'image above 4 GB');
outside_ok($run, 'image above 4 GB');
# The image is still in memory: its headers begin with "MZ".
like($run->{machine}->monitor("xp /2xb $base"), qr/: 0x4d 0x5a/, "it was loaded to $base");
done_testing();
