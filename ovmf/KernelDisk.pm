# SPDX-License-Identifier: BSD-2-Clause
#
# A disk from which build/keel.efi starts one kernel: what ovmf/run and ovmf/debug boot when they are
# given a kernel instead of a disk.
package KernelDisk;

use strict;
use warnings;

use Exporter qw(import);
use File::Basename qw(basename dirname);

our @EXPORT = qw(kernel_disk);
my $here = dirname(__FILE__);

# Makes disk.img in that folder, and returns its path. Given are: kernel, an ELF file, or none for the
# self-check; options, its command line; modules, a list of files.
sub kernel_disk {
	my ($dir, %given) = @_;
	my ($kernel, @modules) = ($given{kernel}, @{ $given{modules} // [] });
	for (grep { defined } $kernel, @modules, 'build/keel.efi') {
		-r $_ && -f _ or die "'$_' cannot be read\n";
	}
	my %path;
	for (@modules) {
		my $other = $path{ lc basename $_ };
		die "$other and $_ would have the same name on the disk\n" if defined $other;
		$path{ lc basename $_ } = $_;
	}
	my @lines = ('title ' . basename($kernel // 'self-check'), defined $kernel ? 'kernel \kernel.elf' : 'selfcheck');
	push @lines, "options $given{options}" if ($given{options} // '') ne '';
	push @lines, map { qq(module "\\modules\\@{[ basename $_ ]}") } @modules;
	open(my $file, '>', "$dir/keel.conf") or die "$dir/keel.conf: $!\n";
	print $file map { "$_\n" } @lines;
	close $file or die "$dir/keel.conf: $!\n";
	my @files = ('build/keel.efi:/EFI/BOOT/BOOTX64.EFI', "$dir/keel.conf:/EFI/BOOT/keel.conf",
		defined $kernel ? "$kernel:/kernel.elf" : (),
		map { "$_:/modules/" . basename $_ } @modules);
	system("$here/image", "$dir/disk.img", @files) == 0 or die "the disk could not be made\n";
	return "$dir/disk.img";
}

1;
