#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The random seed is in one place of memory, where boot_info says: no part of it is left over in memory
# that the kernel takes for free, or anywhere else. The machine is stopped at the kernel's entry.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use DiskImage;
use File::Temp qw(tempdir);
use Stopped;
use Test::More;

my $dir = tempdir('keel-seed-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $memory_bytes = 256 << 20;
my @rng = ('-object', 'rng-random,id=rng,filename=/dev/urandom', '-device', 'virtio-rng-pci,rng=rng');

sub places_of {
	my ($memory, $word) = @_;
	my @found;
	for (my $at = 0; ($at = index $memory, $word, $at) >= 0; $at++) {
		push @found, $at;
	}
	return @found;
}

# What it is, and where it may come from; options of Guest.pm. OVMF of 2023 and later has an
# EFI_RNG_PROTOCOL that asks the CPU, where that can be asked.
my @sources = (
	[ 'a driver that keeps what it gave last', qr/1/, driver => 'rng', variant => '1' ],
	[ 'the CPU', qr/[12]/ ],
	[ 'a device', qr/1/, extra => \@rng ],
	[ 'nothing', qr/[01]/, cpu => 'max,-rdrand' ],
);
for ($ENV{EVERYTHING} ? @sources : @sources[0, 1]) {
	my ($name, $expected, %options) = @$_;
	my $stopped = Stopped->new(memory => '256M', %options);
	my $source = $stopped->get('boot_info.random_source');
	like($source, qr/^$expected$/, "$name: where the seed comes from");
	my ($place) = $stopped->place('boot_info.random_seed');
	my $seed = $stopped->read($place, 32);
	if (!$source) {
		is($seed, "\0" x 32, "$name: there is none");
		next;
	}
	$stopped->{machine}->monitor("pmemsave 0 $memory_bytes \"$dir/memory\"");
	my $memory = content_of("$dir/memory");
	is(length $memory, $memory_bytes, "$name: all of memory");
	for my $n (0 .. 3) {
		my $at = $place + 8 * $n;
		my @found = places_of($memory, substr $seed, 8 * $n, 8);
		is_deeply([ map { sprintf '%x', $_ } @found ], [ sprintf '%x', $at ],
			"$name: word $n of it is in one place only");
	}
	$stopped->stop;
}
done_testing();
