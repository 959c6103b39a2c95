#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# tools/keel-bundle without a boot: what it makes, what it refuses and how it says that, and that whatever
# else a file holds is refused with a sentence, too.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib tools);
use Bundle;
use DiskImage;
use File::Temp qw(tempdir);
use Pe;
use Test::More;

my $dir = tempdir('keel-bundle-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $hello = 'build/hello.elf';
my $initrd = write_content("$dir/initrd.img", 'x' x 5000);
my $out = "$dir/out.efi";

# --- What it makes ---

my $conf = write_content("$dir/global.conf", "timeout 3\n# no line end at the end\nquiet");
my $whole_conf = "timeout 3\n# no line end at the end\nquiet\ntitle Mine\nkernel \"hello.elf\"\noptions a b\n"
	. "module \"initrd.img\" its options\n";
my ($status, $text) = keel_bundle('--kernel', $hello, '--config', $conf, '--module', "$initrd:its options",
	'--options', 'a b', '--set', 'title Mine', '-o', $out);
is($status, 0, 'kernel, configuration, module') or diag($text);
is($text, '', '... in silence');
is((keel_bundle('--list', $out))[1] =~ s/^ +//mgr, join('', map { "$_->[0]  $_->[1]\n" }
	[ length $whole_conf, 'keel.conf' ], [ -s $hello, 'hello.elf' ], [ 5000, 'initrd.img' ]), '--list shows them');
is((keel_bundle('--extract', "$dir/in", $out))[0], 0, '--extract');
is(content_of("$dir/in/keel.conf"), $whole_conf, '... the configuration');
is(content_of("$dir/in/hello.elf"), content_of($hello), '... the kernel');
is(content_of("$dir/in/initrd.img"), 'x' x 5000, '... the module');

my ($keel, $bundle) = (Pe->new('build/keel.efi'), Pe->new($out));
my $section = $bundle->section('.bundle');
is(scalar @{ $bundle->{sections} }, 1 + @{ $keel->{sections} }, 'one section more');
is($section->{flags} & ~0xf00000, 0x40000040, '... of data, to be read, not to be discarded');
is($section->{$_} % 4096, 0, "... its $_: whole pages") for qw(address bytes raw_bytes offset);
is($bundle->get($_), $keel->get($_), "$_ is as it was") for qw(dll_characteristics time_stamp check_sum);
my $first = content_of($out);
keel_bundle('--kernel', $hello, '--config', $conf, '--module', "$initrd:its options", '--options', 'a b',
	'--set', 'title Mine', '-o', $out);
is(content_of($out), $first, 'the same files give the same bytes');

# Names as the configuration has them; what is not given is looked for in its folder.
make_folder("$dir/root", { 'keel.conf' => \("title A\nkernel \\boot\\hello.elf\nmodule boot/beside.bin\n"
	. "module initrd.img\ndriver \\d.efi\n"), 'd.efi' => \'driver',
	'boot/beside.bin' => \'beside' });
($status, $text) = keel_bundle('--config', "$dir/root/keel.conf", '--kernel', $hello, '--module', $initrd, '-o', $out);
is($status, 0, 'a configuration with entries') or diag($text);
like((keel_bundle('--list', $out))[1], qr/ \\boot\\hello\.elf\n +6  \\d\.efi\n +6  boot\/beside\.bin\n +5000  initrd\.img\n$/,
	'... names are its own');

# --- What it refuses ---

# A copy of keel.efi, or of another file, that is changed: by a field, or as code does it.
my $n = 0;
sub changed {
	my ($from, $change) = @_;
	my $pe = Pe->new($from);
	ref $change eq 'HASH' ? map { $pe->set($_, $change->{$_}) } keys %$change : $change->($pe);
	$pe->write("$dir/changed" . ++$n . '.efi');
	return "$dir/changed$n.efi";
}

# The header of that section, where a number of 32 bits at an offset gets that value.
sub section_field {
	my ($pe, $name, $offset, $value) = @_;
	my $count = $pe->get('section_count');
	my ($index) = grep { $pe->{sections}[$_]{name} eq $name } 0 .. $count - 1;
	substr($pe->{bytes}, $pe->table_end - 40 * ($count - $index) + $offset, 4) = pack 'V', $value;
}

sub from_keel {
	my $change = shift;
	return ('--keel', changed('build/keel.efi', $change), '--kernel', $hello, '-o', $out);
}

sub conf { return write_content("$dir/" . ++$n . '.conf', $_[0]) }

