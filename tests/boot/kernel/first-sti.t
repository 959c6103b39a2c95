#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A kernel whose first instruction turns interrupts on, and that has no gate for any, is still there
# after 10 s of its time, although every source of interrupts was left open by the firmware.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;

use constant NS => 10_000_000_000;	# with -icount one tick of the time stamp counter is 1 ns

for my $driver ($ENV{EVERYTHING} ? undef : (), 'noisy') {
	my $what = $driver ? 'every line open' : 'as OVMF leaves it';
	my $run = run_guest(driver => $driver, limit => 300,
		conf => "title STI\nkernel \\sti.elf\noptions " . NS . "\n",
		files => { '/sti.elf' => 'build/tests/kernels/sti.elf' },
		extra => [ qw(-icount shift=7 -device qemu-xhci -device usb-kbd) ]);
	like($run->{text}, qr/^still here$/m, "$what: no interrupt comes") or diag($run->{text});
	is($run->{ended}, 'guest-shutdown', "$what: nothing resets the machine");
}
done_testing();
