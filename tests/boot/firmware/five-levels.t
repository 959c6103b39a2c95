#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The firmware runs with 5-level paging. The kernel, and every CPU that it starts, gets four levels,
# also when keel.efi lies above 4 GB, where there is nothing outside long mode.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use DiskImage;
use Guest;
use Test::More;
use Verdict;

my $said = qr/^  note +the firmware runs with 5-level paging/m;
for (['early', memory => '18G', keel => keel_at(12)], ['late', smp => 4]) {
	my ($variant, %options) = @$_;
	my $run = run_guest(driver => 'fivelevels', variant => $variant, %options);
	line_like($run, 'console', $said, "$variant: keel.efi sees that it does");
	inside_ok($run, $variant);
	outside_ok($run, $variant);
	line_like($run, 'report', qr/^ok \d+ - CR4: 4 levels\b/m,
		"$variant: the kernel has four levels");
	line_like($run, 'report', qr/^ok \d+ - every CPU: CPU 3, .* waits, and starts$/m,
		"$variant: CPUs start") if $options{smp};
}

# Without memory below 4 GB it cannot be done.
my $run = run_guest(driver => 'fivelevels', variant => 'full', memory => '6G');
line_like($run, 'console',
	qr/^keel: error: no memory below 4 GB for leaving 5-level paging: 3 pages of 4 KiB /m,
	'full: keel.efi says what is missing');
is($run->{ended}, 'guest-shutdown', 'full: the firmware goes on');
done_testing();
