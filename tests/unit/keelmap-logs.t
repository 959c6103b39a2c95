#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# keelmap on what people paste: logs with more than one memory map in them, with lines missing or
# there twice, with a Memory Attributes Table, of Xen and of the EFI shell 1.0.
use strict;
use warnings;
no warnings 'portable'; # hexadecimal numbers of 64 bits
use lib 'tests/unit/lib';
use Keelmap;
use Test::More;

my %log = map { m{/([^/]*)\.txt$}; $1 => $_ } glob 'tests/logs/*.txt';
my ($code, $out, $err);

sub leaves { (keelmap('--format=leaves', @_))[1] }

# As Linux prints it: number, name of the type, attributes, start, pages.
sub mem
{
	my ($n, $type, $attributes, $start, $pages) = @_;
	return sprintf "[    0.000000] efi: mem%02u: [%-12s|%3s|  |WB|WT|WC|UC] " .
		"range=[0x%016x-0x%016x] (0MB)\n", $n, $type, $attributes, $start,
		$start + $pages * 4096 - 1;
}

# A machine's map and what Linux makes of it, with so many pages of memory above 1 MB.
sub map_of
{
	my ($pages) = @_;
	return mem(0, 'Conventional', '', 0x1000, 0x9f) . mem(1, 'Conventional', '', 0x100000, $pages) .
		mem(2, 'Runtime Code', 'RUN', 0x40000000, 16) . mem(3, 'Runtime Data', 'RUN', 0x40010000, 16);
}
my $runtime_map = mem(0, 'Runtime Data', 'RUN', 0x40010000, 16) .
	mem(1, 'Boot Data', '', 0x30000000, 1) . mem(2, 'Runtime Code', 'RUN', 0x40000000, 16);
my $runtime_heading = "[    0.2] efi: EFI runtime memory map:\n";
my $kernel = "[    0.000000] Linux version 6.1.0 (gcc)\n";
my $firmware = "[    0.000000] efi: EFI v2.70 by Example\n";
my $table = "[    0.3] efi: memattr: Processing EFI Memory Attributes table:\n" .
	"[    0.3] efi: memattr:  0x000040000000-0x00004000ffff [Runtime Code|RUN|  |RO|  |  |  |  ]\n";
my %want = map { $_ => leaves(file("want$_", map_of($_))) } 0x1000, 0x2000, 0x3000;
my $with_table = leaves(file('with', map_of(0x1000)),
	'--attributes', file('table', "5 40000000 16 8000000000020000\n"));
isnt($with_table, $want{0x1000}, 'a Memory Attributes Table makes a difference');

# --- The firmware's map and Linux's own --------------------------------------------------------------

