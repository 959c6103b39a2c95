#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The built-in kernel is damaged: its ELF header, where the loader cannot do without, and the name of the
# section that it is in. What the firmware has loaded is not summed up once more.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use DiskImage;
use Guest;
use Test::More;
use Verdict;

my $keel = content_of('build/keel.efi');
my $kernel = content_of('build/selfcheck.stripped.elf');
my $at = index $keel, $kernel;
cmp_ok($at, '>', 0, 'keel.efi has the kernel inside') or BAIL_OUT('nothing to corrupt');

my $e_machine = 18;
substr(my $machine = $keel, $at + $e_machine, 1) ^= "\x01";
(my $unnamed = $keel) =~ s/\.kernel\0/.kernal\0/ or die "keel.efi has no section .kernel\n";
my $guest = Guest->new(driver => 'twice', waits => 1,
	folders => { machine => { keel => \$machine }, unnamed => { keel => \$unnamed } });
refused($guest->tell('as it is', in => 'machine'), 'LOAD_ERROR', qr/built-in self-check is refused: .*machine/i);
refused($guest->tell('as it is', in => 'unnamed'), 'LOAD_ERROR', qr/no section \.kernel/);
done_testing();
