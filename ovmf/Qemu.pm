# SPDX-License-Identifier: BSD-2-Clause
#
# One virtual machine with UEFI firmware: starts QEMU, follows its serial port until the guest
# powers off, and then lets its monitor be asked. Nothing outlives the object: QEMU has a time
# limit, is ended by its process ID, and its temporary folder goes with it.
#
# Reset and power-off both pause the machine instead of ending QEMU, so that memory can be looked at
# afterwards, and so that a triple fault (a reset) cannot pass for a power-off.
package Qemu;

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Copy qw(copy);
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use IO::Handle;
use IO::Select;
use IO::Socket::UNIX;
use JSON::PP;
use POSIX qw(WNOHANG);
use Scalar::Util qw(refaddr weaken);
use Time::HiRes qw(time);

my $here = dirname(__FILE__);
my $never = 1e9;			# seconds, which is thirty years
my %running;				# the machines of this process, by address

# Options and their defaults.
my %defaults = (
	image    => undef,		# disk image; what is written to it is forgotten. Or:
	server   => undef,		# folder that a TFTP server gives to PXE; keel.efi in it is started
	boot_file => 'keel.efi',	# another one, in that folder
	rom      => 0,			# the network card has QEMU's own ROM, iPXE
	card     => 'virtio-net-pci',	# the network card
	wire     => undef,		# [here, there]: on its network is what comes from this UDP port to
					# that one, a frame each
	media    => 'virtio',		# what the image is on: the keys of %media
	sector   => 512,		# bytes of the medium's sectors; 4096 with virtio, beside and nvme
	keep     => 0,			# what is written to the image stays in it
	read_only => 0,			# the guest cannot write to it at all
	vars     => undef,		# file with the variables, to be kept; made if it is not there
	serial_port => 1,		# there is one
	memory   => '512M',
	numa     => undef,		# how much of it each node has, a list; there is one CPU in each
	smp      => 1,
	machine  => 'q35',
	cpu      => 'max',
	firmware => 'default',		# or smm, 2m, u-boot: see ovmf/firmware
	icount   => 0,			# count instructions: slow, and the same on every machine
	thread   => undef,		# all CPUs in one thread of the host's, or each in its own: single, multi
	shell    => 0,			# the firmware may go on to its own shell
	debug    => 0,			# savevm and loadvm work; the gdb stub is "$dir/gdb"
	display  => 'none',		# as QEMU calls it
	input    => 0,			# the serial port gets what type() is given
	limit    => 120,		# seconds; undef: none
	extra    => [],			# further arguments to QEMU
);

# Each with a bootindex, so that firmware need not try the others first; but beside, for a disk beside
# what -kernel names, which is first.
my %media = (
	virtio => [ '-device', 'virtio-blk-pci,drive=disk,bootindex=0' ],
	beside => [ '-device', 'virtio-blk-pci,drive=disk' ],
	sata => [ '-device', 'ahci,id=sata', '-device', 'ide-hd,bus=sata.0,drive=disk,bootindex=0' ],
	ide  => [ '-device', 'ide-hd,bus=ide.0,drive=disk,bootindex=0' ],
	nvme => [ '-device', 'nvme,serial=1,drive=disk,bootindex=0' ],
	usb  => [ '-device', 'qemu-xhci', '-device', 'usb-storage,drive=disk,bootindex=0' ],
	cd   => [ '-device', 'ahci,id=sata', '-device', 'ide-cd,bus=sata.0,drive=disk,bootindex=0' ],
);

sub new {
	my ($class, %given) = @_;
	for (keys %given) {
		die "Qemu: there is no option '$_'\n" unless exists $defaults{$_};
	}
	my $self = bless { %defaults, %given, serial => '', ended => undef, typed => '', sources => [] }, $class;
	$self->_start;
	return $self;
}

