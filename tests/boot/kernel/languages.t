#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The kernels in C++ and in Rust are built by what compilers there are, without a word, and boot.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use File::Temp qw(tempdir);
use Guest;
use Test::More;
use Verdict;

my $dir = tempdir('keel-languages-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $clean = 'env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES';

sub is_there {
	return !system("command -v $_[0] >/dev/null && $_[0] --version >/dev/null 2>&1");
}

# A kernel that says lines like these, and switches the machine off.
my @built;
sub builds {
	my ($example, $what, $arguments, @lines) = @_;
	my $out = "$dir/$what";
	my $said = qx($clean make -s -C examples/$example OUT=$out $arguments 2>&1);
	is($said, '', "$what: it is built without a word") or return;
	push @built, [ $what, "$out/$example.elf", @lines ];
}

my @cxx = (qr/^cxx: constructors have run\ncxx: \d+ MB are free, \d+ mappings$/m, qr/^cxx: the year is 20\d\d$/m);
for my $compiler ('g++', $ENV{EVERYTHING} ? 'clang++' : ()) {
	SKIP: {
		skip "there is no $compiler", 2 + @cxx unless is_there($compiler);
		builds('cxx', "cxx-$compiler", "CXX=$compiler", @cxx);
	}
}
my @rust = (qr/^rust: command line: some text\nrust: \d+ MB are free, \d+ mappings\nrust: 20\d\d-\d\d-\d\d$/m,
	qr/^rust: CPU 1 is here, with 101$/m, qr/^rust: CPU 2 is here, with 102$/m);
SKIP: {
	skip 'there is no rustc', 2 + @rust unless is_there('rustc');
	builds('rust', 'rust', '', @rust);
}

# All from the same boot.
my $guest = Guest->new(driver => 'twice', waits => 1, smp => 3,
	conf => join('', map { "title $_->[0]\nkernel \\$_->[0].elf\noptions some text\n" } @built),
	files => { map { ("/$_->[0].elf" => $_->[1]) } @built });
for (@built) {
	my ($what, undef, @lines) = @$_;
	my $run = $guest->tell("as it is;entry=$what");
	is($run->{ended}, 'guest-shutdown', "$what: it is switched off by ResetSystem");
	line_like($run, 'text', $_, "$what: it says that") for @lines;
}
done_testing();
