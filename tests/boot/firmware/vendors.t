#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The runtime services that came with EFI 2.0 are not called, by keel.efi or by the self-check, where
# the firmware's tables are older, or where its vendor's are known to hang.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $guest = Guest->new(driver => 'vendor', waits => 1);
# UpdateCapsule, which came with them, is never called.
my @services = qw(QueryCapsuleCapabilities QueryVariableInfo);

# Calls that the driver has counted.
sub calls {
	my $run = shift;
	my ($phys) = $run->{console} =~ /^vendor: counts at ([0-9a-f]+)$/m;
	my $path = "$run->{machine}{dir}/count";
	$run->{machine}->command('pmemsave', val => hex $phys, size => 8, filename => $path);
	open(my $file, '<:raw', $path) or die "$path: $!\n";
	return unpack 'Q<', do { local $/; <$file> };
}

my %reasons = (
	apple         => "this vendor's firmware hangs in it",
	'old-system'  => "the firmware's table of services has no such one",
	'old-runtime' => "the firmware's table of services has no such one",
);
my $note = qr/^  note +this vendor's firmware hangs in runtime services of EFI 2.0 and later: they are not called$/m;
for my $variant (sort keys %reasons) {
	my $run = $guest->tell($variant);
	inside_ok($run, $variant);
	is(calls($run), 0, "$variant: nobody has called one");
	for (@services) {
		line_like($run, 'report', qr/^ok \d+ - firmware: $_ .*# SKIP \Q$reasons{$variant}\E$/m,
			"$variant: $_ is skipped");
	}
	line_like($run, 'report',
		qr/^ok \d+ - firmware: SetVariable creates .*# SKIP the firmware cannot be asked how much room/m,
		"$variant: no variable is created but the report");
	line_like($run, 'report', qr/^ok \d+ - firmware: keeps this report/m, "$variant: the report is kept");
	my $said = $run->{console} =~ $note;
	ok($variant eq 'apple' ? $said : !$said, "$variant: what keel.efi says of the vendor");
}

# Otherwise they are: the counter works.
for my $variant (qw(apples as-it-is)) {
	my $run = $guest->tell($variant);
	cmp_ok(calls($run), '>', 4, "$variant: keel.efi and the self-check call them");
	ok($run->{console} !~ $note, "$variant: keel.efi says nothing of the vendor");
}
done_testing();
