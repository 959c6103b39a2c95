#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The firmware's tables lie where no memory is: the kernel reaches each of them, and nothing else
# beside them. Those that make no sense are left out, and told. EVERYTHING=1 tries all places.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $guest = Guest->new(driver => 'tables', waits => 1);

my $note = qr/^  note +firmware's table/m;

sub follows_ok {
	my ($run, $variant) = @_;
	inside_ok($run, $variant);
	outside_ok($run, $variant);
	line_like($run, 'report', qr/^ok \d+ - firmware's tables: ACPI's/m, "$variant: ACPI's are followed");
	my ($tables) = join("\n", @{ $run->{report}{lines} }) =~ /^# firmware's tables: (\d+),/m;
	cmp_ok($tables, '>=', 17, "$variant: $tables tables are found");
}

for my $variant (qw(hole across), $ENV{EVERYTHING} ? qw(reserved device low) : ()) {
	my $run = $guest->tell($variant);
	follows_ok($run, $variant);
	unlike($run->{console}, $note, "$variant: nothing is wrong with any");
}

my %said = (
	rubbish => [ qr/DSDT at 0x[0-9a-f]+: it has another signature$/m,
		qr/OEM1 at 0x[0-9a-f]+: its length cannot be right: 5$/m,
		qr/OEM2 at 0x[0-9a-f]+: its length cannot be right: 4294967295$/m,
		qr/ACPI at 0x123400000000: nothing can be read there$/m,
		qr/XSDT at 0x[0-9a-f]+: it lists itself$/m ],
	many => [ qr/ACPI at 0x[0-9a-f]+: left out with all that follow, too many: 1024$/m ],
);
for my $variant ('rubbish', $ENV{EVERYTHING} ? 'many' : ()) {
	my $run = $guest->tell($variant);
	follows_ok($run, $variant);
	line_like($run, 'console', qr/$note $_/, "$variant: keel.efi says: $_") for @{ $said{$variant} };
	my $notes = () = $run->{console} =~ /$note/g;
	is($notes, scalar @{ $said{$variant} }, "$variant: and no more");
}

# What comes later is told, and is all that the kernel does not find.
my $run = $guest->tell('late');
line_like($run, 'console', qr/^  note +the configuration table has changed since/m,
	'late: keel.efi says so');
my @failed = grep { /^not ok/ } @{ $run->{report}{lines} };
is(scalar @failed, 2, 'late: two checks fail') or diag(@failed);
line_like($run, 'report', qr/^# not ok .*: smbios3_virt at .*: expected 0xffff8[0-9a-f]+, found 0x0$/m,
	'late: the address of an entry point in the direct map is 0');
line_like($run, 'report', qr/^not ok .*ESRT(?:.*\n)+? +mismatches: 2$/m, 'late: it and the ESRT are not mapped');
is($run->{ended}, 'guest-shutdown', 'late: and all other checks are done');
$guest->stop;
done_testing();
