#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The firmware loads keel.efi above 4 GB: to the address that the file itself asks for.
use strict;
use warnings;
use lib qw(ovmf tests/boot);
use Driven;
use File::Temp qw(tempdir);
use Test::More;

my $base = '0x300000000';

# ImageBase is eight bytes at offset 0x30 of the PE headers, to which e_lfanew, at 0x3c, leads.
open(my $in, '<:raw', 'build/keel.efi') or die "build/keel.efi: $!\n";
my $keel = do { local $/; <$in> };
substr($keel, unpack('x60 V', $keel) + 0x30, 8) = pack 'V2', 0, 3;
my $dir = tempdir('keel-high-XXXXXX', TMPDIR => 1, CLEANUP => 1);
open(my $out, '>:raw', "$dir/keel.efi") or die "$dir/keel.efi: $!\n";
print $out $keel;
close $out or die "$dir/keel.efi: $!\n";

my $run = driven('twice', '', memory => '18G', keel => "$dir/keel.efi");
inside_ok($run, 'image above 4 GB');
outside_ok($run, 'image above 4 GB');
# The image is still in memory: its headers begin with "MZ".
like($run->{machine}->monitor("xp /2xb $base"), qr/: 0x4d 0x5a/, "it was loaded to $base");
$run->{machine}->stop;
done_testing();
