#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# keelmap --verdict: each rule about a memory map and a Memory Attributes Table is broken once, and is
# named, and nothing else; a report's findings are told with their meaning.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;

my $dir = tempdir('keel-verdict-XXXXXX', TMPDIR => 1, CLEANUP => 1);

sub write_text {
	my ($name, $text) = @_;
	open(my $file, '>:raw', "$dir/$name") or die "$dir/$name: $!\n";
	print $file $text;
	close $file;
}

# Returns what it prints for a text, and its exit code.
sub verdict {
	my ($text, $table) = @_;
	write_text('text', $text);
	write_text('table', $table // '');
	my $attributes = defined $table ? "--attributes $dir/table" : '';
	my $out = `build/host/keelmap --verdict $attributes $dir/text 2>&1`;
	return ($out, $? >> 8);
}

my $runtime = '800000000000000f';
my @map = ('7 0 160 f', '3 100000 256 f', "5 200000 16 $runtime", "6 210000 16 $runtime", '7 1000000 4096 f');
my @table = ('5 200000 2 8000000000004000', '5 202000 10 8000000000020000',
	'5 20c000 4 8000000000004000', '6 210000 16 8000000000004000');

# Replaces, adds or drops a line, which is found by how it begins.
sub changed {
	my ($lines, $begin, @with) = @_;
	return map { index($_, $begin) == 0 ? @with : $_ } @$lines;
}

for (
	[ 'nothing is wrong', 0, [], \@map, \@table ],
	[ 'overlap', 1, ['map-overlap'], [ @map, '7 1001000 2 f' ], \@table ],
	[ 'no pages', 0, ['map-empty'], [ @map, '7 3000000 0 f' ], \@table ],
	[ 'not aligned', 0, ['map-unaligned'], [ @map, '7 3000800 1 f' ], \@table ],
	[ 'beyond the end', 0, ['map-unaligned'], [ @map, '7 fffffffffffff000 2 f' ], \@table ],
	[ 'a type of nobody', 0, ['map-type'], [ @map, '99 3000000 1 f' ], \@table ],
	[ "an OEM's type", 0, [], [ @map, '1879048192 3000000 1 f' ], \@table ],
	[ 'no caching', 0, ['map-uncached'], [ @map, '11 f0000000 1 8000000000000000' ], \@table ],
	[ 'no bit for run time', 0, ['map-runtime-bit'], [ changed(\@map, '6 ', '6 210000 16 f') ], \@table ],
	[ 'an entry without pages', 0, ['mat-alignment'], \@map, [ @table, '6 220000 0 8000000000004000' ] ],
	[ 'an entry that is not aligned', 0, ['mat-alignment'], \@map, [ @table, '6 220010 1 8000000000004000' ] ],
	[ 'entries not in order', 0, ['mat-order'], \@map, [ @table[3, 0, 1, 2] ] ],
	[ 'entries that overlap', 0, ['mat-overlap'], \@map,
		[ changed(\@table, '5 20c', '5 20b000 5 8000000000004000') ] ],
	[ 'an entry that lies elsewhere', 0, ['mat-outside'], \@map, [ @table, '6 300000 1 8000000000004000' ] ],
	[ 'an entry across two descriptors', 0, ['mat-outside'],
		[ changed(\@map, '6 ', "6 210000 8 $runtime", "6 218000 8 $runtime") ], \@table ],
	[ 'an entry of another type', 0, ['mat-type'], \@map, [ @table, '7 1000000 1 8000000000004000' ] ],
	[ 'code without rights', 0, ['mat-rights'], \@map,
		[ changed(\@table, '5 202', '5 202000 10 8000000000000000') ] ],
	[ 'code that is left out', 0, ['mat-coverage'], \@map, [ changed(\@table, '5 202') ] ],
) {
	my ($name, $code, $expected, $map, $table) = @$_;
	my ($out, $exit) = verdict(map { join '', map { "$_\n" } @$_ } $map, $table);
	my @found = $out =~ /^### `([\w-]+)`/mg;
	is("@found", "@$expected", "$name: what is named") or diag($out);
	is($exit, $code, "$name: the exit code");
}

my $report = "# Keel report\n# All 266 checks passed, 1 skipped, 2 with findings about the firmware\n"
	. "# finding grave touches-boot-services x7: GetTime: read 7f1e3000 (type 4) by fffffffeff9d2370\n"
	. "# finding remark time-capabilities x1: resolution: 0x0\n"
	. "# finding fault from-the-future x1: who knows\n"
	. "# bios      A vendor, 1.0, 01/01/2020\n# system    A board\n7 0 160 f\n7 0 160 f\n";
my ($out, $exit) = verdict($report);
is($exit, 1, 'a report: a grave finding is an exit code');
like($out, qr/^## This board's UEFI: 2 findings, 1 of them grave$/m, 'a report: how many');
like($out, qr/^### `touches-boot-services` \(grave\)\n.*^### `time-capabilities` \(remark\)\n/ms, 'the gravest first');
like($out, qr/^- Seen 7 times, first: GetTime: read 7f1e3000 /m, 'how often, and what was seen');
like($out, qr/^- A kernel on this board: keep boot services memory/m, 'what a kernel does');
like($out, qr/^- `from-the-future`: a finding that this version of keelmap does not know/m, 'unknown ones are told');
like($out, qr/^- bios {6}A vendor/m, 'the machine');
like($out, qr/^The run: All 266 checks passed/m, 'the result');
ok($out !~ /map-overlap/, 'the run has judged its own map');
($out, $exit) = verdict("# Keel report\n# not ok 3 - a\e[2Jpoint\n7 0 160 f\n");
like($out, qr/a\?\[2Jpoint/, 'control characters do not get through');
for my $map (glob 'tests/maps/*.map') {
	$out = `build/host/keelmap --verdict $map 2>/dev/null`;
	$exit = $? >> 8;
	ok($exit < 2 && $out =~ /^## This board's UEFI: /m, "$map: there is a verdict");
}
done_testing();
