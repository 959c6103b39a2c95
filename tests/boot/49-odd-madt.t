#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A MADT that lists CPUs twice, or not the one that runs. Each has what it needs once, the one that
# runs comes first, and no CPU is started that runs already.
use strict;
use warnings;
use lib qw(ovmf tests/boot);
use Driven;
use Test::More;

my $run = driven('madt', 'repeated', smp => 3);
line_like($run, 'console', qr/^  acpi +3 CPUs,/m, 'repeated: keel.efi finds three');
inside_ok($run, 'repeated');
outside_ok($run, 'repeated');
line_like($run, 'report', qr/^ok \d+ - every CPU: CPU $_, APIC ID $_, starts$/m, "repeated: CPU $_ starts")
	for 1, 2;
$run->{machine}->stop;

$run = driven('madt', 'unlisted', smp => 3);
line_like($run, 'console', qr/^  note +the MADT does not list this CPU, APIC ID 0$/m,
	'unlisted: keel.efi says so');
line_like($run, 'console', qr/^  acpi +3 CPUs,/m, 'unlisted: and finds three all the same');
inside_ok($run, 'unlisted');
outside_ok($run, 'unlisted');
line_like($run, 'report', qr/^ok \d+ - every CPU: CPU $_, APIC ID $_, starts$/m, "unlisted: CPU $_ starts")
	for 1, 2;
$run->{machine}->stop;
done_testing();
