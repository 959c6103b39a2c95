#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# From almost no free memory upwards until Keel boots: each try before that runs out at another
# place, has to say so, and has to give back every page. The boot that ends it has to be right.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $run = run_guest(driver => 'hog', limit => 900);
my @tries = @{ $run->{tries} };
cmp_ok(scalar @tries, '>', 3, scalar @tries . ' tries with too little memory');

my @status = grep { $_->{status} ne $STATUS{OUT_OF_RESOURCES} } @tries;
ok(!@status, 'each of them ends with OUT_OF_RESOURCES')
	or diag(map { "$_->{before} pages: $_->{status}\n$_->{text}" } @status);
my @silent = grep { $_->{error} !~ /^no memory for (.*): \d+ pages/ } @tries;
ok(!@silent, 'each says what there is no memory for')
	or diag(map { "$_->{before} pages:\n$_->{text}" } @silent);
my %places = map { $_ => 1 } map { $_->{error} =~ /^no memory for (.*): \d+ pages/ } @tries;
ok($places{'the stack'} && $places{'page tables'},
	'stack and page tables are among it: ' . join ', ', sort keys %places);
# The firmware may set something aside in the first try and keep it.
my @lost = grep { $_->{after} != $_->{before} } @tries[1 .. $#tries];
ok(!@lost, 'no page is lost')
	or diag(map { "$_->{before} pages before, $_->{after} after\n" } @lost);

inside_ok($run, 'with just enough memory it boots');
done_testing();
