# SPDX-License-Identifier: BSD-2-Clause
#
# A client of QEMU's gdb stub, as much of it as is needed to stop a guest at an address and to
# change its physical memory. The protocol: GDB manual, appendix E; "Qqemu." packets: QEMU, "GDB
# usage".
package Gdb;

use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits

use IO::Select;
use IO::Socket::UNIX;
use Time::HiRes qw(time);

use constant {
	LIMIT => 60,			# seconds for an answer
	CHUNK => 1024,			# bytes of memory in one packet: QEMU takes 2048 at most
};

# QEMU's numbers of registers that can be written: GDB's org.gnu.gdb.i386.core and .linux, between them
# what QEMU adds.
my @general = qw(rax rbx rcx rdx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip);
my @of_32_bits = qw(eflags cs ss ds es fs gs);
my %number;
@number{@general, @of_32_bits} = 0 .. $#general + @of_32_bits;

sub new {
	my ($class, $path) = @_;
	my $socket = IO::Socket::UNIX->new(Peer => $path) or die "Gdb: $path: $!\n";
	my $self = bless { socket => $socket, input => '' }, $class;
	# Connecting stops the guest. QEMU 7 says so unasked, and says it again; later ones do not.
	$self->_send('?');
	$self->_packet(time + LIMIT) // die "Gdb: the guest does not stop\n";
	$self->_ok('Qqemu.PhyMemMode:1');
	return $self;
}

sub _send {
	my ($self, $text) = @_;
	my $sum = unpack '%8C*', $text;
	syswrite($self->{socket}, sprintf '$%s#%02x', $text, $sum) or die "Gdb: $!\n";
}

# The content of the next packet, or undef when there is none before the deadline. Acknowledgements
# are passed over; QEMU does not insist on ours.
sub _packet {
	my ($self, $deadline) = @_;
	my $packet = qr/^[^\$]*\$([^#]*)#../s;
	until ($self->{input} =~ $packet) {
		my $left = $deadline - time;
		$left = 0 if $left < 0;
		return undef unless IO::Select->new($self->{socket})->can_read($left);
		sysread($self->{socket}, $self->{input}, 65536, length $self->{input})
			or die "Gdb: the stub has gone\n";
	}
	$self->{input} =~ s/$packet//;
	return $1;
}

# Whenever the guest stops, the stub says so unasked, and not always at once.
my $stop_reply = qr/^[TSWX]/;

sub request {
	my ($self, $text) = @_;
	my $deadline = time + LIMIT;
	$self->_send($text);
	while (defined(my $answer = $self->_packet($deadline))) {
		return $answer unless $answer =~ $stop_reply;
	}
	die "Gdb: no answer to '$text'\n";
}

sub _ok {
	my ($self, $text) = @_;
	my $answer = $self->request($text);
	die "Gdb: '$text': $answer\n" unless $answer eq 'OK';
}

# Lets the guest run until its next instruction is the one at this address.
sub run_to {
	my ($self, $virt, $limit) = @_;
	$self->_ok(sprintf 'Z1,%x,1', $virt);
	my $deadline = time + $limit;
	# The stub may still have to say that the guest stopped before.
	do {
		$self->go;
		my $stopped = $self->_packet($deadline)
			// die sprintf "Gdb: %x was not reached\n", $virt;
		die "Gdb: it stopped otherwise: $stopped\n" unless $stopped =~ /^T/;
	} until $self->registers->{rip} == $virt;
	$self->_ok(sprintf 'z1,%x,1', $virt);
}

sub go {
	$_[0]->_send('c');
}

# Stops the guest when its code stores to one of the eight bytes at this virtual address.
sub watch_stores {
	my ($self, $virt) = @_;
	$self->_ok(sprintf 'Z2,%x,8', $virt);
}

# Whether such a store has stopped it by now: the address of the instruction behind it, or undef.
sub stopped_at_store {
	my $self = shift;
	while (defined(my $stopped = $self->_packet(time))) {
		return $self->registers->{rip} if $stopped =~ /watch:/;
	}
	return undef;
}

# General registers in the order of GDB's own description of x86-64.
sub registers {
	my $self = shift;
	my %value;
	@value{@general} = unpack 'Q<*', pack 'H*', substr($self->request('g'), 0, 16 * @general);
	return \%value;
}

# General, flags or segment register. A segment register gets what the GDT says of the selector.
sub set_register {
	my ($self, $name, $value) = @_;
	my $number = $number{$name} // die "Gdb: there is no register '$name'\n";
	# QEMU takes no single registers before it was asked which ones there are.
	$self->{asked} //= $self->request('qXfer:features:read:target.xml:0,1');
	$self->_ok(sprintf 'P%x=%s', $number,
		unpack 'H*', pack $number < @general ? 'Q<' : 'L<', $value);
}

# Physical memory.
sub read {
	my ($self, $phys, $bytes) = @_;
	my $data = '';
	while ((my $left = $bytes - length $data) > 0) {
		my $n = $left < CHUNK ? $left : CHUNK;
		my $answer = $self->request(sprintf 'm%x,%x', $phys + length $data, $n);
		die sprintf "Gdb: %x cannot be read: %s\n", $phys, $answer
			unless length $answer == 2 * $n;
		$data .= pack 'H*', $answer;
	}
	return $data;
}

sub write {
	my ($self, $phys, $data) = @_;
	$self->_ok(sprintf 'M%x,%x:%s', $phys, length $data, unpack 'H*', $data);
}

1;
