# SPDX-License-Identifier: BSD-2-Clause
#
# A disk image for one boot.
package DiskImage;

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT = qw(make_image);

# Makes DIR/disk.img from files: path on the disk => file on the host, or a reference to its content.
sub make_image {
	my ($dir, $files) = @_;
	my @pairs;
	for my $path (sort keys %$files) {
		my $name = $files->{$path};
		if (ref $name) {
			my $content = $$name;
			$name = "$dir/file" . @pairs;
			open(my $file, '>:raw', $name) or die "$name: $!\n";
			print $file $content;
			close $file or die "$name: $!\n";
		}
		push @pairs, "$name:$path";
	}
	system('ovmf/image', "$dir/disk.img", @pairs) == 0 or die "ovmf/image failed\n";
}

1;
