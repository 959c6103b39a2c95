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

my $tell = 'build/tests/kernels/tell-gcc-exec-2.elf';
my $entries = join '', map { "title $_\nkernel \\tell.elf\n" } 'One', 'Zwölf', 'Three';
my $menu = qr/^Up, Down and Enter/m;

sub started {
	my ($name, $title, %options) = @_;
	my $conf = delete $options{timeout};
	$conf = defined $conf ? "timeout $conf\ndefault One\n$entries" : $entries;
	my $run = run_guest(conf => $conf, files => { '/tell.elf' => $tell }, %options);
	fact_is($run, title => $title, "$name: $title is started");
	return $run;
}

# The firmware's terminal on the serial port has no letters but ASCII ones.
my $run = started('keys of a real keyboard', 'Zwölf', timeout => 600,
	keys => [ $menu, 'down', qr/^> 2  Zw/m, 'ret' ]);
like($run->{text}, qr/^> 1  One  \(default\)\n  2  Zw.*lf\n  3  Three$/m, 'the menu is shown');
like($run->{text}, qr/Starts in 600 s/, 'with the time that is left');

$run = started('nobody there', 'One', timeout => 2);
like($run->{text}, qr/Starts in 2 s.*Starts in 1 s/, 'it counts down');
$run = started('no keyboard', 'One', timeout => 1, driver => 'keys', variant => 'none');
$run = started('no timeout', 'One');
unlike($run->{text}, $menu, 'there is no menu');

my @typed = ([ 'ddr', 'Three' ], [ 'x3', 'Three' ]);
push @typed, [ 'dddddur', 'Zwölf' ], [ '9r', 'One' ] if $ENV{EVERYTHING};
for (@typed) {
	my ($keys, $title) = @$_;
	$run = started("$keys typed with a timeout", $title, timeout => 600, driver => 'keys',
		variant => $keys);
	# The first key is what opens the menu.
	$run = started("a key and $keys typed without one", $title, driver => 'keys',
		variant => "x$keys");
	like($run->{text}, $menu, 'a key that is held shows the menu');
}

# More entries than the screen has lines, and one with a title that is longer than a line.
my $many = join '', map { "title Kernel $_\nkernel \\tell.elf\n" } 1 .. 58, 'x' x 300, 'the last';
sub many {
	my ($keys) = @_;
	return run_guest(conf => "timeout 600\n$many", files => { '/tell.elf' => $tell },
		driver => 'keys', variant => $keys);
}
$run = many('12');
fact_is($run, title => 'Kernel 12', 'sixty entries, 12 typed: it is started, and not entry 1');
$run = many('uur');
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
$run = run_guest(conf => "title One\nkernel \\tell.elf\n", files => { '/tell.elf' => $tell },
	driver => 'keys', variant => 'xr');
fact_is($run, title => 'One', 'one entry: it is started');
unlike($run->{text}, $menu, 'without a menu');
done_testing();
