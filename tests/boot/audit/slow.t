#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A runtime service that takes longer than a second: QEMU without KVM tells no rate of the time stamp
# counter, so boot_info is told one, at the kernel's entry. Where a second has few ticks every call is slow,
# where it has many none is. The point that asks the CPU for the rate fails then, and no other.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Stopped;
use Test::More;
use Verdict;

my $stopped = Stopped->new(conf => "title Self-check\nselfcheck\noptions finish=poweroff\n");
for ([ 1000, 'slow', qr/^# finding slow: GetTime: \d{3,} ms$/m ], [ 1 << 50, '', qr/^# call GetTime times=/m ]) {
	my ($hz, $expected, $line) = @$_;
	$stopped->restore;
	$stopped->set('boot_info.tsc_hz', $hz);
	my $run = Guest::result($stopped->{machine}, $stopped->run(undef, 120));
	is(found_by($run), $expected, "$hz ticks a second: what is found");
	line_like($run, 'report', $line, "$hz ticks a second: the calls were measured");
	is(scalar @{ $run->{report}{failed} }, 1, "$hz ticks a second: one point fails");
	like($run->{report}{failed}[0] // '', qr/the rate of the time stamp counter/, "$hz ticks a second: that one");
}
done_testing();
