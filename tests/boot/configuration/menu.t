#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The menu: which entry is started, with a timeout and with keys, on a keyboard that is there and on
# one that is not.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $menu = qr/^Up, Down and Enter/m;

# keel.conf's, by the folder that they are in: entries behind these lines.
sub entries { return join '', shift // '', map { "title $_\nkernel \\tell.elf\n" } @_ }
my @three = ('One', 'Zwölf', 'Three');
my %conf = (
	none => entries(undef, @three), one => entries(undef, 'One'),
	(map { ("in$_" => entries("timeout $_\ndefault One\n", @three)) } 1, 2, 600),
	# More than the screen has lines, and one with a title that is longer than a line.
	many => entries("timeout 600\n", (map { "Kernel $_" } 1 .. 58), 'Kernel ' . 'x' x 300, 'Kernel the last'),
);
my $guest = Guest->new(driver => 'keys', waits => 1,
	folders => { map { ($_ => { conf => $conf{$_} }) } keys %conf },
	files => { '/tell.elf' => 'build/tests/kernels/tell-gcc-exec-2.elf' });

# What is typed is as drivers/keys.c has it.
sub started {
	my ($name, $title, $conf, $typed, %how) = @_;
	my $run = $guest->tell($typed, in => $conf, %how);
	fact_is($run, title => $title, "$name: $title is started");
	return $run;
}

# The firmware's terminal on the serial port has no letters but ASCII ones.
my $run = started('keys of a real keyboard', 'Zwölf', 'in600', 'real',
	keys => [ $menu, 'down', qr/^> 2  Zw/m, 'ret' ]);
like($run->{text}, qr/^> 1  One  \(default\)\n  2  Zw.*lf\n  3  Three$/m, 'the menu is shown');
like($run->{text}, qr/Starts in 600 s/, 'with the time that is left');

$run = started('nobody there', 'One', 'in2', 'real');
like($run->{text}, qr/Starts in 2 s.*Starts in 1 s/, 'it counts down');
$run = started('no keyboard', 'One', 'in1', 'none');
$run = started('no timeout', 'One', 'none', 'real');
unlike($run->{text}, $menu, 'there is no menu');

my @typed = ([ 'ddr', 'Three' ], [ 'x3', 'Three' ]);
push @typed, [ 'dddddur', 'Zwölf' ], [ '9r', 'One' ] if $ENV{EVERYTHING};
for (@typed) {
	my ($keys, $title) = @$_;
	$run = started("$keys typed with a timeout", $title, 'in600', $keys);
	# The first key is what opens the menu.
	$run = started("a key and $keys typed without one", $title, 'none', "x$keys");
	like($run->{text}, $menu, 'a key that is held shows the menu');
}

$run = $guest->tell('12', in => 'many');
fact_is($run, title => 'Kernel 12', 'sixty entries, 12 typed: it is started, and not entry 1');
$run = $guest->tell('uur', in => 'many');
like($run->{facts}{title}[0], qr/^Kernel x+$/, 'sixty entries: Up goes to the last ones') or diag($run->{text});
my @menus = $run->{text} =~ /\n\n((?:[^\n]*\n)*?)Up, Down and Enter/g;
is(scalar @menus, 3, 'the menu is shown for each key');
for (@menus) {
	my @lines = split /\n/, s/.*\n\n\n//sr;
	cmp_ok(scalar @lines, '<', 45, 'it has no more lines than a screen');
	is(scalar grep({ /^>/ } @lines), 1, 'the mark is among them');
}
like($menus[0], qr/^> 1  Kernel 1  \(default\)\n  2  Kernel 2\n.*\n  \.\.\. \d+ below$/ms, 'first the beginning');
like($menus[1], qr/^  \.\.\. \d+ above\n.*\n  59  Kernel x+\.\.\.\n> 60  Kernel the last$/ms, 'then the end');

# With one entry there is nothing to choose, and the keyboard is left alone.
$run = $guest->tell('xr', in => 'one');
fact_is($run, title => 'One', 'one entry: it is started');
unlike($run->{text}, $menu, 'without a menu');
done_testing();
