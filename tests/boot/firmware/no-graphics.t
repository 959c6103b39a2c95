#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A machine without graphics.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $run = run_guest(driver => 'twice', extra => [ '-vga', 'none' ]);
inside_ok($run, 'no graphics');
outside_ok($run, 'no graphics');
line_like($run, 'console', qr/^  graphics +no linear framebuffer$/m, 'keel.efi says so');
line_like($run, 'report', qr/^ok \d+ - .*framebuffer.*# SKIP there is no framebuffer$/m,
	'the kernel skips the check of the framebuffer');
done_testing();
