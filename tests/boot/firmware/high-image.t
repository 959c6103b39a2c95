#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The firmware loads keel.efi above 4 GB: to the address that the file itself asks for.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Driven;
use File::Temp qw(tempdir);
use Test::More;

my ($gigabytes, $base) = (12, '0x300000000');
my $dir = tempdir('keel-high-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $run = driven('twice', '', memory => '18G', keel => keel_at($dir, $gigabytes));
inside_ok($run, 'image above 4 GB');
outside_ok($run, 'image above 4 GB');
# The image is still in memory: its headers begin with "MZ".
like($run->{machine}->monitor("xp /2xb $base"), qr/: 0x4d 0x5a/, "it was loaded to $base");
$run->{machine}->stop;
done_testing();
