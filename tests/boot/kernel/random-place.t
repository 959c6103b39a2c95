#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A kernel that asks for a random place gets one: another for each seed, and wherever it is, it runs. No
# source of random numbers, or fixed addresses: it is refused. The self-check passes wherever it is.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my %kernels = map { ("/$_.elf" => "build/tests/kernels/tell-gcc-$_-16.elf") } qw(pie exec);
my $guest = Guest->new(driver => 'rng', waits => 1, cpu => 'max,-rdrand', smp => 2,
	files => { %kernels, '/selfcheck.elf' => 'build/tests/kernels/selfcheck-pie.elf' });
my $seeds = $ENV{EVERYTHING} ? 20 : 4;
my (%places, %random);
for my $seed (1 .. $seeds) {
	my $run = $guest->tell("$seed;kernel=\\pie.elf random=place");
	my %fact = map { $_ => $run->{facts}{$_}[0] // '' } qw(data_is_right pointers_are_right phys_base slide);
	is("$fact{data_is_right} $fact{pointers_are_right} $fact{phys_base}", '1 1 0',
		"seed $seed: it runs where it is") or diag($run->{text});
	$places{$fact{slide}}++;
	$random{join '', @{ $run->{facts}{random} // [] }}++;
}
cmp_ok(scalar keys %places, '>', $seeds / 2, 'places: ' . join ' ', sort keys %places);
is(scalar keys %random, $seeds, 'each got a seed of its own');

# The first words of the source choose the place; the kernel is not told those.
my ($run, $other) = map { $guest->tell("$_;kernel=\\pie.elf") } 1, 2;
is_deeply($run->{facts}{slide}, $other->{facts}{slide}, 'without a request the place is always the same');

for (['1', 'exec', 'it has fixed addresses: link it as a static PIE'],
		['none', 'pie', 'this machine has no source of random numbers']) {
	my ($variant, $kernel, $why) = @$_;
	$run = $guest->tell("$variant;kernel=\\$kernel.elf random=place");
	line_like($run, 'text', qr/^keel: error: \\$kernel\.elf cannot have a random place: \Q$why\E/m,
		"$kernel, $variant: $why");
}

# The self-check, position-independent: every point, wherever it is.
my %slides;
for my $seed (1 .. ($ENV{EVERYTHING} ? 20 : 2)) {
	$run = $guest->tell("$seed;kernel=\\selfcheck.elf random=place options=finish=poweroff");
	inside_ok($run, "the self-check, seed $seed");
	outside_ok($run, "the self-check, seed $seed");
	my ($place) = $run->{console} =~ /^  kernel .* at (0x[0-9a-f]+) \(moved\)$/m;
	$slides{$place // 'nowhere else'}++;
}
$guest->stop;
cmp_ok(scalar keys %slides, '>', 1, 'it was at ' . join ' ', sort keys %slides);
done_testing();
