# SPDX-License-Identifier: BSD-2-Clause
#
# A disk image for one boot.
package DiskImage;

use strict;
use warnings;

use Exporter qw(import);

our @EXPORT = qw(make_image);

# The machine has to be off at the end.
my $conf = "title Self-check\nselfcheck\noptions finish=poweroff\n";

# Makes DIR/disk.img from files: path on the disk => file on the host, or a reference to its content.
# Where none of them is a keel.conf there is one with which the self-check ends in a power-off;
# undef instead of a file prevents that.
sub make_image {
	my ($dir, $files) = @_;
	my %files = %$files;
	$files{'/keel.conf'} = \$conf unless grep { m{/keel\.conf$} } keys %files;
	my @pairs;
	for my $path (sort keys %files) {
		my $name = $files{$path} // next;
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
