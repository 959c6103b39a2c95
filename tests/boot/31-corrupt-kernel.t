#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# One bit of the built-in kernel is wrong, as after a bad copy.
use strict;
use warnings;
use lib qw(ovmf tests/boot);
use File::Temp qw(tempdir);
use Launch;
use Test::More;

sub contents {
	open(my $file, '<:raw', $_[0]) or die "$_[0]: $!\n";
	local $/;
	return scalar <$file>;
}

my $keel = contents('build/keel.efi');
my $kernel = contents('build/selfcheck.lzma');
my $at = index $keel, $kernel;
cmp_ok($at, '>', 0, 'keel.efi has the kernel inside') or BAIL_OUT('nothing to corrupt');
substr($keel, $at + length($kernel) / 2, 1) ^= "\x10";

my $dir = tempdir('keel-corrupt-XXXXXX', TMPDIR => 1, CLEANUP => 1);
open(my $file, '>:raw', "$dir/keel.efi") or die "$dir/keel.efi: $!\n";
print $file $keel;
close $file or die "$dir/keel.efi: $!\n";

refused(launch('twice', "$dir/keel.efi"), 'CRC_ERROR', qr/corrupt|CRC/i);
done_testing();
