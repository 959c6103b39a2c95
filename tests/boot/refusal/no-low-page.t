#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Nothing is free below 1 MB, where CPUs start: Keel boots all the same, and the self-check does
# with one CPU.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Launch;
use Test::More;

my $result = launch('lowhog', 'build/keel.efi', smp => 2);
my $report = SelfCheck->new($result->{serial}, $result->{ended});
ok($report->passed, "it boots: $report->{points} checks")
	or diag(map { "$_\n" } @{ $report->{problems} }, $report->failures);
like($result->{text}, qr/^  note      no free page below 1 MB/m, 'Keel says so');
like($result->{text}, qr/^ok .* every CPU: .* # SKIP no page below 1 MB was free$/m,
	'the other CPU is not started');
done_testing();
