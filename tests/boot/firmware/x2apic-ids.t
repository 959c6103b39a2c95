#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# CPUs that the MADT names by x2APIC IDs. Those that the local APIC can reach in the mode that it is
# in are started; the one with an ID of more than eight bits has all that it would need, but is not.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $run = run_guest(driver => 'madt', variant => 'large', smp => 3);
line_like($run, 'console', qr/^  acpi +4 CPUs,/m, 'keel.efi finds all four');
inside_ok($run, 'x2APIC entries');
outside_ok($run, 'x2APIC entries');
line_like($run, 'report', qr/^ok \d+ - every CPU: CPU $_, APIC ID $_, waits, and starts$/m, "CPU $_ starts")
	for 1, 2;
line_like($run, 'report', qr/^ok \d+ - every CPU: CPU 3, APIC ID 74565, .* # SKIP .*x2APIC mode/m,
	'the last one is told, and left alone');
done_testing();
