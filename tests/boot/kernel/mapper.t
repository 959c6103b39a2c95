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
	my ($kernel, $what, @options) = @_;
	my $run = run_guest(conf => "title Mapper\nkernel \\mapper.elf\n",
		files => { '/mapper.elf' => $kernel }, @options);
	inside_ok($run, "$what: what it maps is what it gets");
	is($run->{report}{points}, POINTS, "$what: and it has looked at all of it");
}

maps_ok('build/mapper.elf', $_, cpu => $_) for qw(max qemu64);
for my $compiler (qw(gcc clang)) {
	for my $level ('-O0', '-O2') {
		my $out = "$dir/$compiler$level";
		my $output = `env -u MAKEFLAGS -u MAKELEVEL make -s -C examples/mapper OUT=$out CC=$compiler CFLAGS='$level -Wall -Wextra' 2>&1`;
		is($output, '', "$compiler $level builds it without a word");
		maps_ok("$out/mapper.elf", "$compiler $level");
	}
}
done_testing();
