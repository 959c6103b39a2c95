#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A MADT that lists CPUs twice, or not the one that runs. Each has what it needs once, the one that
# runs comes first, and no CPU is started that runs already. Wrong checksums are no reason to do
# without the table, and what stands before a wrong length is used; both are said. A CPU has the ID that
# its local APIC has, whatever CPUID says.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $used = 'is wrong: it is used all the same';
my %note = (
	unlisted => 'the MADT does not list this CPU, APIC ID 0x0',
	checksum => "the checksum of the ACPI table APIC $used",
	root     => "the checksum of the ACPI table XSDT $used",
	zero     => qr/the MADT is used up to byte \d+: the entry there has 0 bytes, it says/,
);
my @variants = $ENV{EVERYTHING} ? qw(repeated unlisted checksum two root zero) : qw(unlisted checksum zero);
my $guest = Guest->new(driver => 'madt', waits => 1, smp => 3);
for my $variant (@variants) {
	my $cpus = $variant eq 'zero' ? 1 : 3;
	my $run = $guest->tell($variant);
	line_like($run, 'console', qr/^  acpi +$cpus CPUs,/m, "$variant: keel.efi finds $cpus");
	my @notes = $run->{console} =~ /^  note +(.*(?:MADT|checksum).*)$/mg;
	my $expected = $note{$variant};
	is(scalar @notes, defined $expected ? 1 : 0, "$variant: whether there is something to say") or diag("@notes");
	like($notes[0], ref $expected ? $expected : qr/^\Q$expected\E$/, "$variant: what it says") if $expected;
	inside_ok($run, $variant);
	outside_ok($run, $variant);
	line_like($run, 'report', qr/^ok \d+ - every CPU: CPU $_, APIC ID $_, waits, and starts$/m,
		"$variant: CPU $_ starts") for 1 .. $cpus - 1;
}
$guest->stop;

# With one CPU, as OVMF has to find all its CPUs again before it ends.
my $run = run_guest(driver => 'madt', variant => 'renamed');
inside_ok($run, 'renamed');
unlike($run->{console}, qr/does not list this CPU/, 'renamed: keel.efi finds the one that runs in the table');
done_testing();