# A server that is in QEMU, and what else there is.
sub _network {
	my $self = shift;
	my $server = "tftp=$self->{server},bootfile=$self->{boot_file}";
	return ('-netdev', "user,id=net,$server") unless $self->{wire};
	my ($here, $there) = map { "127.0.0.1:$_" } @{ $self->{wire} };
	return ('-netdev', "user,id=server,$server",
		'-netdev', "socket,id=wire,udp=$here,localaddr=$there",
		'-netdev', 'hubport,id=hub1,hubid=0,netdev=server',
		'-netdev', 'hubport,id=hub2,hubid=0,netdev=wire', '-netdev', 'hubport,id=net,hubid=0');
}

# Where the guest starts from.
sub _medium {
	my $self = shift;
	if (defined $self->{server}) {
		return ($self->_network, '-device', "$self->{card},netdev=net,bootindex=0"
			. ($self->{rom} ? '' : ',romfile='));
	}
	my $device = $media{ $self->{media} }
		or die "Qemu: media is '$self->{media}': one of @{[ sort keys %media ]}\n";
	my @device = @$device;
	$device[-1] .= ",logical_block_size=$self->{sector},physical_block_size=$self->{sector}"
		if $self->{sector} != 512;
	my $writes = $self->{read_only} ? 'readonly=on' : $self->{keep} ? 'readonly=off' : 'snapshot=on';
	return ('-drive', "if=none,id=disk,format=raw,$writes,file=$self->{image}", @device);
}

