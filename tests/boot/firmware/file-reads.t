#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# File systems that fail reads of many bytes, give fewer than asked for, or fail at one place: what can
# be read is, and what cannot is said, with nothing lost. One boot for all of them.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

use constant MB => 1 << 20;

my $module = join '', map { pack 'Q<', $_ * 0x12345677 } 1 .. 3 * MB / 8 + 77;
my $bytes = length $module;
my $guest = Guest->new(driver => 'reads', waits => 1,
	conf => "title Module\nkernel tell.elf\nmodule large\n", files => { '/large' => \$module,
		'/tell.elf' => 'build/tests/kernels/tell-gcc-exec-2.elf' });

my $fewer = qr/^ {2}note {6}reading \d+ bytes at once fails \(EFI status \w+4\): fewer are tried\n/m;
my %boots = ('more 1048576' => 0, 'more 100000' => 1, 'more 4096' => 1, 'short 1000' => 0);
for my $variant (sort keys %boots) {
	my $run = $guest->tell($variant);
	subtest $variant => sub {
		is($run->{ended}, 'guest-shutdown', 'the kernel runs') or diag($run->{text});
		fact_is($run, module_bytes => sprintf('%x', $bytes), 'its module\'s size');
		fact_is($run, module_sum => sum_of($module), 'its content');
		my $said = $run->{text} =~ $fewer;
		ok($boots{$variant} ? $said : !$said, 'the note');
	};
}

my %refused = (
	'at 2500000' => qr/^ {2}note {6}large cannot be read from byte 249\d{4} of $bytes on
keel: error: large cannot be read \(EFI status 0x8000000000000007\)$/m,
	'at 10' => qr/^ {2}note {6}keel\.conf cannot be read from byte 0 of 42 on
keel: error: \\keel\.conf cannot be read \(EFI status 0x8000000000000007\)$/m,
	'more 100' =>
		qr/^keel: error: tell\.elf is refused: .* cannot be read \(EFI status 0x8000000000000004\)$/m,
	'ends 2000000' => qr/^ {2}note {6}large cannot be read from byte 2000000 of $bytes on
keel: error: large cannot be read \(EFI status 0x800000000000001f\)$/m,
	'over 1' => qr/^keel: error: \\keel\.conf cannot be read \(EFI status 0x800000000000001f\)$/m,
);
for my $variant (sort keys %refused) {
	my $run = $guest->tell($variant);
	line_like($run, 'text', $refused{$variant}, $variant);
	is($run->{tries}[1]{after}, $run->{tries}[1]{before}, "$variant: no page is lost");
}
done_testing();
