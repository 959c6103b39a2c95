#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Where kernels end up: made by gcc and clang, at fixed addresses and position-independent, linked for
# 1, 2, 16 and 256 MB, with that place free and with it taken. The machine boots once, and is brought
# back to where keel.efi starts for each of them. Without EVERYTHING each kind for each place, by one of the
# compilers.
use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;

my $text_start = 0xffffffff80000000;
my $step = 0x200000;
my @compilers = qw(gcc clang);
my @kinds = qw(exec pie);
my @places = (1, 2, 16, 256);	# MB

sub fact {
	my ($run, $name) = @_;
	return hex($run->{facts}{$name}[0] // 'ffff');
}

# The kernel runs at addresses and in memory that fit: what each kind of kernel may expect.
sub check_place {
	my ($run, $kind, $home, $free) = @_;
	use integer;			# modulo 2^64: it may have been moved down
	my ($slide, $base) = (fact($run, 'slide'), fact($run, 'phys_base'));
	my $moved = $kind eq 'pie' ? $slide : $base;
	my $kept = $kind eq 'pie' ? $base : $slide;
	is($kept, 0, $kind eq 'pie' ? 'VA = PA + the window\'s start' : 'it keeps its addresses');
	ok($free ? $moved == 0 : $moved != 0, $free ? 'it is at home' : 'it was moved')
		or diag(sprintf 'slide %x, phys_base %x', $slide, $base);
	is($slide % $step, 0, 'by steps of 2 MB');
	is($run->{facts}{entry}[0], sprintf('%x', $text_start + $home + $slide),
		'the entry is where it belongs');
	my @virt = map { hex } @{ $run->{facts}{segment_virt} };
	my @phys = map { hex } @{ $run->{facts}{segment_phys} };
	is_deeply(\@phys, [ map { $_ - $text_start + $base } @virt ], 'the segments go along');
	is_deeply($run->{facts}{segment_rights}, [ 3, 1, 2 ], 'code, constants, data');
}

my @kernels = map { my $compiler = $_; map { my $kind = $_; map {
	{ compiler => $compiler, kind => $kind, mb => $_, name => "$compiler-$kind-$_" }
	} @places } @kinds } @compilers;
@kernels = grep { ($_->{compiler} eq 'gcc') == ($_->{kind} eq 'exec' xor $_->{mb} =~ /^2/) } @kernels
	unless $ENV{EVERYTHING};
my $guest = Guest->new(driver => 'occupy', waits => 1,
	files => { map { ("/$_->{name}.elf" => "build/tests/kernels/tell-$_->{name}.elf") } @kernels });
for my $kernel (@kernels) {
	my ($compiler, $kind, $mb) = @$kernel{qw(compiler kind mb)};
	for my $free (1, 0) {
		# The firmware is at 16 MB by itself.
		my $what = $free ? $mb == 16 ? 'vacate 16' : 'nothing' : "take $mb";
		my $run = $guest->tell("$what;kernel=\\$kernel->{name}.elf");
		subtest "$compiler, $kind, $mb MB, " . ($free ? 'free' : 'taken') => sub {
			is($run->{ended}, 'guest-shutdown', 'it runs') or diag($run->{text});
			is(fact($run, 'data_is_right'), 1, 'its data is right');
			is(fact($run, 'pointers_are_right'), 1, 'its pointers too');
			check_place($run, $kind, $mb << 20, $free);
		};
	}
}
done_testing();
