#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# build/keel.efi as a file: small, and laid out so that firmware can protect each section (Microsoft
# PE format: file header, optional header, section table).
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib tools);
use DiskImage;
use Pe;
use Test::More;

my $file = 'build/keel.efi';
my $limit = 393_216;
my ($execute, $write) = (0x20000000, 0x80000000);

my $image = content_of($file);

cmp_ok(length $image, '<=', $limit, "$file has $limit bytes at most");
is(substr($image, 0, 2), 'MZ', 'it begins as a DOS program');
my $pe = unpack 'x60V', $image;
is(substr($image, $pe, 4), "PE\0\0", 'it has a PE signature');
my ($cpu, $count, $optional_bytes) = unpack "x$pe x4 v v x12 v", $image;
is($cpu, 0x8664, 'for x86-64');

my $optional = $pe + 24;
my ($magic, $entry) = unpack "x$optional v x14 V", $image;
my ($section_alignment) = unpack "x$optional x32 V", $image;
my ($headers_bytes, $subsystem, $characteristics) = unpack "x$optional x60 V x4 v v", $image;
is($magic, 0x20b, 'PE32+');
is($subsystem, 10, 'a UEFI application');
ok($section_alignment % 4096 == 0 && $section_alignment, 'sections are aligned to pages');
# Room for the sections that are added to it later: without moving what is there.
is($headers_bytes, 4096, 'the headers have a page');
ok($characteristics & 0x100, 'it says that it does not execute data (NX_COMPAT)');

my ($entry_section, $end) = ('none', $headers_bytes);
my (%section, %content);
for my $i (0 .. $count - 1) {
	my $header = $optional + $optional_bytes + 40 * $i;
	my ($name, $bytes, $address, $raw_bytes, $offset, $flags) = unpack "x$header Z8 V V V V x12 V", $image;
	$name =~ s/\0.*//s;
	$section{$name} = $flags;
	$content{$name} = substr $image, $offset, $bytes;
	cmp_ok($raw_bytes, '>=', $bytes, "$name is all in the file");
	is($address % 4096, 0, "$name begins on a page");
	ok(!($flags & $execute && $flags & $write), "$name is not both writable and executable");
	cmp_ok($address, '>=', $end, "$name does not overlap what comes before it");
	$end = $address + $bytes;
	$entry_section = $name if $address <= $entry && $entry < $end && $flags & $execute;
}
isnt($entry_section, 'none', "the entry point is code, in $entry_section");
ok(exists $section{'.kernel'}, 'the built-in kernel has a section, .kernel');
is(($section{'.kernel'} // 0) & ($execute | $write | 0x02000000), 0, '... that is data, read-only, and stays');

# shim (SBAT.md): six fields a line, the first line is for the format itself.
my $version = content_of('VERSION') =~ s/\s+//gr;
my @sbat = map { [ split /,/, $_, -1 ] } split /\n/, $content{'.sbat'} // '';
is_deeply([ map { scalar @$_ } @sbat ], [ 6, 6 ], '.sbat: two lines of six fields');
is($sbat[0][0], 'sbat', '.sbat: the first line is for the format');
is("@{ $sbat[1] // [] }[0, 2, 3]", 'keel Keel keel', '.sbat: the second one is for keel.efi');
like($sbat[1][1], qr/^[1-9]\d*$/, '.sbat: a generation');
like($sbat[1][4], qr/^\Q$version\E(\+[0-9a-f]+)?$/, '.sbat: the version');
is($sbat[1][5], 'docs/secure-boot.md', '.sbat: where to report');
ok(-r $sbat[1][5], '.sbat: ... which is there');
is(($section{'.sbat'} // 0) & ($execute | $write | 0x02000000), 0, '.sbat is data, read-only, and stays');
my $driver = Pe->new('build/audit.efi');
my $its_sbat = $driver->section('.sbat');
is($its_sbat && $driver->content($its_sbat), $content{'.sbat'}, 'audit.efi has the same .sbat');

# Firmware need not have turned SSE on (U-Boot does not), nor the x87: none of it until Keel has done
# so itself, and after that only what sets up the state in which runtime services are called.
my @mnemonics;
for (`objdump -d --no-show-raw-insn $file`) {
	my ($mnemonic, $operands) = /^\s*[0-9a-f]+:\t([a-z]\w*)(.*)/ or next;
	push @mnemonics, $mnemonic if $operands =~ /%(?:[xyz]?mm|st)\b|%[xyz]?mm\d/
		|| $mnemonic =~ /^(?:f|v?ldmxcsr|v?stmxcsr|emms|xsave|xrstor)/;
}
is("@mnemonics", 'fninit ldmxcsr fninit ldmxcsr',
	'SSE and x87: only where CPU 0 is prepared for the firmware, and another one made like it');
done_testing();
