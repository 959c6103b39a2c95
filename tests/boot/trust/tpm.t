#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A TPM that does not do what it should: Keel says so and goes on, and the kernel is told; with Secure Boot
# on, what cannot be measured is not started. The TPM is made up by a driver.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Keys;
use Test::More;
use Verdict;

my $tell = 'build/tests/kernels/tell-gcc-exec-2.elf';
my $conf = "title A\nkernel tell.elf\n";
my @same = (driver => 'tcg2', conf => $conf, files => { '/tell.elf' => $tell });
my $not_measured = qr/^  note      .* is not measured: EFI status 0x8000000000000007$/m;

# Variant, what the kernel is told, what Keel says (undef: nothing of TPMs).
my @variants = (
	[ 'failing', 2, $not_measured ],
	[ 'truncated', 2, qr/^  note      the TPM's event log was full: the firmware has left events out$/m ],
	[ 'absent', 0, undef ],
	[ 'mute', 2, qr/^  note      what is started is not measured: EFI status 0x8000000000000007$/m ],
	[ 'no-log', 2, qr/^  note      the TPM's event log cannot be read: EFI status 0x8000000000000007$/m ],
	[ 'garbage', 2, qr/^  note      the TPM's event log cannot be read: EFI status 0x0000000000000000$/m ],
	[ 'no-registers', 1, qr/^  note      the TPM does not tell its registers 8 and 9 \(SHA-256\)$/m ],
	[ 'final', 1, undef ],
);
my $guest = Guest->new(@same, waits => 1);
for (@variants) {
	my ($variant, $measured, $words) = @$_;
	my $run = $guest->tell($variant);
	is($run->{ended}, 'guest-shutdown', "$variant: the kernel runs") or diag($run->{text});
	fact_is($run, measured => $measured, "$variant: it is told");
	$words ? line_like($run, 'console', $words, "$variant: Keel says so")
		: unlike($run->{console}, qr/^  note .*(?:TPM|measured)/m, "$variant: nothing to say");
	next if $variant ne 'final';
	my $final = pack 'H*', $run->{facts}{final_events}[0] // '';
	is(length $final, 54, 'final: one event that is not in the log');
	like($final, qr/new\0$/, 'final: it is the new one');
}
my $run = $guest->tell('final;selfcheck options=finish=poweroff');
inside_ok($run, 'final: the self-check');
$run = $guest->tell('truncated;selfcheck options=finish=poweroff');
inside_ok($run, 'truncated: the self-check');
line_like($run, 'report', qr/^ok .*- measured boot: registers 8 and 9 .* # SKIP the loader could not measure or read everything$/m,
	'truncated: it does not compare');
$guest->stop;

SKIP: {
	skip 'only with everything: with Secure Boot on', 2 unless $ENV{EVERYTHING};
	my $obstacle = Keys::obstacle();
	skip $obstacle, 2 if $obstacle;
	my $keys = Keys->new;
	for (['failing', qr/^built-in self-check cannot be measured: the TPM refuses, and Secure Boot is on/],
		['mute', qr/^what is started cannot be measured: the TPM refuses, and Secure Boot is on/]) {
		my ($variant, $words) = @$_;
		$run = run_guest($keys->machine, driver => 'tcg2', variant => $variant, limit => 240,
			keel => $keys->sign('build/keel.efi'), files => { '/keel.conf' => undef,
			'/EFI/BOOT/BOOTX64.EFI' => $keys->sign('build/tests/boot/drivers/tcg2.efi') });
		like($run->{tries}[0]{error} // '', $words, "$variant, with Secure Boot on: refused") or diag($run->{text});
	}
}
done_testing();
