# SPDX-License-Identifier: BSD-2-Clause
#
# Boots with a configuration: a disk with keel.efi, keel.conf and whatever files it names. What the
# kernel of tests/kernels/tell says of itself is taken apart.
package Configured;

use strict;
use warnings;

use Exporter qw(import);
use File::Temp qw(tempdir);
use Qemu;
use SelfCheck;
use Test::More;

our @EXPORT = qw(configured);

sub write_file {
	my ($name, $content) = @_;
	open(my $file, '>:raw', $name) or die "$name: $!\n";
	print $file $content;
	close $file or die "$name: $!\n";
	return $name;
}

# conf: the text of keel.conf (none: no such file); files: path on the disk => file on the host, or
# a reference to its content; driver: one of tests/boot/drivers, which is started first, and then
# starts \keel.efi; variant: what it is to do; conf_path, where not beside keel.efi. The rest are
# options of Qemu.pm.
# Returns text, all that came over the serial port; ended; facts, name => list of values; error, what
# keel.efi gave as the reason for giving up.
sub configured {
	my %options = @_;
	my ($conf, $files, $driver, $variant, $conf_path) =
		delete @options{qw(conf files driver variant conf_path)};
	my $dir = tempdir('keel-configured-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	my @pairs = $driver
		? ("build/tests/boot/drivers/$driver.efi:/EFI/BOOT/BOOTX64.EFI", 'build/keel.efi:/keel.efi')
		: ('build/keel.efi:/EFI/BOOT/BOOTX64.EFI');
	$conf_path //= $driver ? '/keel.conf' : '/EFI/BOOT/keel.conf';
	push @pairs, write_file("$dir/conf", $conf) . ":$conf_path" if defined $conf;
	push @pairs, write_file("$dir/variant", $variant) . ':/variant' if defined $variant;
	my $count = 0;
	for my $path (sort keys %{ $files // {} }) {
		my $content = $files->{$path};
		$content = write_file("$dir/file" . $count++, $$content) if ref $content;
		push @pairs, "$content:$path";
	}
	system('ovmf/image', "$dir/disk.img", @pairs) == 0 or die "ovmf/image failed\n";

	my $machine = Qemu->new(limit => 120, %options, image => "$dir/disk.img");
	my $ended = $machine->follow;
	$machine->stop;
	my $text = SelfCheck::clean($machine->{serial});
	die "driver $driver: $1\n" if $text =~ /^driver: (.*)/m;
	my %facts;
	push @{ $facts{$1} }, $2 while $text =~ /^tell: (\w+) ?(.*)$/mg;
	my ($error) = $text =~ /^keel: error: (.*)/m;
	return { text => $text, ended => $ended, facts => \%facts, error => $error,
		report => SelfCheck->new($machine->{serial}, $ended) };
}

1;
