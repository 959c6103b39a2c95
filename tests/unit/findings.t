#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The findings of the audit: docs/audit.md has the rows of keel/findings.h; each is made somewhere; none
# is made that has no row; and what the audit calls stands in the table of calls.
use strict;
use warnings;
use Test::More;

sub content_of {
	open(my $file, '<', $_[0]) or die "$_[0]: $!\n";
	local $/;
	return scalar <$file>;
}

my $guide = content_of('docs/audit.md');
my $rows = `tools/findings-table`;
ok(index($guide, $rows) >= 0, 'docs/audit.md has the table that tools/findings-table makes');
my @identifiers = $rows =~ /^\| `([\w-]+)` \| (?:remark|fault|grave) \|/mg;
cmp_ok(scalar @identifiers, '>=', 70, 'there are rows');
my %seen;
is(join(' ', grep { $seen{$_}++ } @identifiers), '', 'no identifier comes twice');

my $header = content_of('include/keel/findings.h') =~ s/\\\n//gr;
my %id = $header =~ /FINDING\((\w+), "([^"]+)"/g;
is_deeply([ sort values %id ], [ sort @identifiers ], 'the tool reads all rows');
my %made;
for my $path (glob 'tests/payload/*.c tests/payload/audit/*.c') {
	$made{$_} = 1 for content_of($path) =~ /\bKEEL_FINDING_(\w+)/g;
}
delete @made{qw(COUNT ROWS)};
is(join(' ', grep { !$made{$_} } sort keys %id), '', 'each can be made');
is(join(' ', grep { !$id{$_} } sort keys %made), '', 'each that is made has a row');

my ($enum) = content_of('tests/payload/audit/service.c') =~ /table\[SERVICE_COUNT\] = \{(.*?)^\};/ms;
for my $service ($enum =~ /"(\w+)"/g, qw(ResetSystem UpdateCapsule ConvertPointer)) {
	like($guide, qr/^\| $service \|/m, "$service is in the table of calls");
}
ok(content_of('tests/payload/audit/service.h') !~ /UPDATE_CAPSULE/, 'UpdateCapsule cannot be called');
done_testing();
