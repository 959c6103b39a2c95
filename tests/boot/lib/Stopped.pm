# SPDX-License-Identifier: BSD-2-Clause
#
# A machine that is stopped at the kernel's entry point, and that can be brought back to it as often
# as wanted: see Guest.pm. In between, boot_info, page tables and all other physical memory can be
# changed, and the kernel runs with what was changed.
#
# What is read is always what was there at the entry. Members and constants go by the names that
# build/tests/boot/offsets gives them: "cpu.gdt_phys" is a member, "cpu" the whole structure.
package Stopped;

use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits

use Guest;
use SelfCheck;

use constant {
	BOOT_SECONDS => 120,
	SECONDS => 60,			# for a few instructions
	PAGE    => 1 << 12,
	ADDRESS => 0x000ffffffffff000,
	P       => 1 << 0,
	PS      => 1 << 7,
	# Members of boot_info that lead to arrays, by what these are of; the framebuffer is one of it.
	ARRAYS => {
		memory_range => 'memory_ranges', mapping => 'mappings', segment => 'segments',
		cpu => 'cpus', mailbox => 'mailboxes', io_apic => 'io_apics', module => 'modules',
		screen => 'screens',
	},
};

# e_entry of an ELF64 file.
sub entry_point {
	my ($path) = @_;
	open(my $file, '<:raw', $path) or die "$path: $!\n";
	read($file, my $header, 64) == 64 or die "$path: too short\n";
	return unpack 'x24 Q<', $header;
}

sub offsets {
	my %offset;
	for (`build/tests/boot/offsets`) {
		chomp;
		my ($name, $value, $bytes) = split /\t/;
		$offset{$name} = { value => hex $value, bytes => $bytes };
	}
	die "build/tests/boot/offsets printed nothing; make it first\n" unless %offset;
	return \%offset;
}

# Boots until the kernel's first instruction; options are those of Guest.pm, and kernel, the file of
# another one than the self-check. With keep there is no way back to it.
sub new {
	my ($class, %options) = @_;
	my $kernel = delete $options{kernel} // 'build/selfcheck.elf';
	my $guest = Guest->new(debug => 1, %options);
	my $gdb = $guest->gdb;
	my $self = bless { guest => $guest, gdb => $gdb, machine => $guest->{machine}, pages => {},
		offset => offsets() }, $class;
	$gdb->run_to(entry_point($kernel), BOOT_SECONDS);
	$self->{registers} = $gdb->registers;
	$self->{direct_map} = $self->constant('KEEL_DIRECT_MAP_START');
	$self->{boot} = $self->{registers}{rdi} - $self->{direct_map};
	$guest->keep_state unless $options{keep};
	return $self;
}

# Whatever the guest has come to: it is stopped at its entry again, and nothing was changed.
sub restore {
	$_[0]{guest}->go_back;
}

# Lets the kernel run until its output matches, it ends, or the time is over. Returns how it ended.
sub run {
	my ($self, $until, $seconds) = @_;
	$self->{guest}->go($seconds);
	return $self->{guest}->ended($until);
}

# As if the time for that were over now.
sub end_time {
	$_[0]{machine}->allow(0);
}

# What the kernel has written since it was set back.
sub serial {
	return SelfCheck::clean($_[0]{machine}{serial});
}

# What QEMU itself has to complain of.
sub complaint {
	return $_[0]{machine}->complaint;
}

sub stop {
	$_[0]{guest}->stop;
}

# --- Physical memory ---

sub read {
	my ($self, $phys, $bytes) = @_;
	my $data = '';
	for (my $at = $phys - $phys % PAGE; $at < $phys + $bytes; $at += PAGE) {
		$data .= $self->{pages}{$at} //= $self->{gdb}->read($at, PAGE);
	}
	return substr $data, $phys % PAGE, $bytes;
}

sub write {
	my ($self, $phys, $data) = @_;
	$self->{guest}->write($phys, $data);
}

# Little-endian numbers of up to 8 bytes.
sub number {
	my ($self, $phys, $bytes) = @_;
	return unpack 'Q<', $self->read($phys, $bytes // 8) . "\0" x 8;
}

sub set_number {
	my ($self, $phys, $value, $bytes) = @_;
	$self->write($phys, substr pack('Q<', $value), 0, $bytes // 8);
}

# --- Registers ---

# Of those that Gdb.pm can write.
sub set_register {
	my $self = shift;
	$self->{guest}->set_register(@_);
}

# Lets the guest execute these bytes of code, which go on behind their end, use no stack and leave no
# registers changed but RAX, RCX, RDX and what they are for. Then it is stopped at its entry again, and
# the kernel is as it was.
sub execute {
	my ($self, $code) = @_;
	my $rip = $self->{registers}{rip};
	my $phys = $self->phys($rip);
	my $kernel = $self->read($phys, length $code);
	$self->write($phys, $code);
	$self->{gdb}->run_to($rip + length $code, SECONDS);
	$self->write($phys, $kernel);
	$self->set_register($_, $self->{registers}{$_}) for qw(rax rcx rdx rip);
}

# --- boot_info ---

sub constant {
	my ($self, $name) = @_;
	return $self->offset($name);
}

# Offset and bytes of a member in its structure.
sub offset {
	my ($self, $name) = @_;
	return ($self->{offset}{$name} // die "offsets.c does not know $name\n")->{value};
}

sub bytes {
	my ($self, $name) = @_;
	return ($self->{offset}{$name} // die "offsets.c does not know $name\n")->{bytes};
}

# Physical address and bytes of a member: "boot_info.flags", or "cpu.gdt_phys" with the number of
# the element.
sub place {
	my ($self, $name, $n) = @_;
	my ($type) = $name =~ /^(\w+)/;
	my $base = $self->{boot};
	if (my $array = ARRAYS->{$type}) {
		$base = $self->get("boot_info.$array") - $self->{direct_map}
			+ $n * $self->bytes($type);
	} elsif ($type eq 'framebuffer') {
		$base += $self->offset('boot_info.framebuffer');
	}
	return ($base + $self->offset($name), $self->bytes($name));
}

sub get {
	my ($self, $name, $n) = @_;
	return $self->number($self->place($name, $n));
}

sub set {
	my ($self, $name, $value, $n) = @_;
	my ($phys, $bytes) = $self->place($name, $n);
	$self->set_number($phys, $value, $bytes);
}

# --- Page tables; level 1 is the page table, 4 the root ---

# Physical address of the entry that leads to virt at this level; undef where the way ends above.
sub entry {
	my ($self, $virt, $level) = @_;
	my $table = $self->{registers}{rax} & ADDRESS;
	for (my $at = 4;; $at--) {
		my $place = $table + ($virt >> 12 + 9 * ($at - 1) & 511) * 8;
		return $place if $at == $level;
		my $entry = $self->number($place);
		return undef if !($entry & P) || $at < 4 && $entry & PS;
		$table = $entry & ADDRESS;
	}
}

# The frame behind a virtual address, as the first level that has a leaf says it, and the offset in it.
sub phys {
	my ($self, $virt) = @_;
	for my $level (3, 2, 1) {
		my $entry = $self->number($self->entry($virt, $level));
		die sprintf "%016x is not mapped\n", $virt unless $entry & P;
		next unless $level == 1 || $entry & PS;
		my $bytes = PAGE << 9 * ($level - 1);
		return $entry & ADDRESS & ~($bytes - 1) | $virt & $bytes - 1;
	}
}

1;
