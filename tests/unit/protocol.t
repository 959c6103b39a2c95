#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The tables of structures in docs/protocol.md say what is compiled: offsets and sizes are those of
# boot_info_frozen.h, which test_boot_info compares with the headers.
use strict;
use warnings;
use Test::More;

sub content {
	open(my $file, '<', $_[0]) or die "$_[0]: $!\n";
	local $/;
	return <$file>;
}

my $frozen = content('tests/unit/boot_info_frozen.h');
my %expected;
push @{ $expected{$1} }, "$2 at $3, $4 bytes"
	while $frozen =~ /MEMBER\((\w+), (\w+), (\d+), (\d+)\)/g;

my (%found, $structure);
for (split /\n/, content('docs/protocol.md')) {
	$structure = $1 if /^### struct keel_(\w+)/;
	push @{ $found{$structure} }, "$3 at $1, $2 bytes"
		if defined $structure && /^\| (\d+) \| (\d+) \| `(\w+)` \| \S/;
}
is_deeply([ sort keys %found ], [ sort keys %expected ], 'every structure is described');
is_deeply($found{$_}, $expected{$_}, "struct keel_$_, member by member") for sort keys %expected;

# Names of constants that the text uses are those of the headers.
my $headers = join '', map { content($_) } glob 'include/keel/*.h';
for my $page (qw(protocol porting)) {
	my @unknown = grep { $headers !~ /\b\Q$_\E\b/ }
		content("docs/$page.md") =~ /\b(KEEL_[A-Z0-9_]*\w)\b/g;
	is("@unknown", '', "$page.md: no constant that does not exist");
}
done_testing();
