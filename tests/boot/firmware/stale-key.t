#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Drivers change the memory map as they are told that boot services end, so that ExitBootServices
# fails: keel.efi has to read the map again, and again, but not for ever.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Screen;
use Test::More;
use Verdict;

my $guest = Guest->new(driver => 'stalekey', waits => 1);

# 7 is the most that it puts up with.
for my $tries (1, 3, 7) {
	my $run = $guest->tell($tries);
	inside_ok($run, "stale $tries times");
	my $called = $tries + 1;
	line_like($run, 'report', qr/^# cpus=.* exit_tries=$called\b/m,
		"stale $tries times: ExitBootServices was called $called times");
}

# What the tables were made from is not true any more: they have to be made anew.
my $filled = $guest->tell('filled');
inside_ok($filled, 'a hole is filled');
outside_ok($filled, 'a hole is filled');
line_like($filled, 'report', qr/^# cpus=.* exit_tries=2\b/m, 'a hole is filled: in the first try');

# Memory for one table more cannot be allocated any more.
my %fatal = (
	8 => qr/keel: fatal: ExitBootServices: EFI status 0x8000000000000002 after 8 tries/,
	hole => qr/keel: fatal: the memory map changed while boot services ended: EFI status/,
);
for my $variant (sort keys %fatal) {
	my $run = $guest->tell($variant);
	is($run->{ended}, 'last words', "$variant: keel.efi gives up") or diag($run->{console});
	line_like($run, 'console', $fatal{$variant}, "$variant: the serial port says why");
	halted_ok($run, $variant);
	like(Screen::text($run->{machine}), $fatal{$variant}, "$variant: the screen says why");
}
done_testing();
