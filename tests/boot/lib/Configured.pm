# SPDX-License-Identifier: BSD-2-Clause
#
# Boots with a configuration: a disk with keel.efi, keel.conf and whatever files it names. What the
# kernel of tests/kernels/tell says of itself is taken apart.
package Configured;

use strict;
use warnings;

use DiskImage;
use Exporter qw(import);
use File::Temp qw(tempdir);
use Qemu;
use SelfCheck;
use Test::More;

our @EXPORT = qw(configured told);

# conf: the text of keel.conf (none: no such file); files: path on the disk => file on the host, or
# a reference to its content; driver: one of tests/boot/drivers, which is started first, and then
# starts \keel.efi; variant: what it is to do; conf_path, where not beside keel.efi; keys, a list of
# patterns, each followed by a key to press (as QEMU calls it) when the output matches; until, a
# pattern that ends it (ended is "found" then). The rest are
# options of Qemu.pm.
# Returns text, all that came over the serial port; ended; facts, name => list of values; error, what
# keel.efi gave as the reason for giving up.
sub configured {
	my %options = @_;
	my ($conf, $files, $driver, $variant, $conf_path, $keys, $until) =
		delete @options{qw(conf files driver variant conf_path keys until)};
	my $dir = tempdir('keel-configured-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	my %all = $driver
		? ('/EFI/BOOT/BOOTX64.EFI' => "build/tests/boot/drivers/$driver.efi",
			'/keel.efi' => 'build/keel.efi')
		: ('/EFI/BOOT/BOOTX64.EFI' => 'build/keel.efi');
	$conf_path //= $driver ? '/keel.conf' : '/EFI/BOOT/keel.conf';
	$all{$conf_path} = \$conf if defined $conf;
	$all{'/variant'} = \$variant if defined $variant;
	make_image($dir, { %all, %{ $files // {} } });

	my $machine = Qemu->new(limit => 120, %options, image => "$dir/disk.img");
	while (my ($pattern, $key) = splice @{ $keys // [] }, 0, 2) {
		last if $machine->follow(undef, $pattern) ne 'found';
		$machine->monitor("sendkey $key");
	}
	my $ended = $machine->follow(undef, $until);
	$machine->stop;
	return told($machine, $ended);
}

# What a machine has told until it ended: as configured() returns it.
sub told {
	my ($machine, $ended) = @_;
	my $text = SelfCheck::clean($machine->{serial});
	die "driver: $1\n" if $text =~ /^driver: (.*)/m;
	my %facts;
	push @{ $facts{$1} }, $2 while $text =~ /^tell: (\w+) ?(.*)$/mg;
	my ($error) = $text =~ /^keel: error: (.*)/m;
	return { text => $text, ended => $ended, facts => \%facts, error => $error,
		report => SelfCheck->new($machine->{serial}, $ended) };
}

1;