($code, $out, $err) = keelmap('--check', $log{'linux-two-maps'});
is($code, '0', 'two maps in one boot: nothing is wrong');
like($out, qr/^# \S+: 6 descriptors, 6146 MB of memory$/m, "two maps in one boot: the firmware's is shown");
unlike($err, qr/boot/, 'two maps in one boot: it is one');

for ([ 'with all headings', $kernel . $firmware . map_of(0x1000) . $runtime_heading . $runtime_map ],
	[ 'without the first', map_of(0x1000) . $runtime_heading . $runtime_map ],
	[ 'without any, as from grep', map_of(0x1000) . $runtime_map ],
	[ "an old kernel's heading", "[    0.000000] EFI v2.31 by American Megatrends\n" . map_of(0x1000) .
		$runtime_heading . $runtime_map ],
	[ 'a runtime map with free memory, as 32-bit firmware has it',
		$firmware . map_of(0x1000) . $runtime_heading . map_of(0x2000) ],
	[ 'printed again behind one heading', $firmware . map_of(0x1000) . map_of(0x2000) . $runtime_heading .
		$runtime_map ],
	[ 'the first of them incomplete', $firmware . (map_of(0x2000) =~ s/^.*mem01.*\n//mr) . map_of(0x1000) ]) {
	my ($name, $text) = @$_;
	($code, $out, $err) = keelmap('--format=leaves', '--check', file('log', $text));
	ok($code eq '0' && $out eq $want{0x1000} && $err !~ /boot/, "one boot, $name") or diag("$code $err");
}
($code, $out, $err) = keelmap(file('log', $kernel . $runtime_heading . $runtime_map));
ok($code eq '2' && $out eq '' && $err =~ /log:3: expected the firmware's memory map, found only what Linux/,
	'only a runtime map: refused') or diag($err);
($code, $out, $err) = keelmap(file('log', $kernel . $table));
ok($code eq '2' && $err =~ /log:3: expected the firmware's memory map, found only a Memory Attributes Table/,
	'only a Memory Attributes Table: refused') or diag($err);

# --- Several boots ------------------------------------------------------------------------------------

for ([ 'with headings', join '', map { $kernel . $firmware . map_of($_) . $runtime_heading . $runtime_map }
		0x1000, 0x2000, 0x3000 ],
	[ 'without headings', join '', map { map_of($_) . $runtime_map } 0x1000, 0x2000, 0x3000 ]) {
	my ($name, $text) = @$_;
	my $path = file('boots', $text);
	($code, $out, $err) = keelmap('--check', '--format=leaves', $path);
	is($out, $want{0x3000}, "several boots, $name: the last one is shown");
	like($err, qr/boots:\d+: this is boot 3 of the 3 .*; --boot N takes another$/m, "several boots, $name: it is said");
	is($code, '0', "several boots, $name: nothing is wrong with that");
	is(leaves('--boot', $_, $path), $want{$_ * 0x1000}, "several boots, $name: boot $_") for 1 .. 3;
	($code, $out, $err) = keelmap('--boot', '4', $path);
	ok($code eq '2' && $err =~ /boots: expected a boot from 1 to 3, found 4$/m, "several boots, $name: no boot 4");
}
is(leaves(file('cut', map_of(0x1000) . $kernel . $firmware . $runtime_heading . $runtime_map)), $want{0x1000},
	"a boot whose firmware's map is lost does not count");

# A table is of the boot that it is printed in.
for ([ "$kernel$firmware", '' ], [ '', '' ]) {
	my ($start) = @$_;
	my $path = file('tables', $start . map_of(0x1000) . $table . $start . map_of(0x2000));
	my $name = $start ? 'with headings' : 'without headings';
	is(leaves('--boot', 1, $path), $with_table, "$name: the table of boot 1");
	is(leaves('--boot', 2, $path), $want{0x2000}, "$name: boot 2 has none");
}

# --- Missing and doubled lines -------------------------------------------------------------------------

($code, $out, $err) = keelmap('--check', $log{'linux-lines-missing'});
is($code, '1', 'missing lines: --check fails');
like($err, qr/missing.txt: before line 10 mem09 to mem19 are missing, 11 lines .* in all/, 'missing lines: which');
($code, $out) = keelmap($log{'linux-lines-missing'});
ok($code eq '0' && $out =~ /^# problem: before line 10 mem09/m, 'missing lines: shown all the same');
($code, $out, $err) = keelmap('--check', file('head', map_of(0x1000) =~ s/^.*\n.*\n//r));
ok($code eq '1' && $err =~ /head: before line 1 mem00 to mem01 are missing/, 'the first lines are missing');

($code, $out, $err) = keelmap('--check', '--format=leaves', $log{'linux-every-line-twice'});
is($code, '1', 'doubled lines: --check fails');
like($err, qr/twice.txt: line 2 is there twice, as are 40 in all: each counts once/, 'doubled lines: it is said');
my %seen;
is($out =~ s/^# problem: .*\n//mr, leaves(file('once', join '', grep { !$seen{$_}++ } map { "$_\n" }
	split /\n/, slurp($log{'linux-every-line-twice'}))), 'doubled lines: each counts once');
($code, $out, $err) = keelmap('--check', file('memattr', map_of(0x1000) . $table . ($table =~ s/^.*\n//r)));
ok($code eq '1' && $err =~ /memattr: line 7 is there twice/, 'a doubled line of a table');
($code, $out, $err) = keelmap(file('mixed', map_of(0x1000) . mem(1, 'Conventional', '', 0x200000, 1)));
ok($code eq '2' && $err =~ /mixed:5: expected the next number of this map, or mem00 of another, found/,
	'a number again with something else: refused') or diag($err);

# Linux drops descriptors that cannot be, with their old numbers, and then prints the map.
($code, $out, $err) = keelmap('--check', file('invalid',
	"[    0.0] efi: [Firmware Bug]: Invalid EFI memory map entries:\n" .
	(mem(7, 'Reserved', '', 0x1000, 0) =~ s/\(0MB\)/(invalid)/r) . map_of(0x1000)));
ok($code eq '0' && $err =~ /invalid:2: descriptor dropped: it has no pages/, 'what Linux drops is dropped here') or diag($err);

# --- Tables, names, Xen ----------------------------------------------------------------------------------

($code, $out, $err) = keelmap('--check', '--format=leaves', $log{'linux-memattr'});
ok($code eq '0' && $err eq '' && $out =~ /r-x WB efi/ && $out !~ /rwx/, "Linux's log: its table is taken") or diag($err);

my @shell = map { [ split ] } grep { /^\S+ +[0-9A-F]{16}-/ } split /\n/, slurp($log{'shell-1.0'});
my %shell_type = (available => 7, ACPI_NVS => 10, BS_data => 4, LoaderData => 2, LoaderCode => 1,
	BS_code => 3, RT_code => 5, RT_data => 6, ACPI_recl => 9, MMIO => 11);
is(scalar @shell, 33, 'shell 1.0: all lines');
is(leaves($log{'shell-1.0'}), leaves(file('shell', join '', map {
	sprintf "%u %s %u %s\n", $shell_type{$_->[0]}, $_->[1] =~ s/-.*//r, hex $_->[2], $_->[3] } @shell)),
	'shell 1.0: all types');
for ([ MemMapIO => 11 ], [ MemPortIO => 12 ], [ PAL_code => 13 ], [ Unusable => 8 ], [ reserved => 0 ]) {
	my ($name, $type) = @$_;
	is(leaves(file('name', "$name  0000000100000000-0000000100000FFF 0000000000000001 8000000000000001\n")),
		leaves(file('number', "$type 100000000 1 8000000000000001\n")), "shell 1.0: $name");
}
my $twice = slurp($log{'shell-1.0'});
my $columns = "Type      Start            End              # Pages          Attributes\n";
($code, $out, $err) = keelmap('--format=leaves', file('again', $columns . $twice . $columns . $twice));
ok($out eq leaves($log{'shell-1.0'}) && $err =~ /this is boot 2 of the 2/, 'memmap twice in a log: one of them');
is(leaves(file('prefix', $twice =~ s/^/[12:00:01.5] /gmr)), leaves($log{'shell-1.0'}), "a terminal's time before each line");

my $xen = slurp($log{'xen-dell-iot-gateway-3001'});
my $list = join '', map { /^\(XEN\)  (\S+)-(\S+) type=(\d+) attr=(\S+)$/ ?
	sprintf("%u %s %u %s\n", $3, $1, (hex($2) + 1 - hex $1) / 4096, $4) : () } split /\n/, $xen;
is(scalar(() = $list =~ /\n/g), 41, "Xen's log: all lines");
is(leaves($log{'xen-dell-iot-gateway-3001'}), leaves(file('xen', $list)), "Xen's log");
is(leaves(file('mail', $xen =~ s/^/> > /gmr)), leaves(file('xen', $list)), "Xen's log in a mail");
($code, $out, $err) = keelmap('--boot', 1, '--format=leaves', file('boots', $xen . $xen =~ s/type=11/type=0/gr));
is($out, leaves(file('xen', $list)), "Xen's log of two boots: the first");
done_testing();
