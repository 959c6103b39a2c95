#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Screens: the kernel is told of all that have a framebuffer, with what their monitors say; and the first
# one has the size that keel.conf wants. One that there is not is an error that lists those that there are.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my @second = ('-device', 'bochs-display');
my $tell = "title Tell\nkernel \\tell.elf\n";
my %files = ('/tell.elf' => 'build/tests/kernels/tell-gcc-exec-2.elf');

my $guest = Guest->new(driver => 'edid', waits => 1, extra => \@second, files => \%files);
my $run = $guest->tell('both');
inside_ok($run, 'two cards');
outside_ok($run, 'two cards');
line_like($run, 'console', qr/^  graphics +\d+x\d+ at 0x\w+, \d+x\d+ at 0x\w+$/m, 'keel.efi has found both');

$run = $guest->tell('both;kernel=\tell.elf screen=1024x768');
fact_is($run, screens => '2');
my ($one, $other) = @{ $run->{facts}{screen_phys} // [] };
isnt($one, $other, 'they are two places');
is($run->{facts}{screen_width}[0], sprintf('%x', 1024), 'the first has the width that is wanted');
is($run->{facts}{screen_height}[0], sprintf('%x', 768), 'and the height');
fact_is($run, edid_bytes => [ map { sprintf '%x', $_ } 256, 128 ],
	'EDID: the active one, and where there is none the discovered one');
fact_is($run, edid_sum => [ map { sprintf '%x', $_ } 256 * 0xa0, 128 * 2 ], 'EDID: each its own');

$run = $guest->tell('long;kernel=\tell.elf');
fact_is($run, edid_bytes => [ 0, 0 ], 'one that is too long, and those that are empty, are none');
line_like($run, 'console', qr/^  note +EDID left alone: 32896 bytes, and 32768 are the most$/m,
	'which is said of the first');

$guest->stop;

# keel.conf, and the self-check, which draws on the screen as it is then.
$guest = Guest->new(driver => 'twice', waits => 1, files => \%files, folders => {
	there => { conf => "title A\nselfcheck\nscreen 800x600\noptions finish=poweroff\n" },
	none => { conf => "${tell}screen 1280x801\n" } });
$run = $guest->tell('as it is', in => 'there');
inside_ok($run, '800x600');
line_like($run, 'console', qr/^  graphics +800x600 at 0x\w+$/m, '800x600: it is set');

$run = $guest->tell('as it is', in => 'none');
refused($run, 'UNSUPPORTED', qr/^the screen has no mode 1280x801: it has (?:\d+x\d+, )+\d+x\d+ \(EFI/);
like($run->{tries}[0]{error}, qr{\b1280x800, .*\b640x480\b}, 'the list has what there is');
$run = run_guest(driver => 'twice', conf => "${tell}screen 800x600\n", files => \%files,
	extra => [ '-vga', 'none' ]);
refused($run, 'NOT_FOUND', qr/^there is no screen to be set to 800x600 /);
done_testing();
