#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The built-in kernel is damaged: its ELF header, where the loader cannot do without, and the name of the
# section that it is in. What the firmware has loaded is not summed up once more.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use File::Temp qw(tempdir);
use Launch;
use Test::More;

sub contents {
	open(my $file, '<:raw', $_[0]) or die "$_[0]: $!\n";
	local $/;
	return scalar <$file>;
}

sub try {
	my ($name, $keel) = @_;
	my $dir = tempdir('keel-corrupt-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	open(my $file, '>:raw', "$dir/$name.efi") or die "$dir/$name.efi: $!\n";
	print $file $keel;
	close $file or die "$dir/$name.efi: $!\n";
	return launch('twice', "$dir/$name.efi");
}

my $keel = contents('build/keel.efi');
my $kernel = contents('build/selfcheck.stripped.elf');
my $at = index $keel, $kernel;
cmp_ok($at, '>', 0, 'keel.efi has the kernel inside') or BAIL_OUT('nothing to corrupt');

my $e_machine = 18;
substr(my $machine = $keel, $at + $e_machine, 1) ^= "\x01";
refused(try(machine => $machine), 'LOAD_ERROR', qr/built-in self-check is refused: .*machine/i);

(my $unnamed = $keel) =~ s/\.kernel\0/.kernal\0/ or die "keel.efi has no section .kernel\n";
refused(try(unnamed => $unnamed), 'LOAD_ERROR', qr/no section \.kernel/);
done_testing();
