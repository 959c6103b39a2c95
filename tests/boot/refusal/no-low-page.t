#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Nothing is free below 1 MB, where CPUs start, or nothing but page 0: Keel boots all the same, and the
# self-check does with one CPU. Page 0 goes back as it was.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $guest = Guest->new(driver => 'lowhog', waits => 1, smp => 2);
for my $variant (qw(all page-0)) {
	my $run = $guest->tell($variant);
	inside_ok($run, "$variant: it boots");
	line_like($run, 'console', qr/^  note      no free page below 1 MB/m, "$variant: Keel says so");
	line_like($run, 'report', qr/^ok .* every CPU: .* # SKIP no page below 1 MB was free$/m,
		"$variant: the other CPU is not started");
	line_like($run, 'console', qr/^lowhog: page 0 is as it was$/m, 'page 0 goes back as it was')
		if $variant eq 'page-0';
}
done_testing();
