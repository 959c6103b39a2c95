#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Two graphics cards, and the one that the firmware names first has no framebuffer in memory. Its
# console draws on both, and has none either: that of the second card has to be found.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $run = run_guest(driver => 'twice', extra => [ '-vga', 'none', '-device', 'virtio-gpu-pci', '-device', 'bochs-display' ]);
inside_ok($run, 'two screens');
outside_ok($run, 'two screens');
line_like($run, 'console', qr/^  graphics +\d+x\d+ at 0x[1-9a-f]\w+$/m, 'keel.efi has found one');
line_like($run, 'report', qr/^ok \d+ - .*framebuffer.*(?<!buffer)$/m, 'the kernel has it mapped');
done_testing();