# Large guests touch little of their memory: do not set all of it aside.
sub _memory {
	my $self = shift;
	my @sizes = $self->{numa} ? @{ $self->{numa} } : $self->{memory};
	my @backends = map { ('-object',
		"memory-backend-ram,id=ram$_,size=$sizes[$_],reserve=off") } 0 .. $#sizes;
	return ('-m', $self->{memory}, '-machine', 'memory-backend=ram0', @backends)
		unless $self->{numa};
	return ('-m', $self->{memory}, @backends,
		map { ('-numa', "node,nodeid=$_,memdev=ram$_,cpus=$_") } 0 .. $#sizes);
}

sub _firmware {
	my ($self, $dir, $code, $vars) = @_;
	return ('-bios', $code) if $vars eq '';
	return ($self->{firmware} eq 'smm' ? ('-machine', 'smm=on', '-global',
			'driver=cfi.pflash01,property=secure,value=on') : (),
		'-drive', "if=pflash,unit=0,format=raw,readonly=on,file=$code",
		# A snapshot of the machine needs drives that have snapshots: temporary overlays do.
		'-drive', "if=pflash,unit=1,format=raw,file=$self->{vars}"
			. ($self->{debug} && !$self->{keep} ? ',snapshot=on' : ''));
}

# Where nothing is, a real machine reads ones, and QEMU's own emulation zeros. OVMF takes those for a TPM
# that does not answer, and waits for it: half of a boot. So a ROM of ones is where a TPM would be, until
# the firmware gives the card that it is on another place. A TPM that is there goes before it.
use constant { CARD => 0x1d, TPM_PHYS => 0xfed40000, ROM_BYTES => 1 << 16 };

sub _has_ones {
	my $self = shift;
	return $self->{firmware} ne 'u-boot' && ($ENV{ACCEL} || 'tcg') eq 'tcg';
}

sub _ones {
	my ($self, $dir) = @_;
	return () unless $self->_has_ones;
	open(my $rom, '>:raw', "$dir/ones") or die "Qemu: $dir/ones: $!\n";
	print $rom "\xff" x ROM_BYTES;
	close $rom or die "Qemu: $dir/ones: $!\n";
	return ('-S', '-device', sprintf 'pci-testdev,addr=%x.0,romfile=%s', CARD, "$dir/ones");
}

# The guest has not run yet: the ROM gets its place, the card answers, and the guest goes, unless it is to
# be stopped still.
sub _begin {
	my $self = shift;
	return unless $self->_has_ones;
	my ($rom_register, $command, $memory) = (0x30, 4, 2);	# PCI Local Bus 3.0, 6.1
	for ([ $rom_register, TPM_PHYS | 1 ], [ $command, $memory ]) {
		$self->command('human-monitor-command', 'command-line' => $_) for
			sprintf('o /w 0xcf8 0x%x', 1 << 31 | CARD << 11 | $_->[0]),
			sprintf('o /w 0xcfc 0x%x', $_->[1]);
	}
	$self->command('cont') unless grep { $_ eq '-S' } @{ $self->{extra} };
}

sub _arguments {
	my ($self, $dir, @firmware) = @_;
	my $accel = $ENV{ACCEL} || 'tcg';
	die "ACCEL is '$accel': tcg or kvm\n" unless $accel =~ /^(tcg|kvm)$/;

	return (
		'qemu-system-x86_64', '-machine', $self->{machine}, '-accel',
		$accel . ($accel eq 'tcg' && $self->{thread} ? ",thread=$self->{thread}" : ''),
		'-cpu', $self->{cpu}, '-smp', $self->{smp}, $self->_memory,
		$self->_firmware($dir, @firmware), $self->_medium, $self->_ones($dir),
		'-nodefaults', '-vga', 'std', '-display', $self->{display},
		'-serial', $self->{serial_port} ? 'stdio' : 'none',
		'-action', 'shutdown=pause,reboot=shutdown',
		'-chardev', "socket,id=qmp,path=$dir/qmp", '-mon', 'chardev=qmp,mode=control',
		$self->{icount} ? ('-icount', 'shift=0,sleep=off') : (),
		$self->{debug} ? ('-chardev', "socket,id=gdb,path=$dir/gdb,server=on,wait=off",
			'-gdb', 'chardev:gdb') : (),
		@{ $self->{extra} });
}

sub _start {
	my $self = shift;
	my $source = $self->{server} // $self->{image} // '';
	die "Qemu: the image or folder '$source' cannot be read\n" unless -r $source;
	my ($code, $vars) = split /\n/, `\Q$here\E/firmware \Q$self->{firmware}\E`;
	die "Qemu: no firmware, see above\n" if $?;
	$vars //= '';

	my $dir = $self->{dir} = tempdir('keel-qemu-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	my $fresh = "$dir/vars.fd";
	$self->{vars} //= $fresh;
	$fresh = $self->{vars} unless -e $self->{vars};
	$vars eq '' || copy($vars, $fresh) or die "Qemu: $vars to $fresh: $!\n";
	my $listen = IO::Socket::UNIX->new(Local => "$dir/qmp", Listen => 1)
		or die "Qemu: $dir/qmp: $!\n";
	pipe(my $serial, my $stdout) or die "Qemu: pipe: $!\n";

	# setpriv(1) and timeout(1) end QEMU even when this process is killed and cannot do it.
	my $seconds = defined $self->{limit} ? int($self->{limit}) + 30 : 0;
	my @command = ('setpriv', '--pdeathsig', 'TERM', 'timeout', '-k', 5, $seconds,
		$self->_arguments($dir, $code, $vars));
	pipe(my $stdin, my $keys) or die "Qemu: pipe: $!\n";
	$self->{owner} = $$;
	$self->{pid} = fork() // die "Qemu: fork: $!\n";
	if (!$self->{pid}) {
		$self->{input} ? open(STDIN, '<&', $stdin) : open(STDIN, '<', '/dev/null');
		open(STDOUT, '>&', $stdout);
		open(STDERR, '>', "$dir/stderr");
		{ no warnings 'exec'; exec @command; }
		print STDERR "setpriv: $!\n";
		POSIX::_exit(127);
	}
	close $stdout;
	close $stdin;
	$keys->blocking(0);
	$self->{keys} = $keys;
	weaken($running{ refaddr $self } = $self);
	$self->{stdout} = $serial;
	$self->{deadline} = time + ($self->{limit} // $never);

	# QEMU calls back before the guest starts, or never.
	my $ready = IO::Select->new($listen, $serial);
	my ($first) = $ready->can_read($self->{limit} // $never);
	if (!$first || $first != $listen) {
		$self->stop;
		die "Qemu: did not start: " . $self->complaint . "\n";
	}
	$self->{qmp} = $listen->accept;
	$self->{input} = '';
	$self->{events} = [];
	$self->_reply;			# the greeting
	$self->command('qmp_capabilities');
	$self->_begin;
}

# What QEMU wrote to its standard error.
sub complaint {
	my $self = shift;
	return $self->{complaint} if defined $self->{complaint};
	open(my $file, '<', "$self->{dir}/stderr") or return '';
	local $/;
	my $text = <$file> // '';
	$text =~ s/\s+$//;
	return $text;
}

# One JSON object from the control socket, or undef when there is no more before the deadline.
sub _message {
	my $self = shift;
	until ($self->{input} =~ /\n/) {
		my $left = $self->{deadline} - time;
		return undef if $left <= 0 || !IO::Select->new($self->{qmp})->can_read($left);
		sysread($self->{qmp}, $self->{input}, 65536, length $self->{input}) or return undef;
	}
	my ($line, $rest) = split /\r?\n/, $self->{input}, 2;
	$self->{input} = $rest;
	return _decoded($line);
}

# JSON::PP takes seconds for a text of megabytes, as "info tlb" has it. A plain one is read here.
sub _decoded {
	my ($line) = @_;
	return decode_json($line) if $line !~ /^\{"return": "(.*)"\}$/ || $1 =~ /[^ -~]|"|\\[^rn]/;
	return { return => substr($line, 12, -2) =~ s/\\n/\n/gr =~ s/\\r/\r/gr };
}

sub _reply {
	my $self = shift;
	while (my $message = $self->_message) {
		return $message unless $message->{event};
		push @{ $self->{events} }, $message;
	}
	die "Qemu: no answer from its control socket: " . $self->complaint . "\n";
}

# A QMP command; its result. QEMU answers at once, also when the guest's time is over.
sub command {
	my ($self, $name, %arguments) = @_;
	my $patience = time + 120;
	local $self->{deadline} = $self->{deadline} > $patience ? $self->{deadline} : $patience;
	my $text = encode_json({ execute => $name, %arguments ? (arguments => \%arguments) : () });
	syswrite($self->{qmp}, "$text\n");
	my $reply = $self->_reply;
	die "Qemu: $name: $reply->{error}{desc}\n" if $reply->{error};
	return $reply->{return};
}

# Waits until QEMU has said that this has happened.
sub wait_for_event {
	my ($self, $name) = @_;
	$self->{deadline} = time + 30;
	until (grep { $_->{event} eq $name } @{ $self->{events} }) {
		my $message = $self->_message or die "Qemu: no $name: " . $self->complaint . "\n";
		push @{ $self->{events} }, $message;
	}
}

# From now on it has so many seconds.
sub allow {
	my ($self, $seconds) = @_;
	$self->{deadline} = time + $seconds;
}

# With debug: keeps the state of the machine, memory and disks, under a name.
sub keep_state {
	my ($self, $name) = @_;
	my $complaint = $self->monitor("savevm $name");
	die "savevm: $complaint\n" if $complaint =~ /\S/;
}

# Brings the machine back to that state, whatever it has come to, and stops it there. What it wrote,
# and how it ended, no longer counts.
sub go_back {
	my ($self, $name) = @_;
	$self->command('stop');
	# A machine that is switched off takes no snapshot until it is reset.
	if ($self->command('query-status')->{status} ne 'paused') {
		$self->command('set-action', reboot => 'reset');
		$self->command('system_reset');
		$self->wait_for_event('RESET');
		$self->command('set-action', reboot => 'shutdown');
	}
	my $complaint = $self->monitor("loadvm $name");
	die "loadvm: $complaint\n" if $complaint =~ /\S/;
	$self->_forget;
}

sub _forget {
	my $self = shift;
	my $rest = IO::Select->new($self->{stdout});
	while ($rest->can_read(0)) {
		last unless $self->_read_serial;
	}
	$self->{serial} = '';
	$self->{ended} = undef;
	$self->{events} = [];
}

# A command of the monitor for people, such as "info tlb"; its text.
sub monitor {
	my ($self, $line) = @_;
	$self->{deadline} = time + 30;
	my $text = $self->command('human-monitor-command', 'command-line' => $line);
	$text =~ s/\r//g;
	return $text;
}

sub _read_serial {
	my ($self, $on_text) = @_;
	my $n = sysread($self->{stdout}, my $text, 65536);
	return 0 unless $n;
	$self->{serial} .= $text;
	$on_text->($text) if $on_text;
	return $n;
}

# With input: keys for the guest's serial port, which takes them when it has room for them.
sub type {
	my ($self, $text) = @_;
	$self->{typed} .= $text;
	$self->_send;
}

sub _send {
	my $self = shift;
	local $SIG{PIPE} = 'IGNORE';	# QEMU has ended: follow() says that
	my $sent = syswrite($self->{keys}, $self->{typed}) // 0;
	substr($self->{typed}, 0, $sent) = '';
}

# While the guest is followed, calls that each time when there is something to be read from the handle.
# What it returns, if not undef, is how the machine ended.
sub attend {
	my ($self, $handle, $read) = @_;
	push @{ $self->{sources} }, [ $handle, $read ];
}

# The firmware has nothing left to start that came from us.
my $gave_up = qr/^BdsDxe: loading Boot\w+ "(?:UiApp|EFI Internal Shell|BootManagerMenuApp)/m;

# Follows the guest until it ends, handing on what it writes. Returns how it ended: guest-shutdown
# is a power-off, guest-reset a reset or triple fault, "back in the firmware" means that the image
# returned, "time limit" and "qemu ended" speak for themselves; host-ui is a window that was closed.
# $until, if given, ends it as well, with "found", once the text matches.
sub follow {
	my ($self, $on_text, $until) = @_;
	my $select = IO::Select->new($self->{stdout}, $self->{qmp}, map { $_->[0] } @{ $self->{sources} });
	while (1) {
		$self->_send if $self->{typed} ne '';
		if (my ($end) = grep { $_->{event} eq 'SHUTDOWN' } @{ $self->{events} }) {
			# What was written before is in the pipe already.
			my $rest = IO::Select->new($self->{stdout});
			while ($rest->can_read(0)) {
				last unless $self->_read_serial($on_text);
			}
			return $self->{ended} = $end->{data}{reason};
		}
		return $self->{ended} = 'found' if $until && $self->{serial} =~ $until;
		return $self->{ended} = 'back in the firmware'
			if !$self->{shell} && $self->{serial} =~ $gave_up;
		my $left = $self->{deadline} - time;
		return $self->{ended} = 'time limit' if $left <= 0;
		# What was typed faster than it is taken is offered again.
		$left = 0.05 if $self->{typed} ne '' && $left > 0.05;
		for my $ready ($select->can_read($left)) {
			if ($ready == $self->{stdout}) {
				$self->_read_serial($on_text)
					or return $self->{ended} = 'qemu ended';
			} elsif (my ($source) = grep { $_->[0] == $ready } @{ $self->{sources} }) {
				my $end = $source->[1]->();
				return $self->{ended} = $end if defined $end;
			} else {
				my $message = $self->_message
					or return $self->{ended} = 'qemu ended';
				push @{ $self->{events} }, $message if $message->{event};
			}
		}
	}
}

# Ends QEMU if it still runs.
sub stop {
	my $self = shift;
	delete $running{ refaddr $self };
	my $pid = delete $self->{pid} or return;
	return if $self->{owner} != $$;
	local ($?, $@, $!);
	$self->{complaint} = $self->complaint;
	kill 'TERM', $pid;		# timeout(1) passes it on, and waits for QEMU
	my $patience = time + 10;
	while (waitpid($pid, WNOHANG) == 0) {
		kill 'KILL', $pid if time > $patience;
		select(undef, undef, undef, 0.02);
	}
}

sub DESTROY {
	$_[0]->stop;
}

# At the end of a program destructors run in no order.
END {
	$_->stop for grep { defined } values %running;
}

# A signal runs no destructors, so it has to do their work before it ends this process.
for my $signal (qw(INT TERM HUP PIPE)) {
	$SIG{$signal} = sub {
		for my $machine (grep { defined } values %running) {
			$machine->stop;
			remove_tree($machine->{dir});
		}
		$SIG{$signal} = 'DEFAULT';
		kill $signal, $$;
	};
}

1;
