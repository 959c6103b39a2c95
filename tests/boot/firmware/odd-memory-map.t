#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The firmware's memory map is unsorted, contradicts itself, or has entries that are no good. Or its
# runtime images lie in several descriptors, in an order of which nothing may depend.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my %notes = (
	'no-runtime-bit' => [ qr/lacks the RUNTIME bit/ ],
	reversed         => [],
	corrupt          => [ qr/it has no pages/, qr/passes the end of the address space/,
		qr/its start is not a multiple of 4 KiB/, qr/its type .* has no meaning/ ],
	overlap          => [ qr/descriptors overlap: the more restrictive type wins/ ],
	unaccepted       => [ qr/descriptors overlap: the more restrictive type wins/,
		qr/runtime range has unaccepted memory in it: not mapped/ ],
	'oem-types'      => [ (qr/type of an OEM's or OS loader's: not taken for memory/) x 3,
		qr/runtime range of an OEM's or OS loader's type: not mapped write-back/ ],
	split            => [],
	'split-types'    => [],
);
# What the audit calls it.
my %findings = ('no-runtime-bit' => 'map-runtime-bit', corrupt => 'map-empty map-overlap map-type map-unaligned',
	overlap => 'map-overlap', unaccepted => 'map-overlap');
my $guest = Guest->new(driver => 'oddmap', waits => 1);
my %descriptors;
for my $variant (sort keys %notes) {
	my $run = $guest->tell($variant);
	inside_ok($run, $variant);
	outside_ok($run, $variant);
	is(found_by($run), $findings{$variant} // '', "$variant: what the audit calls it");
	line_like($run, 'console', qr/^  note +.*$_/m, "$variant: keel.efi says: $_")
		for @{ $notes{$variant} };
	($descriptors{$variant}) = $run->{console} =~ /^  memory +(\d+) descriptors/m;
}
cmp_ok($descriptors{$_}, '>', $descriptors{reversed} + 10, "$_: the runtime code lies in many descriptors")
	for qw(split split-types);
done_testing();
