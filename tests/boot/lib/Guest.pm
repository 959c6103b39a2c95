# SPDX-License-Identifier: BSD-2-Clause
#
# A guest: what it boots from, following it to its end, and what it has come to. All boots of the
# tests are made here; Verdict.pm says what they have to come to.
#
#	my $run = run_guest(conf => "title A\nkernel \\a.elf\n", files => { '/a.elf' => $kernel });
#
#	my $guest = Guest->new(driver => 'svam', waits => 1);
#	for my $variant (qw(fails lies)) {
#		my $run = $guest->tell($variant);
#
# What comes back (a "run") has:
#
#	ended	 how it ended: as Qemu.pm says it; "waits" where the self-check is done, and somebody else is
#		 to switch the machine off; "last words" where Keel has halted it, or the self-check
#		 could not switch it off
#	text	 all that came over the serial port, as a terminal would leave it
#	console	 of that, what comes before the kernel's report
#	report	 the report of the self-check, a SelfCheck
#	facts	 what the kernel of tests/kernels/tell has told: name => list of values
#	error	 what keel.efi gave as its reason for giving up; undef where it gave none
#	tries	 each start of keel.efi by a driver that came back: name, status, free pages before and
#		 after, text, error (empty where it gave none)
#	machine	 the machine, to be asked by its monitor as long as the guest, or the run, is there
package Guest;

use strict;
use warnings;

use DiskImage;
use Exporter qw(import);
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use Gdb;
use Qemu;
use SelfCheck;

our @EXPORT = qw(run_guest);

use constant {
	WORDS   => 512,			# bytes, as launch_wait() has it
	SECONDS => 120,			# for a boot, or for what it was told
	WAITING => 900,			# for all that one guest is told
};

# After these words nothing comes, and the machine stays on.
my %end = (
	'waits' => qr/^# The end\. Please switch the machine off.*\n/m,
	'last words' => qr/^The machine is halted.*\n|please do it by hand.*\n/m,
);
my $any_end = qr/$end{waits}|$end{'last words'}/;

# What is on a disk that is made for this guest.
#
#	keel	  keel.efi, build/keel.efi where it is not given
#	driver	  one of tests/boot/drivers, which the firmware starts, and which starts \keel.efi
#	variant	  what the driver is to do
#	waits	  it waits to be told that: see tell()
#	conf	  the text of keel.conf; without it, the self-check, and the machine is switched off
#	conf_path where that is, if not beside keel.efi
#	folders	  with waits: further keel.efi's, each beside a keel.conf: name => { keel, conf }, of which
#		  each can be left out; see tell()
#	files	  further ones, or others in their place: path => file
#
# A file is the path of one here, a reference to its content, or undef for none.
my @disk = qw(keel driver variant waits conf conf_path folders files);

