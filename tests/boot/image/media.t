#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What people write to sticks and CDs: build/keel.img and build/keel.iso are sound, hold what they
# should and boot. With EVERYTHING: the same source gives the same bytes wherever and whenever it is built
# (documents.t has another build, and compares it, too).
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Cwd qw(abs_path);
use DiskImage;
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Guest;
use Test::More;
use Verdict;

$ENV{PATH} .= ':/usr/sbin:/sbin';
my $dir = tempdir('keel-media-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my @files = qw(keel.efi keel.img keel.iso);
# The content of both, as paths below an EFI system partition => files here.
my %content = ('EFI/BOOT/BOOTX64.EFI' => 'build/keel.efi', 'EFI/BOOT/keel.conf' => 'ovmf/keel.conf',
	'EFI/BOOT/audit.efi' => 'build/audit.efi');

# A shell command without a word about success; all that it wrote.
sub output_of {
	my $text = qx{($_[0]) 2>&1 </dev/null};
	return $? ? "$_[0] failed:\n$text" : $text;
}

# The copies are no git checkouts, but of the same version.
my $commit = qx(git rev-parse --short=8 HEAD 2>/dev/null) =~ s/\n//r;

# Builds a copy of the source in that folder; the digests of what came out.
sub built_in {
	my ($folder, $environment) = @_;
	make_path($folder);
	my $jobs = "env -u MAKEFLAGS -u MAKELEVEL -u SOURCE_DATE_EPOCH $environment make -s -j2 COMMIT='$commit'";
	my $text = output_of("cp -R Makefile VERSION efi include mm ovmf tests tools '$folder' && cd '$folder' && "
		. "$jobs " . join ' ', map { "build/$_" } @files);
	my %digest = map { -e "$folder/build/$_" ? ($_ => digest_of("$folder/build/$_")) : () } @files;
	diag($text) if keys %digest != @files;
	return \%digest;
}

# An image as a disk, GPT and all, and the file system in the EFI system partition.
sub disk_ok {
	my ($image, $number) = @_;
	my $verdict = output_of("sgdisk --verify $image");
	ok($verdict =~ /^No problems found/m && $verdict !~ /caution|warning|problem:/i,
		"$image: sgdisk finds no problem") or diag($verdict);
	my $info = output_of("sgdisk --info=$number $image");
	like($info, qr/C12A7328-F81F-11D2-BA4B-00A0C93EC93B/, 'it has an EFI system partition');
	my ($start) = $info =~ /^First sector: (\d+)/m;
	my ($sectors) = $info =~ /^Partition size: (\d+)/m;
	output_of("dd if=$image of=$dir/esp bs=512 skip=$start count=$sectors");
	my $health = output_of("fsck.fat -n -v $dir/esp");
	ok($health !~ /failed|error|differ|wrong|dirty|invalid|reclaim|leaving/i && $health =~ /^$dir\/esp: /m,
		'fsck.fat finds no problem') or diag($health);
	like($health, qr/^\s*32 bit FAT|FAT32|root directory start at cluster 2/mi, 'it is FAT32');
	my @found = sort grep { !m{/$} } map { s{^::/}{}r } split /\n/, output_of("mdir -b -/ -i $dir/esp ::");
	is_deeply(\@found, [ sort keys %content ], 'it holds these files and no others');
	for my $path (sort keys %content) {
		output_of("mcopy -n -i $dir/esp ::/$path $dir/got");
		is(digest_of("$dir/got"), digest_of($content{$path}), "$path is $content{$path}");
		unlink "$dir/got";
	}
}

# Keel's own account of a boot that ends with the report on the screen.
sub boots_ok {
	my ($name, %options) = @_;
	my $run = run_guest(%options);
	is($run->{ended}, 'waits', "$name: the self-check waits at its end");
	inside_ok($run, $name, 'waits');
}

# build/ itself is one more.
if ($ENV{EVERYTHING}) {
	my $umask = umask 022;
	my $first = built_in("$dir/a", 'TZ=UTC LC_ALL=C');
	umask 077;
	my $second = built_in("$dir/a folder/further down", 'TZ=Asia/Kathmandu LC_ALL=C.UTF-8');
	umask $umask;
	for (@files) {
		is($first->{$_}, digest_of("build/$_"), "$_: built twice, the same bytes");
		is($second->{$_}, digest_of("build/$_"), "$_: and once more");
	}
}
my $here = abs_path('.');
unlike(content_of('build/keel.efi'), qr/\Q$here\E/, 'keel.efi does not know where it was built');

disk_ok('build/keel.img', 1);
disk_ok('build/keel.iso', 2);

# The CD: one boot image, for UEFI, and the files for people.
my $torito = output_of('xorriso -indev build/keel.iso -report_el_torito plain');
like($torito, qr/^El Torito boot img :   1  UEFI  y   none /m, 'keel.iso: El Torito, UEFI, no emulation')
	or diag($torito);
unlike($torito, qr/^El Torito boot img :   2 /m, 'it is the only one');
my ($lba) = $torito =~ /^El Torito boot img :   1 .* (\d+)$/m;
my ($start) = output_of('sgdisk --info=2 build/keel.iso') =~ /^First sector: (\d+)/m;
is($lba * 4, $start, 'it is the EFI system partition');
for my $path (sort keys %content) {
	output_of("xorriso -osirrox on -indev build/keel.iso -extract '/$path' $dir/got");
	is(-e "$dir/got" && digest_of("$dir/got"), digest_of($content{$path}), "ISO 9660: $path is $content{$path}");
	unlink "$dir/got";
}

boots_ok('keel.iso as a CD', media => 'cd', image => 'build/keel.iso');
boots_ok('keel.iso as a disk', image => 'build/keel.iso') if $ENV{EVERYTHING};
done_testing();
