# SPDX-License-Identifier: BSD-2-Clause
#
# An ELF64 file whose headers can be read and changed by the names that the System V ABI has for
# their members. Headers are hashes that are written back by bytes().
package ElfFile;
use strict;
use warnings;

# Names and pack's letters, in the order of the file.
my %layout = (
	header => [[qw(ei_mag ei_class ei_data ei_version ei_rest e_type e_machine e_version e_entry
		e_phoff e_shoff e_flags e_ehsize e_phentsize e_phnum e_shentsize e_shnum e_shstrndx)],
		'V C C C a9 v v V Q Q Q V v v v v v v', 64],
	program => [[qw(p_type p_flags p_offset p_vaddr p_paddr p_filesz p_memsz p_align)],
		'V V Q Q Q Q Q Q', 56],
	section => [[qw(sh_name sh_type sh_flags sh_addr sh_offset sh_size sh_link sh_info
		sh_addralign sh_entsize)], 'V V Q Q Q Q V V Q Q', 64],
	dynamic => [[qw(d_tag d_val)], 'Q Q', 16],
	rela => [[qw(r_offset r_type r_sym r_addend)], 'Q V V Q', 24],
);

sub new
{
	my ($class, $path) = @_;
	open(my $file, '<:raw', $path) or die "$path: $!\n";
	local $/;
	my $self = bless { bytes => scalar(<$file>), views => [] }, $class;
	my $h = $self->{header} = $self->view('header', 0);
	$self->{program} = $self->table('program', $h->{e_phoff}, $h->{e_phnum});
	$self->{section} = $self->table('section', $h->{e_shoff}, $h->{e_shnum});
	return $self;
}

# A structure at an offset of the file: what is changed in it will be in the file.
sub view
{
	my ($self, $kind, $offset) = @_;
	my ($names, $letters, $size) = @{ $layout{$kind} };
	my $old = substr $self->{bytes}, $offset, $size;
	my %members;
	@members{@$names} = unpack $letters, $old;
	push @{ $self->{views} }, [$kind, $offset, \%members, $old];
	return \%members;
}

sub table
{
	my ($self, $kind, $offset, $count) = @_;
	return [map { $self->view($kind, $offset + $_ * $layout{$kind}[2]) } 0 .. $count - 1];
}

# The offset in the file of what will be at an address.
sub offset_of
{
	my ($self, $virt) = @_;
	for (grep { $_->{p_type} == 1 } @{ $self->{program} }) {
		return $_->{p_offset} + $virt - $_->{p_vaddr}
			if $virt >= $_->{p_vaddr} && $virt - $_->{p_vaddr} < $_->{p_filesz};
	}
	die sprintf "nothing in the file is at %x\n", $virt;
}

sub dynamic
{
	my ($self) = @_;
	my ($p) = grep { $_->{p_type} == 2 } @{ $self->{program} };
	return $self->table('dynamic', $p->{p_offset}, $p->{p_filesz} / 16);
}

# The value of the first dynamic entry with this tag.
sub dynamic_value
{
	my ($self, $tag) = @_;
	my ($entry) = grep { $_->{d_tag} == $tag } @{ $self->dynamic };
	return $entry->{d_val};
}

sub relocations
{
	my ($self) = @_;
	return $self->table('rela', $self->offset_of($self->dynamic_value(7)),
		$self->dynamic_value(8) / 24);
}

# The number of the first section of this type, and of the one that it is linked to.
sub symbol_tables
{
	my ($self) = @_;
	my ($n) = grep { $self->{section}[$_]{sh_type} == 2 } 0 .. $#{ $self->{section} };
	return ($n, $self->{section}[$n]{sh_link});
}

sub bytes
{
	my ($self) = @_;
	for (@{ $self->{views} }) {
		my ($kind, $offset, $members, $old) = @$_;
		my ($names, $letters, $size) = @{ $layout{$kind} };
		my $new = pack $letters, @$members{@$names};
		# There may be more than one view of the same bytes: only what was changed is written.
		substr($self->{bytes}, $offset, $size) = $new if $new ne $old;
	}
	$self->{views} = [];
	return $self->{bytes};
}

1;
