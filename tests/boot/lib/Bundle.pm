# SPDX-License-Identifier: BSD-2-Clause
#
# Bundles for tests: what tools/keel-bundle makes, and what it says where it does not.
package Bundle;

use strict;
use warnings;

use DiskImage;
use Exporter qw(import);

our @EXPORT = qw(keel_bundle bundle_ok);

# Runs it with these arguments; its exit status and all that it said.
sub keel_bundle {
	open(my $pipe, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh', 'tools/keel-bundle', @_) or die "sh: $!\n";
	my $text = do { local $/; <$pipe> } // '';
	close $pipe;
	return ($? >> 8, $text);
}

# Makes DIR/NAME.efi from a keel.conf and files (name => file, as for DiskImage.pm); further arguments are as
# they are. Returns its path.
sub bundle_ok {
	my ($dir, $name, $conf, $files, @more) = @_;
	make_folder("$dir/$name", { 'keel.conf' => \$conf, %$files });
	my ($status, $text) = keel_bundle('--config', "$dir/$name/keel.conf", @more, '-o', "$dir/$name.efi");
	die "keel-bundle: $text\n" if $status;
	return "$dir/$name.efi";
}

1;
