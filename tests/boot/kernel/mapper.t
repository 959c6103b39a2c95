#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A kernel that has mm/ linked in and maps pages at run time with it: on a machine with 1 GB pages
# and on one without, built by either compiler, with optimization and without.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use File::Temp qw(tempdir);
use Guest;
use Test::More;
use Verdict;

use constant POINTS => 11;

my $dir = tempdir('keel-mapper-XXXXXX', TMPDIR => 1, CLEANUP => 1);

sub maps_ok {
	my ($run, $what) = @_;
	inside_ok($run, "$what: what it maps is what it gets");
	is($run->{report}{points}, POINTS, "$what: and it has looked at all of it");
}

my %kernel = ('as make builds it' => 'build/mapper.elf');
for ('gcc -O0', 'clang -O2', $ENV{EVERYTHING} ? ('gcc -O2', 'clang -O0') : ()) {
	my ($compiler, $level) = split;
	my $out = "$dir/$compiler$level";
	my $output = `env -u MAKEFLAGS -u MAKELEVEL make -s -C examples/mapper OUT=$out CC=$compiler CFLAGS='$level -Wall -Wextra' 2>&1`;
	is($output, '', "$_ builds it without a word");
	$kernel{$_} = "$out/mapper.elf";
}

# An entry for each kernel, one after the other from the same boot.
my @names = sort keys %kernel;
my $guest = Guest->new(driver => 'twice', waits => 1,
	conf => join('', map { "title $names[$_]\nkernel \\$_.elf\n" } 0 .. $#names),
	files => { map { ("/$_.elf" => $kernel{ $names[$_] }) } 0 .. $#names });
maps_ok($guest->tell("as it is;entry=\"$_\""), $_) for @names;
$guest->stop;
maps_ok(run_guest(conf => "title Mapper\nkernel \\mapper.elf\n", files => { '/mapper.elf' => 'build/mapper.elf' },
	cpu => 'qemu64'), 'without 1 GB pages');
done_testing();
