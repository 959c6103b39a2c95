#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Kernels that were built against older headers, and are kept as files, run unchanged.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my @kernels = glob 'tests/kernels/kept/*.elf';
cmp_ok(scalar @kernels, '>', 0, 'there are some');
for my $kernel (@kernels) {
	my ($name) = $kernel =~ m{([^/]+)$};
	my $run = run_guest(files => { "/$name" => $kernel, '/file' => \'12345' },
		conf => "title Kept\nkernel \\$name\noptions some words\nmodule \\file more\n");
	line_like($run, 'text', qr/^Hello from a kernel on Keel!\n  command line: some words\n  module \\file: 5 bytes, options: more\n/m,
		"$name: it is told what it was told then");
	line_like($run, 'text', qr/^  ffff800000000000  direct map: \d+ KiB\n.*^  ffffffffff600000  vsyscall: 4 KiB\n/ms,
		"$name: it finds the map");
	is($run->{ended}, 'guest-shutdown', "$name: and the runtime services");
}
done_testing();