sub disk_files {
	my %disk = @_;
	my $keel = $disk{keel} // 'build/keel.efi';
	my %files = $disk{driver} ? ('/keel.efi' => $keel,
		'/EFI/BOOT/BOOTX64.EFI' => "build/tests/boot/drivers/$disk{driver}.efi")
		: ('/EFI/BOOT/BOOTX64.EFI' => $keel);
	my $conf_path = $disk{conf_path} // ($disk{driver} ? '/keel.conf' : '/EFI/BOOT/keel.conf');
	my $variant = $disk{waits} ? 'wait' : $disk{variant};
	$files{'/variant'} = \$variant if defined $variant;
	$files{$conf_path} = \$disk{conf} if defined $disk{conf};
	for my $name (keys %{ $disk{folders} // {} }) {
		my $folder = $disk{folders}{$name};
		$files{"/$name/keel.efi"} = $folder->{keel} // $keel;
		$files{"/$name/keel.conf"} = \$folder->{conf} if defined $folder->{conf};
	}
	return { %files, %{ $disk{files} // {} } };
}

# What the image for QEMU is told, but for the driver: U-Boot's SetVirtualAddressMap fails where anybody but
# U-Boot has code for run time.
sub conf_without_driver {
	open(my $file, '<', 'ovmf/qemu.conf') or die "ovmf/qemu.conf: $!\n";
	return join '', grep { !/^\s*driver / } <$file>;
}

# A board has been started before: its firmware has written what it keeps, which is a third of a boot. So a
# guest has what a first start has left, unless it has variables or a firmware of its own.
sub used_store {
	my ($dir, %options) = @_;
	my $used = 'build/used-vars.fd';
	return () if defined $options{vars} || ($options{firmware} // 'default') ne 'default'
		|| $ENV{OVMF_CODE} || $ENV{OVMF_VARS} || !-e $used;
	copy($used, "$dir/vars.fd") or die "$used to $dir/vars.fd: $!\n";
	return (vars => "$dir/vars.fd");
}

# Starts it. Options are what is on its disk; or server, the files of a server, from which it starts by
# PXE; or image, build/qemu.img where nothing is given (for U-Boot: without its driver). The others are
# those of Qemu.pm.
sub new {
	my ($class, %options) = @_;
	my %disk = map { exists $options{$_} ? ($_ => delete $options{$_}) : () } @disk;
	my $self = bless {}, $class;
	$disk{conf} = conf_without_driver()
		if !%disk && !$options{image} && !$options{server} && ($options{firmware} // '') eq 'u-boot';
	my $dir = $self->{dir} = tempdir('keel-guest-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	if ($options{server}) {
		my $boot_file = $options{boot_file} // 'keel.efi';
		make_folder($dir, { "/$boot_file" => 'build/keel.efi', %{ $options{server} } });
		$options{server} = $dir;
	} elsif (%disk) {
		$options{image} = make_image($dir, disk_files(%disk), $options{sector});
	}
	# Waiting is done under a debugger: KVM on an odd host is not what this is about.
	%options = (debug => 1, limit => WAITING, %options) if $disk{waits};
	local $ENV{ACCEL} = $disk{waits} ? 'tcg' : $ENV{ACCEL} // '';
	$options{image} //= 'build/qemu.img' unless $options{server};
	$self->{machine} = Qemu->new(limit => SECONDS, used_store($dir, %options), %options);
	return $self;
}

# Follows it until the output matches, or to its end. Returns how it ended.
sub ended {
	my ($self, $until) = @_;
	my $machine = $self->{machine};
	my $ended = $machine->follow(undef, $until ? qr/$until|$any_end/ : $any_end);
	return $ended if $ended ne 'found' || $until && $machine->{serial} =~ $until;
	my ($how) = grep { $machine->{serial} =~ $end{$_} } sort keys %end;
	return $how;
}

# The same; keys is a list of patterns, each followed by a key (as QEMU calls it) that is pressed when
# the output matches, until a pattern that ends it ("found"). Returns the run.
sub follow {
	my ($self, %how) = @_;
	my @keys = @{ $how{keys} // [] };
	while (my ($pattern, $key) = splice @keys, 0, 2) {
		last if $self->ended($pattern) ne 'found';
		$self->{machine}->monitor("sendkey $key");
	}
	return result($self->{machine}, $self->ended($how{until}));
}

# What has come over the serial port, cut up.
sub result {
	my ($machine, $ended) = @_;
	my $text = SelfCheck::clean($machine->{serial});
	die "driver: $1\n" if $text =~ /^driver: (.*)/m;
	my ($console) = split /^TAP version/m, $text;
	my ($error) = $text =~ /^keel: error: (.*)/m;
	my %facts;
	push @{ $facts{$1} }, $2 while $text =~ /^tell: (\w+) ?(.*)$/mg;
	return { machine => $machine, ended => $ended, text => $text, console => $console // '',
		report => SelfCheck->new($text, $ended), facts => \%facts, error => $error,
		tries => [ tries($text) ] };
}

sub tries {
	my ($text) = @_;
	my ($from, @tries) = (0);
	while ($text =~ /^launch: (\w+) status ([0-9a-f]+) free (\d+) (\d+)$/mg) {
		my $try = { name => $1, status => $2, before => $3, after => $4,
			text => substr($text, $from, $-[0] - $from) };
		$from = $+[0];
		($try->{error}) = $try->{text} =~ /^keel: error: (.*)/m;
		$try->{error} //= '';
		push @tries, $try;
	}
	return @tries;
}

# Starts a guest and follows it; options are those of new() and follow().
sub run_guest {
	my %options = @_;
	my %how = map { exists $options{$_} ? ($_ => delete $options{$_}) : () } qw(keys until);
	return Guest->new(%options)->follow(%how);
}

# --- A state that it is brought back to ---

sub gdb {
	my $self = shift;
	return $self->{gdb} //= Gdb->new("$self->{machine}{dir}/gdb");
}

# Stopped as it is, it is in the state that go_back() leads to.
sub keep_state {
	my $self = shift;
	$self->{machine}->keep_state('kept');
	$self->{unchanged} = 1;
}

# Whatever it has come to, it is as it was, and stopped. Nothing is done where that is so already: QEMU
# 7 does not always survive two returns in a row.
sub go_back {
	my $self = shift;
	return if $self->{unchanged};
	$self->{machine}->go_back('kept');
	$self->{unchanged} = 1;
}

# Changes physical memory.
sub write {
	my ($self, $phys, $data) = @_;
	$self->{unchanged} = 0;
	$self->gdb->write($phys, $data);
}

# Changes a register that Gdb.pm can write.
sub set_register {
	my ($self, $name, $value) = @_;
	$self->{unchanged} = 0;
	$self->gdb->set_register($name, $value);
}

# Lets it run on for so many seconds.
sub go {
	my ($self, $seconds) = @_;
	$self->{unchanged} = 0;
	$self->gdb->go;
	$self->{machine}->allow($seconds);
}

# The driver waits, just before it does its work and starts keel.efi: see launch_wait() in
# tests/boot/drivers/lib.
sub wait_for_driver {
	my $self = shift;
	my $ready = qr/^launch: waits for words at ([0-9a-f]+)\r?\n/m;
	my $ended = $self->ended($ready);
	my ($words) = $self->{machine}{serial} =~ $ready
		or die "the driver does not wait: $ended\n$self->{machine}{serial}\n";
	$self->{words} = hex $words;
	$self->gdb;
	$self->keep_state;
}

# Tells a driver that waits its variant, with load options for keel.efi behind a semicolon if wanted, and
# follows it as follow() does; in is the folder of another keel.efi. That can be done as often as wanted,
# each time from the same state: a kernel does not return, and the firmware takes as long as twenty
# kernels do.
sub tell {
	my ($self, $words, %how) = @_;
	my $folder = delete $how{in};
	$words = "$folder|$words" if defined $folder;
	die "too many words\n" if length $words >= WORDS;
	$self->wait_for_driver unless $self->{words};
	$self->go_back;
	$self->write($self->{words}, "$words\0");
	$self->go(SECONDS);
	return $self->follow(%how);
}

sub stop {
	$_[0]{machine}->stop;
}

1;
