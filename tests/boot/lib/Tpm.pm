# SPDX-License-Identifier: BSD-2-Clause
#
# A TPM 2.0 for a guest: swtpm, one for each boot, and what its registers have to come to.
package Tpm;

use strict;
use warnings;

use Digest::SHA qw(sha256);
use Exporter qw(import);
use File::Temp qw(tempdir);
use POSIX ();
use Time::HiRes qw(sleep time);

our @EXPORT = qw(extended);

# Why it cannot be tried here; nothing if it can.
sub obstacle {
	return system('command -v swtpm >/dev/null') ? 'there is no swtpm here (Debian: swtpm)' : ();
}

sub new {
	my $class = shift;
	my $dir = tempdir('keel-tpm-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	my $self = bless { dir => $dir, owner => $$ }, $class;
	$self->{pid} = fork() // die "Tpm: fork: $!\n";
	if (!$self->{pid}) {
		open(STDOUT, '>', "$dir/log");
		open(STDERR, '>&', \*STDOUT);
		{ no warnings 'exec'; exec qw(setpriv --pdeathsig TERM timeout 900 swtpm socket --tpm2 --tpmstate),
			"dir=$dir", '--ctrl', "type=unixio,path=$dir/socket", qw(--flags startup-clear); }
		POSIX::_exit(127);
	}
	my $patience = time + 30;
	sleep 0.05 until -e "$dir/socket" || time > $patience;
	return $self;
}

# Arguments for QEMU.
sub extra {
	my $self = shift;
	return ('-chardev', "socket,id=tpm,path=$self->{dir}/socket", '-tpmdev', 'emulator,id=tpm0,chardev=tpm',
		'-device', 'tpm-tis,tpmdev=tpm0');
}

# What a register of zeros comes to after such contents were measured, in hex.
sub extended {
	my $register = "\0" x 32;
	$register = sha256($register . sha256($_)) for @_;
	return unpack 'H*', $register;
}

sub DESTROY {
	my $self = shift;
	return if $self->{owner} != $$;
	local ($?, $!);
	kill 'TERM', $self->{pid};
	waitpid $self->{pid}, 0;
}

1;
