#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What the Graphics Output Protocol says of the screen does not fit together.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $guest = Guest->new(driver => 'screen', waits => 1, extra => [ '-global', 'VGA.vgamem_mb=64' ]);

# The size leaves out what is not visible of each line: a quarter of the last lines would be missing.
my $run = $guest->tell('768 600 32 1024 short');
inside_ok($run, 'short');
outside_ok($run, 'short');
my ($visible, $all) = (768 * 600 * 4, 1024 * 600 * 4);
line_like($run, 'console', qr/^  note +FrameBufferSize is $visible bytes and the lines take $all: that is taken$/m,
	'short: keel.efi says so');
line_like($run, 'report', qr/^ok \d+ - direct map: the framebuffer is write-combining$/m,
	'short: there is a framebuffer');

# Lines that are shorter than what they hold: nothing can be drawn there.
$run = $guest->tell('800 600 32 400 bgrx');
inside_ok($run, 'narrow');
line_like($run, 'console', qr/^  note +graphics mode left alone, as it cannot be: 800x600 pixels, 400 from line to line$/m,
	'narrow: keel.efi says so');
line_like($run, 'console', qr/^  graphics +no linear framebuffer$/m, 'narrow: and does without');
done_testing();
