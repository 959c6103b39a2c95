# SPDX-License-Identifier: BSD-2-Clause
#
# A machine that is started more than once, with the same disk and the same variables of the
# firmware, both of which can be looked at and changed in between.
package Kept;

use strict;
use warnings;

use DiskImage;
use File::Temp qw(tempdir);
use Qemu;
use SelfCheck;

# Where the only partition of ovmf/image begins.
use constant ESP => '1M';

# Firmware's store of variables: edk2's VariableFormat.h, PiFirmwareVolume.h (UEFI PI, vol. 3, 3.2.1).
use constant {
	FIRMWARE_VOLUME_HEADER_BYTES => 48, # offset of the 16-bit size of the whole header
	STORE_HEADER_BYTES => 28,           # GUID, 32-bit size of the store with it, state
	VARIABLE_HEADER_BYTES => 60,
	VARIABLE_START => 0x55aa,
	VARIABLE_ADDED => 0x3f,             # any other state: deleted, or about to be
};

# Files as for make_image().
sub new {
	my ($class, %files) = @_;
	my $dir = tempdir('keel-kept-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	make_image($dir, \%files);
	return bless { dir => $dir, disk => "$dir/disk.img", vars => "$dir/vars.fd" }, $class;
}

# Options of Qemu.pm for a boot of it. Its devices are always the same, which is what the firmware's
# boot options depend on: there is never a screen.
sub options {
	my $self = shift;
	return (limit => 120, image => $self->{disk}, vars => $self->{vars}, keep => 1,
		extra => [ '-vga', 'none' ]);
}

# Boots until the output matches, or the machine is switched off. Returns text and ended.
sub boot {
	my ($self, $until, %options) = @_;
	my $machine = Qemu->new($self->options, %options);
	my $ended = $machine->follow(undef, $until);
	$machine->stop;
	return { text => SelfCheck::clean($machine->{serial}), ended => $ended };
}

# Puts content into a file on the disk.
sub write_file {
	my ($self, $path, $content) = @_;
	open(my $file, '>:raw', "$self->{dir}/new") or die "$self->{dir}/new: $!\n";
	print $file $content;
	close $file or die "$self->{dir}/new: $!\n";
	return system('mcopy', '-o', '-i', "$self->{disk}@@" . ESP, "$self->{dir}/new", "::$path") == 0;
}

sub remove_file {
	my ($self, $path) = @_;
	system('mdel', '-i', "$self->{disk}@@" . ESP, "::$path") == 0 or die "mdel $path failed\n";
}

# Copies a file of the disk and returns the copy's path; undef if it is not there.
sub fetch {
	my ($self, $path) = @_;
	my $to = "$self->{dir}/fetched";
	unlink $to;
	system("mcopy -o -i '$self->{disk}'\@\@" . ESP . " '::$path' '$to' 2>/dev/null");
	return -e $to ? $to : undef;
}

# Paths of all files on the disk that match.
sub files {
	my ($self, $pattern) = @_;
	my @paths = `mdir -b -/ -i '$self->{disk}'\@\@@{[ ESP ]} ::`;
	chomp @paths;
	return sort grep { /$pattern/ } map { s/^:://r } @paths;
}

# Free bytes on the disk.
sub free_bytes {
	my $self = shift;
	my ($free) = `mdir -i '$self->{disk}'\@\@@{[ ESP ]} ::` =~ /^\s*([\d ]+) bytes free/m;
	return $free =~ s/ //gr;
}

sub _store {
	my $self = shift;
	open(my $file, '<:raw', $self->{vars}) or die "$self->{vars}: $!\n";
	local $/;
	my $store = <$file>;
	my $first = unpack 'x' . FIRMWARE_VOLUME_HEADER_BYTES . ' v', $store;
	my $end = $first + unpack 'x' . ($first + 16) . ' V', $store;
	return ($store, $first + STORE_HEADER_BYTES, $end);	# where variables can be
}

# The variables that there are, each with name, vendor, attributes and data, and all of it as it is.
sub variables {
	my $self = shift;
	my ($store, $at) = $self->_store;
	my @variables;
	while (unpack("x$at v", $store) == VARIABLE_START) {
		my ($state, $attributes, $name_bytes, $data_bytes, $vendor) =
			unpack "x$at x2 C x V x28 V V a16", $store;
		my $bytes = VARIABLE_HEADER_BYTES + $name_bytes + $data_bytes;
		my $all = substr $store, $at, $bytes + (-$bytes & 3);
		my ($name, $data) = unpack 'x' . VARIABLE_HEADER_BYTES . "a$name_bytes a$data_bytes", $all;
		push @variables, { name => pack('C*', unpack 'v*', $name) =~ s/\0$//r, data => $data,
			vendor => $vendor, attributes => $attributes, all => $all }
			if $state == VARIABLE_ADDED;
		$at += length $all;
	}
	return @variables;
}

# Adds one that takes so much room that so many bytes remain.
sub fill_variables {
	my ($self, $remaining) = @_;
	my ($store, $first, $end) = $self->_store;
	my $all = join '', map { $_->{all} } $self->variables;
	my $name = pack 'v*', unpack('C*', 'Filler'), 0;
	my $bytes = $end - $first - length($all) - VARIABLE_HEADER_BYTES - length($name) - $remaining;
	$all .= pack('v C x V x28 V V a16', VARIABLE_START, VARIABLE_ADDED, 7, length $name, $bytes,
		'not a GUID of us') . $name . 'x' x $bytes;
	substr $store, $first, $end - $first, $all . "\xff" x ($end - $first - length $all);
	open(my $file, '>:raw', $self->{vars}) or die "$self->{vars}: $!\n";
	print $file $store;
	close $file or die "$self->{vars}: $!\n";
}

1;
