#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# docs/hardware.md explains every message of the loader and every kind of point of the self-check:
# they are looked up in the sources. What is said of kernels' files and of configurations is explained
# elsewhere; there a line for all of them is enough.
use strict;
use utf8;
use warnings;
use open qw(:std :encoding(UTF-8));
use Test::More;

sub content_of {
	open(my $file, '<', $_[0]) or die "$_[0]: $!\n";
	local $/;
	return scalar <$file>;
}

my $guide = content_of('docs/hardware.md') =~ s/\s+/ /gr;
my $literal = qr/"(?:[^"\\]|\\.)*"/;

# Adjacent literals as the text they stand for, with "…" for each value.
sub text_of {
	my $source = shift;
	$source =~ s/\bCONF\b/"keel.conf"/g;
	my $text = join '', map { s/^"|"$//gr } $source =~ /$literal/g;
	$text =~ s/%(?:%|-?\d*l?[a-z])/$& eq '%%' ? '%' : '…'/ge;
	$text =~ s/…+/…/g;
	$text =~ s/\\n$//;
	$text =~ s/\\([\\"])/$1/g;
	return $text;
}

# The first literals after each of these words, in such files. Texts of values alone are no messages.
sub messages {
	my ($words, @paths) = @_;
	my %found;
	for my $path (@paths) {
		my $source = content_of($path);
		while ($source =~ /\b(?:$words)[^;"]*?((?:(?:$literal|\bCONF\b)\s*)+)/g) {
			my $text = text_of($1);
			$found{$text} = $path if $text =~ /\w/;
		}
	}
	return \%found;
}

# Each text is in the guide, as code.
sub explained {
	my ($what, $least, $found, $wanted) = @_;
	my @missing = grep { index($guide, $wanted->($_)) < 0 } sort keys %$found;
	cmp_ok(scalar keys %$found, '>=', $least, "$what: they are found in the sources");
	is(scalar @missing, 0, "$what: all are explained") or diag(map { "$found->{$_}: $_\n" } @missing);
}

my $anywhere = sub { $_[0] };
my $as_code = sub { "`$_[0]`" };
my @loader = glob 'efi/*.c efi/*/*.c';
my @self_check = glob 'tests/payload/*.c tests/payload/audit/*.c';
explained('errors', 20, messages('fail\(fw', @loader), $anywhere);
explained('panics', 2, messages('panic\(', @loader), $anywhere);

my $notes = messages('note\(fw', @loader);
delete @$notes{ grep { /^… \(/ } keys %$notes };	# those of mm/, which are next
explained('notes of the loader', 10, $notes, $as_code);

my %mm = map { $_ => 'mm/text.c' } content_of('mm/text.c') =~ /\[MM_(?:ERR|NOTE)_\w+\]\s*=\s*"([^"]*)"/g;
explained('errors and notes of mm/', 25, \%mm, $as_code);

my %tables = map { $_ => 'efi/lib/table_list.c' }
	content_of('efi/lib/table_list.c') =~ /\[TABLE_\w+\]\s*=\s*"([^"]*)"/g;
explained("what is wrong with firmware's tables", 8, \%tables, $as_code);

# A point begins with what it is about, up to the colon; where that is a value it is a row of the map.
my $points = messages('point_begin\(', @self_check);
my %kinds = map { /^([^:,…]+?)(?:[:,]| …)/ ? ($1 => $points->{$_}) : () } keys %$points;
explained('kinds of points', 25, \%kinds, $as_code);
explained('reasons to skip', 8, messages('point_skip\(', @self_check), $as_code);
my $stops = messages('report_bail_out\(', @self_check);
my %stops = map { (/^exception/ ? 'exception … in …' : $_) => $stops->{$_} } keys %$stops;
explained('reasons to stop', 3, \%stops, $as_code);
my $shown = messages('show\(', @self_check);
delete @$shown{ grep { !/\w+ \w+ \w+/ } keys %$shown };	# parts of the map
explained('remarks', 4, $shown, $anywhere);
done_testing();
