#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# keelmap from outside: notations, options, forms of output, exit codes, bad input. What people paste
# is in keelmap-logs.t.
use strict;
use warnings;
no warnings 'portable'; # hexadecimal numbers of 64 bits
use lib 'tests/unit/lib';
use JSON::PP;
use Keelmap;
use Test::More;

my $dir = $Keelmap::dir;
my @maps = sort glob 'tests/maps/*.map';
my $qemu = 'tests/maps/qemu-q35-512m.map';

# With EVERYTHING all, otherwise each so manyth.
sub sample {
	my ($step, @all) = @_;
	return $ENV{EVERYTHING} ? @all : @all[grep { $_ % $step == 0 } 0 .. $#all];
}

# --- Every map, whole way, all checks ---------------------------------------------------------------

my %further = map { $_ => 1 } sample(6, @maps);
for my $map (@maps) {
	for my $options ([], $further{$map} ? (['--no-1g'], ['--cpus', '1100']) : ()) {
		my ($code, $out, $err) = keelmap('--check', '--format=leaves', @$options, $map);
		my ($used, $planned, $minimum) =
			$out =~ /^# tables used=(\d+) planned=(\d+) minimum=(\d+)\n\z/m;
		# Keel could not boot where there is no free memory, or only what cannot be true.
		my $want = $map !~ /garbage/ && slurp($map) =~ /^7 \w+ [1-9]\d\d+ /m ? 0 : 1;
		ok($code eq $want && defined $used && $used == $planned && $used == $minimum,
			"$map @$options") or diag("exit code $code\n$err");
	}
}
my $leaf = qr/^[0-9a-f]{16} [0-9a-f]{16} [0-9a-f]+ (?:r--|rw-|r-x|r--u|rwx) (?:WB|WC|UC|UC-|WP|WT) [a-z_]+/;
{
	my ($code, $out) = keelmap('--format=leaves', $qemu);
	is(scalar(grep { !/$leaf (?:1000|200000|40000000)(?: x[0-9a-f]+@[0-9a-f]+)?$/ } lines($out)), 0,
		'leaves: every line is virt phys bytes rights memory-type region leaf-size');
	($code, $out) = keelmap('--format=plan', $qemu);
	is(scalar(grep { !/$leaf(?: x[0-9a-f]+@[0-9a-f]+)?$/ } lines($out)), 0,
		'plan: every line is virt phys bytes rights memory-type region');
	like($out, qr/^ffffff0000000000 \S+ 1000 r-- WB espfix x10000\@10000$/m,
		'plan: one page of %esp fixup stacks at 65536 addresses');
	like($out, qr/^ffffffff80200000 0{10}200000 1a000 r-x WB text$/m, 'plan: kernel text');
	($code, $out) = keelmap($qemu);
	is(scalar(lines($out)) > 18, 1, 'table: a line for each row');
	like($out, qr/^ffff800000000000  ffffe8ffffffffff  105 TB +direct map +r-- WB/m,
		'table: the direct map');
}

# --- Notations --------------------------------------------------------------------------------------

my @linux = ('Reserved', 'Loader Code', 'Loader Data', 'Boot Code', 'Boot Data', 'Runtime Code',
	'Runtime Data', 'Conventional Memory', 'Unusable Memory', 'ACPI Reclaim Memory',
	'ACPI Memory NVS', 'Memory Mapped I/O', 'MMIO Port Space', 'PAL Code', 'Persistent Memory',
	'Unaccepted');
my @newer = @linux;
@newer[7 .. 12] = ('Conventional', 'Unusable', 'ACPI Reclaim', 'ACPI Mem NVS', 'MMIO', 'MMIO Port');
my @shell = qw(Reserved LoaderCode LoaderData BS_Code BS_Data RT_Code RT_Data Available Unusable
	ACPI_Recl ACPI_NVS MMIO MMIO_Port PalCode Persistent Unaccepted);
my @bits = ([RUN => 1 << 63], [MR => 0x10000], [CC => 0x80000], [SP => 0x40000], [NV => 0x8000],
	[XP => 0x4000], [RP => 0x2000], [WP => 0x1000], [RO => 0x20000], [UCE => 0x10], [WB => 8],
	[WT => 4], [WC => 2], [UC => 1]);

sub attributes
{
	my ($attribute) = @_;
	my $known = 0;
	$known |= $_->[1] for @bits;
	return sprintf('|attr=0x%016x]', $attribute) if $attribute & ~$known;
	return join('', map { sprintf '|%2s', $attribute & $_->[1] ? $_->[0] : '' } @bits) . ']';
}

# Types without a name, as an OEM's, have their number in decimal, or in the shell in hexadecimal.
sub linux_type
{
	my ($names, $type, $width) = @_;
	return sprintf '%-*s', $width, $names->[$type] // "type=$type";
}

my %notations = (
	'Linux 6' => sub {
		my ($n, $type, $start, $pages, $attribute) = @_;
		sprintf "[    0.00%04d] efi: mem%02u: [%s%s range=[0x%016x-0x%016x] (%uMB)", $n, $n,
			linux_type(\@newer, $type, 12), attributes($attribute), $start, $start + $pages * 4096 - 1,
			$pages >> 8;
	},
	'Linux 4.0' => sub {
		my ($n, $type, $start, $pages, $attribute) = @_;
		sprintf "Jan  1 00:00:00 box kernel: efi: mem%02u: [%s%s range=[0x%016x-0x%016x) (%uMB)",
			$n, linux_type(\@linux, $type, 19), attributes($attribute), $start, $start + $pages * 4096, 0;
	},
	'Linux 3' => sub {
		my ($n, $type, $start, $pages, $attribute) = @_;
		sprintf "<6>[    0.000000] EFI: mem%u: type=%u, attr=0x%x, range=[0x%016x-0x%016x) (1MB)\r",
			$n, $type, $attribute, $start, $start + $pages * 4096;
	},
	'Xen' => sub {
		my ($n, $type, $start, $pages, $attribute) = @_;
		sprintf "(XEN) [2024-01-01 00:00:%02u]  %013x-%013x type=%u attr=%016x", $n % 60,
			$start, $start + $pages * 4096 - 1, $type, $attribute;
	},
	'UEFI shell' => sub {
		my ($n, $type, $start, $pages, $attribute) = @_;
		sprintf "%-10s %016X-%016X %016X %016X", $shell[$type] // sprintf('%08x', $type), $start,
			$start + $pages * 4096 - 1, $pages, $attribute;
	},
);

for my $map (grep({ /fragment-oem/ } @maps), sample(5, grep { !/garbage|fragment/ } @maps)) {
	my @descriptors = map { [split] } grep { /^\d/ } split /\n/, slurp($map);
	my ($want_code, $want) = keelmap('--format=leaves', $map);
	for my $name (sort keys %notations) {
		my $n = 0;
		my $text = join "\n", 'Shell> memmap', 'Type Start End # Pages Attributes',
			(map { $notations{$name}->($n++, $_->[0], hex $_->[1], $_->[2], hex $_->[3]) }
				@descriptors),
			'  Reserved  :         129 Pages (528,384 Bytes)',
			'[    0.1] efi: Remove mem85: MMIO range=[0xe0000000-0xefffffff] (256MB)', '';
		my ($code, $out, $err) = keelmap('--format=leaves', file('log', $text));
		ok($code eq $want_code && $out eq $want, "$map as $name prints it") or diag("$code $err");
	}
}

{
	my (undef, $plan, $err) = keelmap('--format=plan', 'tests/maps/fragment-oem-types.map');
	like($plan, qr/^\w+ 0{8}20100000 10000 rw- WB efi$/m, 'an OEM\'s type with RUNTIME is in the EFI region');
	unlike($plan, qr/ 0{8}20[12]00000 \w+ ... \w+ direct_map$/m, 'and none is in the direct map');
	my $notes = () = $err =~ /oem-types\.map:[67]: type of an OEM's or OS loader's: not taken for memory/g;
	is($notes, 2, 'both are told');
}

sub log_line { $notations{'Linux 6'}->(@_) . "\n" }
{
	my $large = log_line(0, 7, 0, 0x2000, 0xf) . log_line(1, 3, 0x2000000, 1, 0xf);
	my (undef, $found, $err) = keelmap(file('wide', $large .
		'efi: mem02: [type=99|attr=0x8] range=[0x0000000000001000-0xfff0000000000000fff] (invalid)'));
	like($err, qr/wide:3: descriptor dropped: its type \(16 to 0x6fffffff\) has no meaning \(start 0x1000, pages 18442240474082181120\)/,
		'an end past 2^64, as Linux prints it');
	(undef, $found) = keelmap('--format=leaves', '--', file('shared', "7 0 2000 f\n\n# x\n 3 2000000 1 f"));
	like($found, qr/^ffff800000000000/m, 'no newline at the end');
}

# --- Memory Attributes Table ------------------------------------------------------------------------
{
	my ($map, $table) = ('tests/maps/qemu-ovmf-mixed-3g.map', 'tests/maps/memattr-qemu-ovmf-mixed.map');
	my (undef, $without) = keelmap('--format=leaves', $map);
	my ($code, $with, $err) = keelmap('--check', '--format=leaves', '--attributes', $table, $map);
	like($without, qr/rwx WB efi/, 'without it, runtime code is writable and executable');
	ok($code eq '0' && $err eq '' && $with !~ /rwx/ && $with =~ /r-x WB efi/, 'with it, not');

	my $n = 0;
	my $log = join '', map { log_line($n++, $_->[0], hex $_->[1], $_->[2], hex $_->[3]) }
		map { [split] } grep { /^\d/ } split /\n/, slurp($map);
	$log .= "efi: memattr: Processing EFI Memory Attributes table:\n" .
		join '', map { my ($t, $s, $p, $a) = split; sprintf "efi: memattr:  0x%012x-0x%012x [%-12s%s\n",
			hex $s, hex($s) + $p * 4096 - 1, $newer[$t], attributes(hex $a) }
		grep { /^\d/ } split /\n/, slurp($table);
	my $path = file('dmesg', $log);
	my (undef, $both) = keelmap('--format=leaves', '--attributes', $path, $path);
	is($both, $with, 'one log can give both');
	($code, undef, $err) = keelmap('--attributes', $qemu, $map);
	like($err, qr/qemu-q35-512m\.map:5: Memory Attributes Table is inconsistent/, 'a wrong one is told');
}

# --- Options ----------------------------------------------------------------------------------------
{
	my ($code, $out, $err) = keelmap('--help');
	ok($code eq '0' && $out =~ /^usage: keelmap/ && $out =~ /--mtrr-boundary/, '--help');
	my $version = qx(cat VERSION) =~ s/\n//r;
	($code, $out, $err) = keelmap('--version');
	ok($code eq '0' && $out =~ /^keelmap \Q$version\E(?:\+[0-9a-f]+)?\n\z/ && $err eq '', '--version');
	(undef, $out) = keelmap('--format=plan', '--framebuffer', '80000000:3M', $qemu);
	like($out, qr/^ffff800080000000 0{8}80000000 300000 rw- WC direct_map$/m, '--framebuffer');
	(undef, $out) = keelmap('--format=plan', map({ ('--framebuffer', "${_}0000000:3M") } 8, 9), $qemu);
	like($out, qr/^ffff8000${_}0000000 0{8}${_}0000000 300000 rw- WC direct_map$/m, "two of them: $_")
		for 8, 9;
	(undef, undef, $err) = keelmap('--framebuffer', '100000:0x1000', $qemu);
	like($err, qr/framebuffer overlaps memory/, '--framebuffer over memory is told');
	(undef, $out) = keelmap('--format=plan', '--mtrr-boundary', '10000000', '--mtrr-boundary',
		'0x8000000', $qemu);
	like($out, qr/^ffff800008000000 0{9}8000000 8000000 /m, '--mtrr-boundary, in any order');
	(undef, $out) = keelmap('--format=leaves', '--no-1g', 'tests/maps/intel-brickland-512g.map');
	unlike($out, qr/ 40000000$/m, '--no-1g');
	(undef, $out) = keelmap('--format=plan', '--kernel-bytes', '30M', '--kernel-phys', '4000000', $qemu);
	like($out, qr/^ffffffff84000000 0{9}4000000 a00000 r-x WB text$/m, '--kernel-bytes, --kernel-phys');
	(undef, $out) = keelmap('--format=plan', '--kernel-phys', 'a000000', file('high',
		"7 0 160 f\n7 100000000 10000 f\n"));
	like($out, qr/^ffffffff80200000 0{7}100000000 1a000 r-x/m, 'a kernel too far up keeps its addresses');
	(undef, undef, $err) = keelmap('--phys-bits', '36', file('bits', "7 0 1000 f\n7 1000000000 1 f\n"));
	like($err, qr/bits:2: descriptor dropped: it is beyond/, '--phys-bits');
	($code, $out, $err) = keelmap('--check', file('far', "7 0 10000 f\n7 800000000000 1 f\n"));
	ok($code eq '0' && $err =~ /addresses take 48 bits/ && $out =~ /left out/, 'as many bits as it takes');
	like($err, qr/is left out \(start 0x800000000000, bytes 4096\)$/m, 'what is left out, and where it is');
	($code, $out, $err) = keelmap(file('efi', "7 0 10000 f\n6 100000000 20000000 800000000000000f\n"));
	ok($code eq '1' && $err =~ /do not fit into the 64 GB EFI region/, 'what Keel refuses: exit code 1');
}

# --- Where Keel could not boot ----------------------------------------------------------------------

# 256 pages below 1 MB are too few for a kernel; of the others, 22 are the CPU's area. The tables come
# last, and get what is left.
for ([ '6 100000 100 f', 'the kernel|the CPUs\' area|the page tables' ], [ '7 1000 256 f', 'the kernel' ],
	[ '7 200000 110 f', 'the page tables' ], [ '7 200000 81 f', 'the CPUs\' area|the page tables' ]) {
	my ($line, $what) = @$_;
	my $path = file('small', "$line\n");
	my $count = () = $what =~ /\|/g;
	for my $options ([], ['--check']) {
		my ($code, $out, $err) = keelmap(@$options, $path);
		my @said = $err =~ /^keelmap: \S*small: no conventional memory for ($what) \([^)]*\): Keel could not boot there$/mg;
		my @remarks = $out =~ /^# problem: no conventional memory for ($what) /mg;
		ok($code eq '1' && @said == $count + 1 && "@said" eq "@remarks", "@$options $line: no room for $what")
			or diag("$code $out $err");
	}
	my $json = decode_json((keelmap('--format=json', $path))[1]);
	ok(!$json->{can_boot} && @{ $json->{problems} } == $count + 1, "json: $line");
}
{
	my ($code, $out) = keelmap('--kernel-phys', '0', file('zero', "7 0 10000 f\n"));
	ok($code eq '0' && $out =~ /kernel of 320 kB at 0x200000 \(moved from 0x0: page 0 is the firmware's\)$/m,
		'a kernel that wants page 0 is moved') or diag($out);
	($code, $out) = keelmap('--kernel-phys', '300000', file('taken', "7 0 200 f\n7 400000 10000 f\n"));
	like($out, qr/kernel of 320 kB at 0x400000 \(moved from 0x300000: not free\)$/m, 'a kernel is moved');
	($code, $out) = keelmap('--kernel-phys', '1000', file('zero', "7 0 10000 f\n"));
	like($out, qr/kernel of 320 kB at 0x1000$/m, 'page 1 is free');
	# The only place for the CPU's area, and then for the tables, would begin at page 0.
	for my $pages (22, 23) {
		($code, $out) = keelmap('--format=plan', file('low', "7 0 $pages f\n7 200000 80 f\n"));
		my $area = $out =~ /problem: .* for the CPUs' area/ ? 1 : 0;
		is($area, $pages == 22 ? 1 : 0, "$pages pages from 0 on: page 0 is never taken");
	}
}

# --- JSON and SVG -----------------------------------------------------------------------------------
{
	my ($code, $out) = keelmap('--format=json', '--cpus', '70', $qemu);
	my $json = eval { decode_json($out) } // {};
	is($json->{tables}{used}, $json->{tables}{minimum}, 'json: tables');
	ok($json->{can_boot} && !@{ $json->{problems} }, 'json: no problems');
	is(scalar @{ $json->{rows} }, 18, 'json: rows');
	my (undef, $leaves) = keelmap('--format=leaves', '--cpus', '70', $qemu);
	is(scalar @{ $json->{leaves} }, scalar(lines($leaves)), 'json: as many leaves');
	# UTF-8 stays; control characters are escaped; a byte that is no UTF-8 becomes U+FFFD.
	($code, $out) = keelmap('--format=json', file("\xc3\xbc\"b\\\xff\n\xc2\x9b", "7 0 1000 f\n"));
	is(eval { decode_json($out)->{machine}{map} } // $@, "$dir/\x{fc}\"b\\\x{fffd}\n\x{9b}", 'json: any file name');
	like($out, qr/"map": "[^"]*\xc3\xbc\\"b\\\\\xef\xbf\xbd\\u000a\\u009b"/, 'json: as UTF-8, without control characters');
	($code, $out, my $said) = keelmap(file("\xc3\xbc\e[2J\n7\xff", "7 0 1000 f\n9 100000 0 f\n"));
	like($out, qr/^# \S*\/\xc3\xbc\?\[2J\?7\xef\xbf\xbd: 2 descriptors/, 'table: any file name');
	like($said, qr/^keelmap: \S*\/\xc3\xbc\?\[2J\?7\xef\xbf\xbd:2: /m, 'messages: any file name');
	($code, $out) = keelmap('--format=svg', file('a<b&c', "7 0 1000 f\n"));
	my @open;
	for ($out =~ /<([^>]*)>/g) {
		if (m{^/(.*)}) {
			push @open, 'wrong' if (pop @open // '') ne $1;
		} elsif (!m{/$} && /^(\w+)/) {
			push @open, $1;
		}
	}
	ok($out =~ /^<svg xmlns=/ && !@open && $out !~ /a<b|&c/, 'svg: well-formed');
	my $long = "\xc3\xbc" x 50;
	($code, $out) = keelmap('--format=svg', file("\x1b\xff$long", "7 0 1000 f\n"));
	like($out, qr/>\?\xef\xbf\xbd(?:\xc3\xbc){39}\.\.\.: 1 desc/, 'svg: any file name, shortened');
}

# --- Colours and sizes ----------------------------------------------------------------------------------
{
	my (undef, $out) = keelmap('--format=svg', '--framebuffer', '80000000:3M',
		'--attributes', 'tests/maps/memattr-qemu-default.map', 'tests/maps/qemu-default.map');
	my %colour;	# of what is said of the same rights and of the same caching
	push @{ $colour{"$2 " . ($3 eq 'WB' ? 'cached' : 'not') } }, $1
		while $out =~ /fill="(#\w+)"\/>\n<text [^>]*>(r[w-][x-]u?) (WB|WC|UC) /g;
	my %one = map { $_ => join ' ', do { my %seen; grep { !$seen{$_}++ } @{ $colour{$_} } } } keys %colour;
	is(join(', ', sort keys %one), 'r-- cached, r--u cached, r-x cached, rw- cached, rw- not', 'svg: marks');
	my %kinds = map { $_ => 1 } values %one;
	is(scalar keys %kinds, 5, 'svg: each has a colour of its own') or diag(explain(\%one));
	my ($violet) = grep { $_ eq $one{'rw- not'} } $out =~ /fill="(#\w+)"\/>\n<text [^>]*>UC, WC: not cached</;
	ok($violet, 'svg: the legend says which is for what is not cached');

	my $tib = 1 << 28; # pages
	for ([ 12 * $tib, '12 TB' ], [ 12 * $tib - 1, '12.0 TB' ], [ 12 * $tib + 1, '12.0 TB' ],
		[ 12 * $tib - 1024, '12.0 TB' ], [ $tib, '1 TB' ], [ $tib - 256, '1024 GB' ],
		[ 11.96 * $tib, '12.0 TB' ], [ 11.94 * $tib, '11.9 TB' ], [ 1000, '4000 kB' ], [ 2560, '10 MB' ],
		[ 2561, '10.0 MB' ], [ 131071, '512.0 MB' ]) {
		my ($pages, $want) = @$_;
		(undef, $out) = keelmap(file('size', sprintf "7 0 %u f\n", $pages));
		my ($found) = $out =~ /descriptors, (.*) of memory$/m;
		is($found, $want, "size: $pages pages");
	}
}

# --- Reports of keel.efi: map and Memory Attributes Table in one file ----------------------------------
{
	my ($map, $table) = map { join '', map { "$_\n" } lines(slurp($_)) }
		'tests/maps/qemu-default.map', 'tests/maps/memattr-qemu-default.map';
	my $first = "# Keel report\n# All 231 checks passed\n# cpu       a name, 40 bits\n";
	my $parting = "# Memory Attributes Table\n";
	my $report = file('report', $first . $map . $parting . $table);
	my ($code, $both, $err) = keelmap('--format=leaves', $report);
	my (undef, $want) = keelmap('--format=leaves', '--attributes', file('table', $table), file('map', $map));
	my (undef, $map_only) = keelmap('--format=leaves', "$dir/map");
	is($code, '0', 'report: it is read') or diag($err);
	isnt($want, $map_only, 'report: the table makes a difference');
	is($both, $want, 'report: map and table are both used');
	is((keelmap('--format=leaves', file('crlf', slurp($report) =~ s/\n/\r\n/gr)))[1], $want,
		'report: with other ends of lines');
	is(scalar `build/host/keelmap --format=leaves - <$report 2>$dir/err`, $want,
		'report: from standard input');
	is((keelmap('--format=leaves', '--attributes', $report, "$dir/map"))[1], $want,
		'report: only its table');
	is((keelmap('--format=leaves', '--attributes', 'tests/maps/memattr-qemu-smm.map', $report))[1],
		(keelmap('--format=leaves', '--attributes', 'tests/maps/memattr-qemu-smm.map',
			"$dir/map"))[1], 'report: another table comes first');
	is((keelmap('--format=leaves', file('bare', $first . $map . $parting)))[1], $map_only,
		'report: without a table');
	is((keelmap('--format=leaves', file('cut', $first . $map)))[1], $map_only,
		'report: cut off before it');
	isnt((keelmap('--format=leaves', file('other', $map . $parting . $table)))[1], $want,
		'report: only with its first line');
	my $lines = () = ($first . $map . $parting) =~ /\n/g;
	for ([ $first . $map . $parting . "5 zz 1 f\n", $lines + 1, 'a physical start address' ],
		[ $first . "7 zz 1 f\n" . $parting . $table, 4, 'a physical start address' ],
		[ $first . $parting . $table, 5, "the firmware's memory map" ]) {
		my ($text, $line, $message) = @$_;
		my ($bad_code, $out, $bad) = keelmap(file('bad', $text));
		ok($bad_code eq '2' && $out eq '' && $bad =~ /bad:$line: expected $message/,
			"report: what is wrong in line $line is said") or diag("exit code $bad_code: $bad");
	}
}

# --- Bad input --------------------------------------------------------------------------------------

my $good = "# a comment\n\n7 0 1000 f\n";
my @bad = (
	['', 1, 'a memory descriptor'],
	["# nothing\n", 2, 'a memory descriptor'],
	["\0\xff\n", 1, 'a memory descriptor'],
	["x 0 1000 f\n", 1, 'a memory descriptor'],
	["${good}7 zz 1000 f\n", 4, 'a physical start address .hex., found "zz 1000 f"'],
	["${good}7 0 fff f\n", 4, 'a number of pages .decimal., found "fff f"'],
	["${good}7 0 1000\n", 4, 'attributes .hex., found the end of the line'],
	["${good}7 0 1000 f f\n", 4, 'the end of the line, found "f"'],
	["${good}7 0 1000 10000000000000000\n", 4, 'attributes .hex., found "10000000000000000"'],
	["${good}99999999999 0 1000 f\n", 4, 'a memory type of 32 bits'],
	["${good}Hello\n", 4, 'a memory type .decimal., found "Hello"'],
	["boot\nefi: mem00: [Boot Cod|UC] range=[0x0-0xfff]\n", 2, 'the name of a memory type'],
	["boot\nefi: mem00: [Boot Code|XX] range=[0x0-0xfff]\n", 2, 'an attribute such as'],
	["boot\nefi: mem00: [Boot Code|UC range=[0x0-0xfff]\n", 2, 'an attribute such as .*"range'],
	["boot\nefi: mem00: [Boot Code|UC] range=[0x0-0x1000]\n", 2, 'whole 4 KiB pages'],
	["boot\nefi: mem00: [Boot Code|UC] range=[0x2000-0xfff]\n", 2, 'whole 4 KiB pages|the start'],
	["boot\nefi: mem00: [Boot Code|UC] range=[0x0-", 2, 'a range of addresses'],
	["boot\nefi: mem00: [Boot Code|UC] rang", 2, 'range='],
	["boot\nEFI: mem00: type=7, attr=0xf range=[0x0-0x1000)\n", 2, 'a comma'],
	["boot\nEFI: mem00: type=seven, attr=0xf\n", 2, 'a memory type .decimal.'],
	["boot\nBS_Code 00000000-00000FFF 2 F\n", 2, 'as many pages as the range has'],
	["boot\nBS_Code 00000000-00000FFF 1\n", 2, 'attributes .hex.'],
	["boot\nBS_Code 00000000-\n", 2, 'a range of addresses'],
	["boot\nBS_Coda 00000000-00000FFF 1 F\n", 2, 'the name of a memory type, as the UEFI shell .* found "BS_Coda 0'],
	["(XEN)  0000000000000-0000000000fff type=x attr=f\n", 1, 'a memory type .decimal.'],
	["(XEN)  0000000000000-0000000000fff type=4294967296 attr=f\n", 1, 'a memory type of 32 bits'],
	["(XEN)  0000000000000-0000000000fff type=7\n", 1, 'attr= and attributes .hex.'],
	["(XEN)  0000000000000-0000000000fff type=3D7 attr=3Df\n", 1, 'attr= and attributes .hex., found "D7'],
	["(XEN)  0000000000000-0000000001000 type=7 attr=f\n", 1, 'whole 4 KiB pages'],
);
for my $case (@bad) {
	my ($text, $line, $message) = @$case;
	my $path = file('bad', $text);
	my ($code, $out, $err) = keelmap($path);
	my $shown = $text =~ s/[^ -~]/./gr;
	ok($code eq '2' && $out eq '' && $err =~ /\Akeelmap: \Q$path\E:$line: expected .*$message/,
		"bad input: $shown") or diag("exit code $code: $err");
}
my @wrong = (
	[[], 'expected one memory map, found 0'],
	[[$qemu, $qemu], 'expected one memory map, found 2'],
	[['--frobnicate', $qemu], '--frobnicate: unknown option'],
	[['-xyz', $qemu], '-x: unknown option'],
	[['--f', $qemu], '--f: unknown option, or the beginning of several'],
	[['--check=3', $qemu], '--check=3: expected no argument'],
	[[$qemu, '--cpus'], '--cpus: expected an argument'],
	[["--\e[2J\n", $qemu], 'keelmap: --\?\[2J\?: unknown option[^\n]*\n\z'],
	[['--cpus', "\n\xc2\x9b\xff", $qemu], qq{keelmap: --cpus: expected a[^\n]* found "\\?\\?\xef\xbf\xbd"\n\\z}],
	[["$dir/\e\n"], 'keelmap: [^\n]*/\?\?: No such file[^\n]*\n\z'],
	[['--format=pdf', $qemu], '--format: expected table'],
	[['--phys-bits', '53', $qemu], '--phys-bits: expected a number from 32 to 52, found "53"'],
	[['--boot', '0', $qemu], '--boot: expected a number from 1 on, found "0"'],
	[['--boot', '2', $qemu], 'qemu-q35-512m.map: expected a boot from 1 to 1, found 2'],
	[['--cpus', '0', $qemu], '--cpus: expected'],
	[['--cpus', '1x', $qemu], '--cpus: expected'],
	[['--kernel-bytes', '5000', $qemu], '--kernel-bytes: expected'],
	[['--kernel-bytes', '99999999999999999999', $qemu], '--kernel-bytes: expected'],
	[['--kernel-phys', '1001', $qemu], '--kernel-phys: expected a hexadecimal physical address, a multiple of 0x1000'],
	[['--framebuffer', '80000000', $qemu], '--framebuffer: expected ADDR:BYTES'],
	[[('--framebuffer', '80000000:1M') x 9, $qemu], '--framebuffer: expected 8 of them at most'],
	[['--mtrr-boundary', 'x', $qemu], '--mtrr-boundary: expected'],
	[["$dir/none"], 'No such file'],
	[[$dir], 'Is a directory'],
	[['--attributes', "$dir/none", $qemu], 'none: No such file'],
);
for my $case (@wrong) {
	my ($arguments, $message) = @$case;
	my ($code, $out, $err) = keelmap(@$arguments);
	ok($code eq '2' && $err =~ /$message/, "exit code 2: $message") or diag("exit code $code: $err");
}

# --- Standard input, and the tool that people run ---------------------------------------------------
{
	my (undef, $want) = keelmap('--format=leaves', $qemu);
	is(scalar `build/keelmap --format=leaves - <$qemu 2>$dir/err`, $want, 'standard input');
	is(slurp("$dir/err") =~ /^keelmap: standard input:\d+: /, 1, 'its name in messages');
	my $status = system("build/keelmap $qemu >/dev/full 2>$dir/err");
	is($status >> 8, 1, 'a full disk is noticed');
}

done_testing();
