#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The machines of Matrix.pm: the quick ones, or all with MATRIX=all. MATRIX_TABLE names a file that
# gets a table of the results, MATRIX_ONLY a pattern for rows.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Matrix;
use Test::More;

my $only = defined $ENV{MATRIX_ONLY} ? qr/$ENV{MATRIX_ONLY}/ : undef;
my @rows = grep { !$only || "$_->{group}: $_->{name}" =~ $only } rows(($ENV{MATRIX} // '') eq 'all');
plan tests => scalar @rows;
my @tried;
for my $row (@rows) {
	my $outcome = $row->{outcome} = eval { try_row($row) }
		// { result => 'FAILED', details => [ $@ ] };
	push @tried, $row;
	my $name = "$row->{group}: $row->{name}: $outcome->{result}";
	if ($outcome->{skip}) {
		SKIP: { skip $name, 1 }
	} else {
		ok($outcome->{good}, $name) or diag(map { "$_\n" } @{ $outcome->{details} });
	}
	next unless defined $ENV{MATRIX_TABLE};
	open(my $file, '>', $ENV{MATRIX_TABLE}) or die "$ENV{MATRIX_TABLE}: $!\n";
	print $file table(@tried);
	close $file or die "$ENV{MATRIX_TABLE}: $!\n";
}
