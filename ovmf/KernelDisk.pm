# SPDX-License-Identifier: BSD-2-Clause
#
# A disk with keel.efi, a keel.conf and what that names: what ovmf/run, ovmf/debug and ovmf/screenshot boot
# when they are given a kernel instead of a disk. Files are looked for where the user stands.
package KernelDisk;

use strict;
use warnings;

use Cwd qw(abs_path);
use Exporter qw(import);
use File::Basename qw(basename dirname);

our @EXPORT = qw(built_file is_installed keel_file kernel_disk);
my $here = dirname(abs_path(__FILE__));

# The keys of keel.conf that stand before the first title (docs/configuration.md).
our %before_title = map { $_ => 1 } qw(timeout default quiet);

# A file of Keel's own, by its path in Keel's folder.
sub keel_file {
	return dirname($here) . "/$_[0]";
}

# Whether these programs stand in an installed Keel (make install), and not among its sources.
sub is_installed {
	return !-e keel_file('Makefile');
}

# A file that make builds. Installed, it lies beside the programs' folder.
sub built_file {
	my ($name) = @_;
	return keel_file(is_installed() ? $name : "build/$name");
}

sub one_line {
	my ($what, $text) = @_;
	die "$what: there is a line break in '$text'\n" if $text =~ /[\r\n]/;
	return $text;
}

sub readable {
	my ($path) = @_;
	die "there is no file '$path'\n" unless -e $path;
	die "'$path' is a folder, not a file\n" if -d _;
	die "'$path' cannot be read\n" unless -r _;
	return $path;
}

# FILE, or FILE:TEXT with options for it. A colon may be part of the file's name.
sub module_parts {
	my ($given) = @_;
	my ($file, $text) = -e $given ? ($given, '') : $given =~ /^(.*?):(.*)$/s ? ($1, $2) : ($given, '');
	return (readable($file), one_line('--module', $text));
}

# Puts a file of the host on the disk: $disk is path => file, by the path in small letters.
sub put {
	my ($disk, $file, $path) = @_;
	$path = "/$path" unless $path =~ m{^/};
	die "$path: no FAT volume can have a file of that name\n"
		if $path =~ m{[\x00-\x1f"*:<>?|\\]|//|/$};
	my $other = $disk->{ lc $path };
	die "$other->[0] and $file would have the same name on the disk, $path\n"
		if $other && $other->[0] ne $file;
	$disk->{ lc $path } = [ $file, $path ];
}

# The lines of a keel.conf for a kernel, or the self-check, and what it names.
sub lines_for {
	my ($given, $disk) = @_;
	my (@global, @titles, @entry, %set);
	for (map { one_line('--set', $_) } @{ $given->{set} // [] }) {
		my ($key) = /^\s*(\S+)/ or die "--set: '$_' has no key\n";
		$set{$key} = 1;
		push @{ $before_title{$key} ? \@global : $key eq 'title' ? \@titles : \@entry }, $_;
	}
	die "--set: there is one entry, and it has one title; --config takes more\n" if @titles > 1;
	my $kernel = $given->{kernel};
	put($disk, readable($kernel), '/kernel.elf') if defined $kernel;
	my @start = defined $kernel ? 'kernel \kernel.elf' : $set{kernel} || $set{selfcheck} ? () : 'selfcheck';
	my @modules;
	for (@{ $given->{module} // [] }) {
		my ($file, $text) = module_parts($_);
		put($disk, $file, '/modules/' . basename $file);
		push @modules, qq(module "\\modules\\@{[ basename $file ]}") . ($text ne "" ? " $text" : "");
	}
	return (@global, $titles[0] // 'title ' . basename($kernel // 'self-check'), @start,
		(map { "options $_" } grep { /\S/ } map { one_line('--options', $_) } @{ $given->{options} // [] }),
		@modules, $given->{symbols} ? 'symbols yes' : (), @entry);
}

# What a keel.conf of the user's names: its folder stands for the volume's root. What is not there may be
# meant to be missing; Keel says so.
sub put_what_it_names {
	my ($conf, $disk) = @_;
	open(my $file, '<', $conf) or die "$conf: $!\n";
	while (<$file>) {
		next unless /^\s*(?:kernel|module|driver)[ \t]+(?:"([^"]*)"|(\S+))/;
		my $path = ($1 // $2) =~ tr{\\}{/}r =~ s{^/*}{/}r;
		my $host = dirname($conf) . $path;
		put($disk, $host, $path) if -f $host && -r _ && !$disk->{ lc $path };
	}
}

# Makes disk.img in that folder, and returns its path. Given are, as on the command line: kernel, an ELF
# file; options, module and set, lists; symbols; config, a keel.conf, in place of all these; file, a list of
# FILE:/PATH that are wanted on the disk besides.
sub kernel_disk {
	my ($dir, %given) = @_;
	my (%disk, $conf);
	my $keel = built_file('keel.efi');
	-r $keel or die "$keel is missing: " . (is_installed() ? 'install Keel again'
		: 'make -C ' . dirname($here)) . "\n";
	put(\%disk, $keel, '/EFI/BOOT/BOOTX64.EFI');
	for (@{ $given{file} // [] }) {
		my ($file, $path) = /^(.+):([^:]+)$/ or die "--file: '$_' is not FILE:/PATH\n";
		put(\%disk, readable($file), $path =~ tr{\\}{/}r);
	}
	if (defined $given{config}) {
		$conf = readable($given{config});
		put_what_it_names($conf, \%disk);
	} else {
		my @lines = lines_for(\%given, \%disk);
		$conf = "$dir/keel.conf";
		open(my $file, '>', $conf) or die "$conf: $!\n";
		print $file map { "$_\n" } @lines;
		close $file or die "$conf: $!\n";
	}
	put(\%disk, $conf, '/keel.conf');

	# By names without colons, which separate file and path for ovmf/image.
	my (@pairs, $n);
	for (map { $disk{$_} } sort keys %disk) {
		my $link = "$dir/file" . $n++;
		symlink(abs_path($_->[0]), $link) or die "$link: $!\n";
		push @pairs, "$link:$_->[1]";
	}
	system("$here/image", "$dir/disk.img", @pairs) == 0 or die "the disk could not be made\n";
	return "$dir/disk.img";
}

1;
