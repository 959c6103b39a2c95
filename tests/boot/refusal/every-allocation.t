#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Each allocation that it takes to start a configured kernel, with modules and symbols, fails in a
# try of its own. Each time Keel says what there was no memory for, gives everything back, and
# returns; when none fails, the kernel runs.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $run = run_guest(driver => 'nth', limit => 200,
	conf => "timeout 0\ntitle Tell\nkernel \\tell.elf\nmodule \\keel.conf and its options\n"
		. "module \\tell.elf\nsymbols yes\n",
	files => { '/tell.elf' => 'build/tests/kernels/tell-gcc-pie-2.elf' });
my @tries = @{ $run->{tries} };
cmp_ok(scalar @tries, '>', 24, scalar @tries . ' tries');
my %different;
for my $n (0 .. $#tries) {
	my $try = $tries[$n];
	my $name = 'allocation ' . (int($n / 2) + 1) . ", $try->{name} try";
	my $good = is($try->{status}, $STATUS{OUT_OF_RESOURCES}, "$name: status");
	$good &= like($try->{error}, qr/^no memory (for .*\d+ (pages|bytes)|to open )/, "$name: it says for what");
	$good &= is($try->{after}, $try->{before}, "$name: no page is lost") if $try->{name} eq 'second';
	diag($try->{text}) unless $good;
	$different{ $try->{error} } = 1;
}
cmp_ok(scalar keys %different, '>', 8, 'for many things');
is($run->{ended}, 'guest-shutdown', 'with all of them the kernel runs') or diag($run->{text});
fact_is($run, check => '0', 'and is content');
done_testing();
