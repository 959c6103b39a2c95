#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A kernel that has mm/ linked in and maps pages at run time with it: on a machine with 1 GB pages
# and on one without.
use strict;
use warnings;
use lib qw(ovmf tests/boot);
use Configured;
use Test::More;

use constant POINTS => 11;

for my $cpu (qw(max qemu64)) {
	my $run = configured(conf => "title Mapper\nkernel \\mapper.elf\n", cpu => $cpu,
		files => { '/mapper.elf' => 'build/mapper.elf' });
	my $report = $run->{report};
	ok($report->passed, "$cpu: what it maps is what it gets") or diag($run->{text},
		map { "$_\n" } @{ $report->{problems} });
	is($report->{points}, POINTS, "$cpu: and it has looked at all of it");
}
done_testing();
