# SPDX-License-Identifier: BSD-2-Clause
#
# The headers of a PE32+ file, as far as Keel's tools look at them (Microsoft, "PE Format"). Whatever the
# file holds, nothing outside of it is read; what is wrong is a sentence that ends the program.
package Pe;

use strict;
use warnings;

# Offsets from the signature, of what lies in the file header and the optional header.
my %at = (
	section_count => [ 6, 'v' ],
	time_stamp => [ 8, 'V' ],
	optional_bytes => [ 20, 'v' ],
	magic => [ 24, 'v' ],
	image_base => [ 48, 'Q<' ],
	section_alignment => [ 56, 'V' ],
	file_alignment => [ 60, 'V' ],
	image_bytes => [ 80, 'V' ],
	headers_bytes => [ 84, 'V' ],
	check_sum => [ 88, 'V' ],
	dll_characteristics => [ 94, 'v' ],
	signature_offset => [ 168, 'V' ],	# of the certificate table (data directory 4)
	signature_bytes => [ 172, 'V' ],
);
use constant SECTION_HEADER_BYTES => 40;

sub new {
	my ($class, $path) = @_;
	open(my $file, '<:raw', $path) or die "$path: $!\n";
	my $bytes = do { local $/; <$file> } // '';
	my $pe = length $bytes >= 64 ? unpack 'x60 V', $bytes : 0;
	die "$path has no PE signature at the offset that its byte 60 gives\n"
		unless $pe && length $bytes >= $pe + 176 && substr($bytes, $pe, 4) eq "PE\0\0";
	my $self = bless { path => $path, bytes => $bytes, pe => $pe }, $class;
	die "$path is no PE32+ file\n" unless $self->get('magic') == 0x20b;
	$self->{sections} = [ $self->_sections ];
	return $self;
}

sub get {
	my ($self, $field) = @_;
	my ($offset, $format) = @{ $at{$field} };
	return unpack 'x' . ($self->{pe} + $offset) . $format, $self->{bytes};
}

sub set {
	my ($self, $field, $value) = @_;
	my ($offset, $format) = @{ $at{$field} };
	my $packed = pack $format, $value;
	substr($self->{bytes}, $self->{pe} + $offset, length $packed) = $packed;
}

# The first byte behind the section table, where another header would go.
sub table_end {
	my $self = shift;
	return $self->{pe} + 24 + $self->get('optional_bytes') + SECTION_HEADER_BYTES * $self->get('section_count');
}

sub _sections {
	my $self = shift;
	die "$self->{path}: its section table leaves the file\n" if $self->table_end > length $self->{bytes};
	my ($end, @sections) = ($self->get('headers_bytes'));
	for my $n (1 .. $self->get('section_count')) {
		my ($name, $bytes, $address, $raw_bytes, $offset, $flags) = unpack 'x'
			. ($self->table_end - SECTION_HEADER_BYTES * ($self->get('section_count') + 1 - $n))
			. 'a8 V V V V x12 V', $self->{bytes};
		$name =~ s/\0.*//s;
		die "$self->{path}: section $name leaves the file\n" if $offset + $raw_bytes > length $self->{bytes};
		die "$self->{path}: section $name overlaps what is before it\n" if $address < $end;
		$end = $address + $bytes;
		push @sections, { name => $name, bytes => $bytes, address => $address, raw_bytes => $raw_bytes,
			offset => $offset, flags => $flags, end => $end };
	}
	return @sections;
}

# By its name; undef if there is none.
sub section {
	my ($self, $name) = @_;
	my ($section) = grep { $_->{name} eq $name } @{ $self->{sections} };
	return $section;
}

# All of it that has a meaning.
sub content {
	my ($self, $section) = @_;
	my $bytes = $section->{bytes} < $section->{raw_bytes} ? $section->{bytes} : $section->{raw_bytes};
	return substr $self->{bytes}, $section->{offset}, $bytes;
}

sub write {
	my ($self, $path) = @_;
	open(my $file, '>:raw', $path) or die "$path: $!\n";
	print $file $self->{bytes};
	close $file or die "$path: $!\n";
}

1;
