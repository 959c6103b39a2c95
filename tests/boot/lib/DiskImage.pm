# SPDX-License-Identifier: BSD-2-Clause
#
# What a guest boots from: a disk image for one boot, or the folder of a server, made from files. A file
# is the path of one here, a reference to its content, or undef for none.
package DiskImage;

use strict;
use warnings;

use Digest::SHA;
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Copy qw(copy);
use File::Path qw(make_path);

our @EXPORT = qw(make_image make_folder content_of digest_of write_content keel_at);

# The machine has to be off at the end.
my $conf = "title Self-check\nselfcheck\noptions finish=poweroff\n";

sub content_of {
	my ($path) = @_;
	open(my $file, '<:raw', $path) or die "$path: $!\n";
	local $/;
	return <$file> // '';
}

# SHA-256 of a file, in hexadecimal.
sub digest_of {
	my ($path) = @_;
	return Digest::SHA->new(256)->addfile($path, 'b')->hexdigest;
}

sub write_content {
	my ($path, $content) = @_;
	open(my $file, '>:raw', $path) or die "$path: $!\n";
	print $file $content;
	close $file or die "$path: $!\n";
	return $path;
}

# Makes DIR/disk.img from files, path on the disk => file, and returns its path. Where none of them is a
# keel.conf there is one with which the self-check ends in a power-off; undef in its place prevents that.
# Its sectors have 512 bytes, or as many as is said.
sub make_image {
	my ($dir, $files, $sector) = @_;
	my %files = %$files;
	$files{'/keel.conf'} = \$conf unless grep { m{/keel\.conf$} } keys %files;
	my @pairs;
	for my $path (sort keys %files) {
		my $file = $files{$path} // next;
		$file = write_content("$dir/file" . @pairs, $$file) if ref $file;
		push @pairs, "$file:$path";
	}
	system('ovmf/image', '--sector', $sector // 512, "$dir/disk.img", @pairs) == 0 or die "ovmf/image failed\n";
	return "$dir/disk.img";
}

# Puts files, path below the folder => file, into a folder.
sub make_folder {
	my ($dir, $files) = @_;
	for my $path (sort keys %$files) {
		my $file = $files->{$path} // next;
		make_path(dirname("$dir/$path"));
		if (ref $file) {
			write_content("$dir/$path", $$file);
		} else {
			copy($file, "$dir/$path") or die "$file to $dir/$path: $!\n";
		}
	}
}

# A keel.efi, as a file, that asks to be loaded to so many GB. ImageBase is eight bytes at offset 0x30 of
# the PE headers, to which e_lfanew, at 0x3c, leads.
sub keel_at {
	my ($gigabytes) = @_;
	my $keel = content_of('build/keel.efi');
	substr($keel, unpack('x60 V', $keel) + 0x30, 8) = pack 'Q<', $gigabytes << 30;
	return \$keel;
}

1;
