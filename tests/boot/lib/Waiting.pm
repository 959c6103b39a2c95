# SPDX-License-Identifier: BSD-2-Clause
#
# A machine in which a driver waits for its variant, just before it does its work and starts keel.efi.
# It is told that from outside, and can be brought back to there as often as wanted: a kernel does not
# return, and the firmware takes as long as twenty kernels do. See launch_wait() in
# tests/boot/drivers/lib.
package Waiting;

use strict;
use warnings;

use DiskImage;
use File::Temp qw(tempdir);
use Gdb;
use Qemu;
use Time::HiRes qw(time);

use constant {
	WORDS   => 512,			# bytes, as launch_wait() has it
	SECONDS => 120,			# for what it was told
};

# Boots with that driver; files: path on the disk => file on the host, or a reference to its content.
# The rest are options of Qemu.pm.
sub new {
	my ($class, $driver, $files, %options) = @_;
	my $dir = tempdir('keel-waiting-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	make_image($dir, { '/EFI/BOOT/BOOTX64.EFI' => "build/tests/boot/drivers/$driver.efi",
		'/keel.efi' => 'build/keel.efi', '/variant' => \'wait', %{ $files // {} } });
	local $ENV{ACCEL} = 'tcg';	# KVM on an odd host is not what this is about
	my $machine = Qemu->new(debug => 1, %options, image => "$dir/disk.img");
	my $ready = qr/^launch: waits for words at ([0-9a-f]+)\r?\n/m;
	my $ended = $machine->follow(undef, $ready);
	my ($words) = $machine->{serial} =~ $ready
		or die "driver $driver does not wait: $ended\n$machine->{serial}\n";
	my $gdb = Gdb->new("$machine->{dir}/gdb");
	$machine->keep_state('waiting');
	return bless { machine => $machine, gdb => $gdb, words => hex $words, fresh => 1 }, $class;
}

# Tells it the variant, with load options for keel.efi behind a semicolon, if wanted, and follows it to
# its end, or until the output matches. Returns how it ended, as Qemu.pm says it.
sub tell {
	my ($self, $words, $until) = @_;
	my $machine = $self->{machine};
	die "too many words\n" if length $words >= WORDS;
	$machine->go_back('waiting') unless $self->{fresh};
	$self->{fresh} = 0;
	$self->{gdb}->write($self->{words}, "$words\0");
	$self->{gdb}->go;
	$machine->{deadline} = time + SECONDS;
	return $machine->follow(undef, $until);
}

sub stop {
	$_[0]{machine}->stop;
}

1;