# The section of a good bundle, with so many bytes at an offset replaced.
sub from_section {
	my ($offset, $bytes) = @_;
	return ('--list', changed($out, sub {
		substr($_[0]{bytes}, $_[0]->section('.bundle')->{offset} + $offset, length $bytes) = $bytes }));
}

my $script = write_content("$dir/script.elf", "#!/bin/sh\n");
my $empty = write_content("$dir/empty", '');
my $entries = conf("title A\nkernel hello.elf\n");
my $same = make_folder("$dir/same", { 'initrd.img' => \'another' });
make_folder($dir, { 'named/keel.conf' => \'as a module' });
my $bad_objcopy = write_content("$dir/objcopy", "#!/bin/sh\nfor last; do :; done\ncp build/keel.efi \"\$last\"\n");
chmod 0755, $bad_objcopy;

my @refused = (
	# The keel.efi to begin with.
	[ 'no such keel.efi', qr/there is no file '.*none\.efi'/, '--keel', "$dir/none.efi", '--kernel', $hello, '-o', $out ],
	[ 'an empty one', qr/has no PE signature/, '--keel', $empty, '--kernel', $hello, '-o', $out ],
	[ 'an ELF file', qr/has no PE signature/, '--keel', $hello, '--kernel', $hello, '-o', $out ],
	[ 'another PE file', qr/is not a keel\.efi: it has no line of Keel's/, '--keel',
		'build/tests/boot/drivers/occupy.efi', '--kernel', $hello, '-o', $out ],
	[ 'PE32', qr/is no PE32\+ file/, from_keel({ magic => 0x10b }) ],
	[ 'a section table that leaves the file', qr/its section table leaves the file/, from_keel({ section_count => 0xffff }) ],
	[ 'a section that leaves the file', qr/section \.kernel leaves the file/,
		from_keel(sub { section_field($_[0], '.kernel', 16, 0x7ffff000) }) ],
	[ 'sections that overlap', qr/section \.kernel overlaps what is before it/,
		from_keel(sub { section_field($_[0], '.kernel', 12, 0x1000) }) ],
	[ 'one without .sbat', qr/is not a keel\.efi/, from_keel(sub { $_[0]{bytes} =~ s/\.sbat\0/.tabs\0/ }) ],
	[ 'one with a line of somebody else in it', qr/is not a keel\.efi/, from_keel(sub { $_[0]{bytes} =~ s/\nkeel,1/\nreef,1/ }) ],
	[ 'one without .kernel', qr/is not a keel\.efi/, from_keel(sub { $_[0]{bytes} =~ s/\.kernel\0/.colonel/ }) ],
	[ 'a signed one', qr/is signed already/, from_keel({ signature_bytes => 8 }) ],
	[ 'a bundle', qr/is a bundle already/, '--keel', $out, '--kernel', $hello, '-o', "$dir/2.efi" ],
	[ 'no room in the headers', qr/has no room for another section header/, from_keel({ headers_bytes => 712 }) ],
	[ 'sections that are not on pages', qr/not aligned to pages/, from_keel({ section_alignment => 512 }) ],
	# What is to be in it.
	[ 'a kernel that is not there', qr/there is no file 'none\.elf'/, '--kernel', 'none.elf', '-o', $out ],
	[ 'a folder', qr/'build' is a folder/, '--kernel', 'build', '-o', $out ],
	[ 'a script', qr/script\.elf: .*ELF/, '--kernel', $script, '-o', $out ],
	[ 'an empty kernel', qr/empty: it is empty/, '--kernel', $empty, '-o', $out ],
	[ 'two kernels', qr/one entry starts one kernel/, '--kernel', $hello, '--kernel', $script, '-o', $out ],
	[ 'a line break', qr/there is a line break in/, '--kernel', $hello, '--options', "a\nb", '-o', $out ],
	[ 'a wrong key', qr/'kernle' is no key of an entry/, '--kernel', $hello, '--set', 'kernle x', '-o', $out ],
	[ 'a file that only --set names', qr/the entry names d\.efi, which no option has given: --config/, '--kernel', $hello,
		'--set', 'driver d.efi', '-o', $out ],
	[ 'a wrong configuration', qr/\.conf, line 2: 'kernle' is no key/, '--config', conf("title A\nkernle x\n"), '-o', $out ],
	[ 'a file that is nowhere', qr/names none\.elf, and there is no such file/, '--config', conf("title A\nkernel none.elf\n"),
		'-o', $out ],
	[ 'a file that nobody wants', qr/does not name .*initrd\.img/, '--config', $entries, '--kernel', $hello,
		'--module', $initrd, '-o', $out ],
	[ 'options of an entry elsewhere', qr/has entries: --options belongs there/, '--config', $entries,
		'--kernel', $hello, '--options', 'x', '-o', $out ],
	[ 'options of a module elsewhere', qr/has entries: the options of .*initrd\.img belong there/, '--config',
		$entries, '--kernel', $hello, '--module', "$initrd:x", '-o', $out ],
	[ 'two files of one name', qr/would have the same name/, '--kernel', $hello, '--module', $initrd,
		'--module', "$dir/same/initrd.img", '-o', $out ],
	[ 'a module called keel.conf', qr/cannot be called keel\.conf/, '--kernel', $hello, '--module', "$dir/named/keel.conf", '-o', $out ],
	# How.
	[ 'nothing to start', qr/say what to start/, '-o', $out ],
	[ 'nothing to write', qr/-o: say what to write/, '--kernel', $hello ],
	[ 'an argument too many', qr/'x' is one argument too many/, '--kernel', $hello, '-o', $out, 'x' ],
	[ 'a key that is not there', qr/there is no file 'none\.key'/, '--kernel', $hello, '--sign', 'none.key', 'none.crt',
		'-o', "$dir/signed.efi" ],
	# Bundles.
	[ 'a plain keel.efi', qr/is no bundle/, '--list', 'build/keel.efi' ],
	[ 'another magic', qr/it does not begin with 'keelbndl'/, from_section(0, 'K') ],
	[ 'a later version', qr/its version is 2/, from_section(8, "\2") ],
	[ 'more files than the index has room for', qr/cannot list/, from_section(12, "\xff\xff\xff\xff") ],
	[ 'an index beyond the end', qr/its index has/, from_section(16, "\xff" x 8) ],
	[ 'a file on top of the index', qr/the place of file 0 is wrong/, from_section(24, "\0" x 8) ],
	[ 'a name outside of the index', qr/the name of file 0 is wrong/, from_section(40, "\xff\xff\xff\xff") ],
	[ 'a name that leads out', qr/leads out of the folder: \.\./, '--extract', "$dir/x", changed($out, sub {
		$_[0]{bytes} =~ s{boot/beside\.bin\0}{../b/beside.bin\0} or die }) ],
);
cmp_ok(scalar @refused, '>=', 30, scalar(@refused) . ' that are refused');
unlink my $not_made = "$dir/signed.efi";
for (@refused) {
	my ($name, $words, @arguments) = @$_;
	($status, $text) = keel_bundle(@arguments);
	my $good = ok($status, "$name: refused");
	$good &= like($text, qr/^keel-bundle: .*$words/, "$name: it says why");
	$good &= unlike($text, qr/ at \S+ line \d+\.$/m, '... in a sentence');
	diag("$status: $text") unless $good;
}
ok(!-e $not_made, 'nothing is written where the signature fails');
{
	local $ENV{OBJCOPY} = $bad_objcopy;
	($status, $text) = keel_bundle('--kernel', $hello, '-o', $out);
	ok($status && $text =~ /^keel-bundle: objcopy has not added the section/, 'an objcopy that does nothing is noticed') or diag($text);
	local $ENV{OBJCOPY} = 'no-such-objcopy';
	($status, $text) = keel_bundle('--kernel', $hello, '-o', $out);
	like($text, qr/^keel-bundle: no-such-objcopy: .*is its package installed\?/, 'an objcopy that is not there');
}

# Any change of the headers and the index, and any cut: a list, or a sentence.
my $good = content_of($out);
my $at = Pe->new($out)->section('.bundle')->{offset};
srand 1;
my @bad;
for my $try (1 .. ($ENV{EVERYTHING} ? 2000 : 20)) {
	my $bytes = $good;
	my $from = rand() < 0.5 ? 0 : $at;
	substr($bytes, $from + int rand 800, 1) = chr int rand 256 for 1 .. 1 + rand 4;
	$bytes = substr $bytes, 0, rand length $bytes if rand() < 0.2;
	($status, $text) = keel_bundle('--list', write_content("$dir/any.efi", $bytes));
	push @bad, "$try: $status: $text" if $text =~ / at \S+ line \d+/ || $status > 1
		|| ($status ? $text !~ /^keel-bundle: \S/ : $text !~ /keel\.conf/);
}
is(scalar @bad, 0, 'damaged at random: a list, or a sentence') or diag(@bad);
done_testing();
