#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Something else lies where the kernel would like to: it keeps its addresses at another place in
# memory, which may be above 4 GB.
use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $size_4g = 1 << 32;
my %memory = (home => '512M', low => '6G');

for my $variant (sort keys %memory) {
	my $run = run_guest(driver => 'occupy', variant => $variant, memory => $memory{$variant});
	inside_ok($run, $variant);
	outside_ok($run, $variant);
	my ($phys) = $run->{console} =~ /^  kernel .* at 0x([0-9a-f]+) \(moved\)$/m;
	ok($phys, "$variant: the kernel was moved") or diag($run->{console});
	cmp_ok(hex($phys // 0), '>=', $size_4g, "$variant: above 4 GB") if $variant eq 'low';
}
done_testing();
