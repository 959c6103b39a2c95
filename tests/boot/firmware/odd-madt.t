#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A MADT that lists CPUs twice, or not the one that runs. Each has what it needs once, the one that
# runs comes first, and no CPU is started that runs already.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $guest = Guest->new(driver => 'madt', waits => 1, smp => 3);
my $note = qr/^  note +the MADT does not list this CPU, APIC ID 0x0$/m;

for my $variant (qw(repeated unlisted)) {
	my $run = $guest->tell($variant);
	line_like($run, 'console', qr/^  acpi +3 CPUs,/m, "$variant: keel.efi finds three");
	is(scalar($run->{console} =~ $note), $variant eq 'unlisted' ? 1 : '',
		"$variant: what it says of the one that runs");
	inside_ok($run, $variant);
	outside_ok($run, $variant);
	line_like($run, 'report', qr/^ok \d+ - every CPU: CPU $_, APIC ID $_, waits, and starts$/m,
		"$variant: CPU $_ starts") for 1, 2;
}
done_testing();
