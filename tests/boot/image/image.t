#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# build/keel.efi as a file: small, and laid out so that firmware can protect each section (Microsoft
# PE format: file header, optional header, section table).
use strict;
use warnings;
use Test::More;

my $file = 'build/keel.efi';
my $limit = 393_216;
my ($execute, $write) = (0x20000000, 0x80000000);

open(my $handle, '<:raw', $file) or die "$file: $!\n";
my $image = do { local $/; <$handle> };

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
my %section;
for my $i (0 .. $count - 1) {
	my $header = $optional + $optional_bytes + 40 * $i;
	my ($name, $bytes, $address, $flags) = unpack "x$header Z8 V V x20 V", $image;
	$section{$name} = $flags;
	is($address % 4096, 0, "$name begins on a page");
	ok(!($flags & $execute && $flags & $write), "$name is not both writable and executable");
	cmp_ok($address, '>=', $end, "$name does not overlap what comes before it");
	$end = $address + $bytes;
	$entry_section = $name if $address <= $entry && $entry < $end && $flags & $execute;
}
isnt($entry_section, 'none', "the entry point is code, in $entry_section");
ok(exists $section{'.kernel'}, 'the built-in kernel has a section, .kernel');
is(($section{'.kernel'} // 0) & ($execute | $write | 0x02000000), 0, '... that is data, read-only, and stays');

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
