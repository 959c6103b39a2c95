#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A disk with sectors of 4096 bytes, and the image for such: both partition tables, the file system, and
# a boot that also writes a file. The ordinary image is nothing to its firmware.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Compress::Zlib qw(crc32);
use DiskImage;
use File::Temp qw(tempdir);
use Guest;
use Test::More;
use Verdict;

$ENV{PATH} .= ':/usr/sbin:/sbin';
my $sector = 4096;
my $dir = tempdir('keel-sectors-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $image = 'build/keel-4096.img';
my $sectors = (-s $image) / $sector;

sub sectors_of {
	my ($first, $count) = @_;
	open(my $file, '<:raw', $image) or die "$image: $!\n";
	seek($file, $first * $sector, 0);
	read($file, my $content, $count * $sector);
	return $content;
}

# The header at that sector (UEFI 2.10, 5.3.2), which names the other one; the partition's first and
# last sector.
sub table_ok {
	my ($here, $other, $name) = @_;
	my $header = sectors_of($here, 1);
	my ($signature, $bytes, $crc) = unpack 'a8 x4 V V', $header;
	my ($my, $alternate, $first, $last) = unpack 'x24 Q<4', $header;
	my ($entries, $count, $entry_bytes, $entries_crc) = unpack 'x72 Q< V3', $header;
	my $content = substr sectors_of($entries, 4), 0, $count * $entry_bytes;
	substr(my $unsigned = substr($header, 0, $bytes), 16, 4) = "\0" x 4;
	subtest "$name partition table" => sub {
		is($signature, 'EFI PART', 'its signature');
		is_deeply([ $my, $alternate ], [ $here, $other ], 'its place, and the other one\'s');
		is(crc32($unsigned), $crc, 'its checksum');
		is(crc32($content), $entries_crc, 'that of its entries');
		my ($start, $end) = unpack 'x32 Q<2', $content;
		is($start, 256, 'the partition begins at 1 MB');
		ok($first <= $start && $end <= $last, 'the partition is where partitions may be');
	};
	return unpack 'x32 Q<2', $content;
}

my @partition = table_ok(1, $sectors - 1, 'the first');
is_deeply([ table_ok($sectors - 1, 1, 'the last') ], \@partition, 'both say the same');
write_content("$dir/esp", sectors_of($partition[0], $partition[1] - $partition[0] + 1));
my $health = qx(fsck.fat -n -v $dir/esp 2>&1);
is($?, 0, 'fsck.fat finds no problem') or diag($health);
like($health, qr/^\s*4096 bytes per logical sector$/m, 'its sectors are those of the disk');
my ($clusters) = $health =~ /(\d+) data clusters/;
cmp_ok($clusters, '>=', 65525, 'clusters enough for FAT32');

for my $media ($ENV{EVERYTHING} ? qw(nvme virtio) : 'nvme') {
	inside_ok(run_guest(conf => "title A\nselfcheck\noptions finish=poweroff\n", media => $media,
		sector => $sector), "$media, 4096 bytes a sector");
}

# The disk is what it should be: the other image is no good on it.
SKIP: {
	skip 'only with everything', 1 unless $ENV{EVERYTHING};
	my $run = run_guest(image => 'build/qemu.img', media => 'nvme', sector => $sector);
	is($run->{ended}, 'back in the firmware', 'an image with 512 bytes a sector does not start');
}
done_testing();
