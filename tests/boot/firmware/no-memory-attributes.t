#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Without a Memory Attributes Table that makes sense, runtime code stays writable and executable.
# That is said, and nothing else changes.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $none = qr/^  firmware .*Memory Attributes Table: 0 entries/m;
my %note = (
	absent   => $none,
	endless  => $none,
	outside  => qr/^  note +Memory Attributes Table is inconsistent/m,
	unsorted => qr/^  note +Memory Attributes Table is inconsistent/m,
);
# And the audit by name.
my %finding = (absent => 'mat-absent', endless => 'mat-absent', outside => 'mat-outside',
	unsorted => 'mat-order');
my $guest = Guest->new(driver => 'attributes', waits => 1);
for my $variant (sort keys %note) {
	my $run = $guest->tell($variant);
	inside_ok($run, $variant);
	line_like($run, 'console', $note{$variant}, "$variant: keel.efi says so");
	line_like($run, 'console', qr/^  note +runtime code stays writable and executable/m,
		"$variant: keel.efi says what follows from it");
	line_like($run, 'report', qr/^# .*runtime code is writable and executable/m,
		"$variant: the kernel was told");
	is(found_by($run), $finding{$variant}, "$variant: what the audit calls it");
	line_like($run, 'report', qr/^# .*\bRWX WB \d/m, "$variant: there is such memory");
}
done_testing();
