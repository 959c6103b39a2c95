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

# With one entry there is nothing to choose, and the keyboard is left alone.
$run = run_guest(conf => "title One\nkernel \\tell.elf\n", files => { '/tell.elf' => $tell },
	driver => 'keys', variant => 'xr');
fact_is($run, title => 'One', 'one entry: it is started');
unlike($run->{text}, $menu, 'without a menu');
done_testing();
