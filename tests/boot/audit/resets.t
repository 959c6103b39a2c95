#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# ResetSystem, each kind in a boot of its own, behind the strict part of the audit.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my %ended = (poweroff => 'guest-shutdown', reboot => 'guest-reset', warm => 'guest-reset');
delete @ended{qw(poweroff reboot)} unless $ENV{EVERYTHING};	# other tests have them
for my $kind (sort keys %ended) {
	my $run = run_guest(conf => "title Self-check\nselfcheck\noptions finish=$kind firmware=strict\n");
	is($run->{ended}, $ended{$kind}, "finish=$kind: how it ends");
	line_like($run, 'report', qr/^# \d+ passed, 0 failed$/m, "finish=$kind: all is well before");
	my ($verdict) = $run->{report}{text} =~ /^# (This board's UEFI: .*)/m;
	note("finish=$kind: ", $verdict // 'no verdict');
}
done_testing();
