# SPDX-License-Identifier: BSD-2-Clause
#
# A machine that is started more than once, with the same disk and the same variables of the
# firmware, both of which can be looked at and changed in between.
package Kept;

use strict;
use warnings;

use DiskImage;
use File::Copy;
use File::Temp qw(tempdir);
use Guest;

# Where the only partition of ovmf/image begins.
use constant ESP => '1M';

# Firmware's store of variables: edk2's VariableFormat.h, PiFirmwareVolume.h (UEFI PI, vol. 3, 3.2.1).
use constant {
	FIRMWARE_VOLUME_HEADER_BYTES => 48, # offset of the 16-bit size of the whole header
	STORE_HEADER_BYTES => 28,           # GUID, 32-bit size of the store with it, state
	VARIABLE_HEADER_BYTES => 60,
	VARIABLE_START => 0x55aa,
	VARIABLE_ADDED => 0x3f,
	VARIABLE_REPLACED => 0x3e,          # about to be deleted; any other state: deleted, or never there
};

# Files as for DiskImage.pm.
sub new {
	my ($class, %files) = @_;
	my $dir = tempdir('keel-kept-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	return bless { dir => $dir, disk => make_image($dir, \%files), vars => "$dir/vars.fd" }, $class;
}

# Options of Guest.pm for a boot of it. Its devices are always the same, which is what the firmware's
# boot options depend on: there is never a screen.
sub options {
	my $self = shift;
	return (image => $self->{disk}, vars => $self->{vars}, keep => 1,
		extra => [ '-vga', 'none' ]);
}

# A boot of it until the output matches, or to its end; the machine is gone then, and the disk and the
# variables are as it has left them.
sub boot {
	my ($self, $until, %options) = @_;
	my $run = run_guest($self->options, until => $until, %options);
	$run->{machine}->stop;
	return $run;
}

# Puts content into a file on the disk.
sub write_file {
	my ($self, $path, $content) = @_;
	my $new = write_content("$self->{dir}/new", $content);
	return system('mcopy', '-o', '-i', "$self->{disk}@@" . ESP, $new, "::$path") == 0;
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

# Where variables can be in a store.
sub _bounds {
	my ($store) = @_;
	my $first = unpack 'x' . FIRMWARE_VOLUME_HEADER_BYTES . ' v', $store;
	my $end = $first + unpack 'x' . ($first + 16) . ' V', $store;
	return ($first + STORE_HEADER_BYTES, $end);
}

# The variables that there are, each with name, vendor, attributes and data, and all of it as it is.
sub variables {
	my $self = shift;
	return variables_of(content_of($self->{vars}));
}

# Those of any machine that has stopped, as they stand in its flash: the end of what has 32 bits.
sub variables_in_flash {
	my ($machine) = @_;
	my ($code, $template) = map { -s } split /\n/, `ovmf/firmware ''`;
	my $path = "$machine->{dir}/flash";
	$machine->command('pmemsave', val => 2**32 - $code - $template, size => $template, filename => $path);
	return variables_of(content_of($path));
}

sub variables_of {
	my ($store) = @_;
	my ($at) = _bounds($store);
	my (@variables, @replaced);
	while (unpack("x$at v", $store) == VARIABLE_START) {
		my ($state, $attributes, $name_bytes, $data_bytes, $vendor) =
			unpack "x$at x2 C x V x28 V V a16", $store;
		# Power failed while its header was written: nothing belongs to it.
		($name_bytes, $data_bytes) = (0, 0)
			if $state == 0xff || grep { $_ == 0xffffffff } $attributes, $name_bytes, $data_bytes;
		my $bytes = VARIABLE_HEADER_BYTES + $name_bytes + $data_bytes;
		my $all = substr $store, $at, $bytes + (-$bytes & 3);
		$at += length $all;
		next if $state != VARIABLE_ADDED && $state != VARIABLE_REPLACED;
		my ($name, $data) = unpack 'x' . VARIABLE_HEADER_BYTES . "a$name_bytes a$data_bytes", $all;
		my $variable = { name => pack('C*', unpack 'v*', $name) =~ s/\0$//r, data => $data,
			vendor => $vendor, attributes => $attributes, all => $all };
		push @{ $state == VARIABLE_ADDED ? \@variables : \@replaced }, $variable;
	}
	# Power failed before the new one was there.
	for my $old (@replaced) {
		push @variables, $old
			unless grep { $_->{name} eq $old->{name} && $_->{vendor} eq $old->{vendor} } @variables;
	}
	return @variables;
}

# One that is not in the store yet.
sub _variable {
	my ($name, $vendor, $data) = @_;
	my $wide = pack 'v*', unpack('C*', $name), 0;
	my $all = pack('v C x V x28 V V a16', VARIABLE_START, VARIABLE_ADDED, 7, length $wide,
		length $data, $vendor) . $wide . $data;
	return $all . "\xff" x (-length($all) & 3);
}

# Puts another one behind those that there are: what make returns for so many free bytes.
sub _append {
	my ($self, $make) = @_;
	my $store = content_of($self->{vars});
	my ($first, $end) = _bounds($store);
	my $all = join '', map { $_->{all} } $self->variables;
	$all .= $make->($end - $first - length $all);
	substr $store, $first, $end - $first, $all . "\xff" x ($end - $first - length $all);
	write_content($self->{vars}, $store);
}

# Adds one that takes so much room that so many bytes remain.
sub fill_variables {
	my ($self, $remaining) = @_;
	$self->_append(sub {
		my $empty = length _variable('Filler', 'not a GUID of us', '');
		return _variable('Filler', 'not a GUID of us', 'x' x ($_[0] - $empty - $remaining));
	});
}

# Adds one of that name, vendor (16 bytes) and data, also before the first boot.
sub add_variable {
	my ($self, @variable) = @_;
	my (undef, $template) = split /\n/, `ovmf/firmware ''`;
	-e $self->{vars} or copy($template, $self->{vars}) or die "$template: $!\n";
	$self->_append(sub { _variable(@variable) });
}

1;
