# SPDX-License-Identifier: BSD-2-Clause
#
# A machine that waits just before keel.efi is started. What is to be done then it is told from
# outside, and it can be brought back to there as often as wanted: a kernel does not return, and the
# firmware takes as long as twenty kernels do. The driver has to know how to wait: see launch_wait()
# in tests/boot/drivers/lib.
package Waiting;

use strict;
use warnings;

use Configured;
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
		'/keel.efi' => 'build/keel.efi', '/variant' => \'wait', %$files });
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

# Tells it that, and follows it to its end; returns what configured() does.
sub tell {
	my ($self, $words) = @_;
	my $machine = $self->{machine};
	die "too many words\n" if length $words >= WORDS;
	$machine->go_back('waiting') unless $self->{fresh};
	$self->{fresh} = 0;
	$self->{gdb}->write($self->{words}, "$words\0");
	$self->{gdb}->go;
	$machine->{deadline} = time + SECONDS;
	return told($machine, $machine->follow);
}

sub stop {
	$_[0]{machine}->stop;
}

1;
