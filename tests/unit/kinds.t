#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Files that are no kernels: made by the tools that make such files, each is called by its name, with what
# to do. What no tool of this machine makes is made up here, as far as its format's description says how it
# begins. Every sentence of efi/elf/kind.c is said of one of them at least.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;

my $check = 'build/elfcheck';
my $dir = tempdir('keel-kinds-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $source = "$dir/kernel.c";
my $good = 'build/tests/kernels/tell-gcc-exec-2.elf';
my %said;	# by sentence

sub content {
	open(my $file, '<:raw', $_[0]) or die "$_[0]: $!\n";
	local $/;
	return scalar <$file>;
}

sub write_file {
	my ($path, $bytes) = @_;
	open(my $file, '>:raw', $path) or die "$path: $!\n";
	print $file $bytes;
	close $file or die "$path: $!\n";
	return $path;
}

# What elfcheck says of that file matches.
sub is_called {
	my ($name, $path, $pattern) = @_;
	my ($text) = qx($check $path) =~ /: refused: (.*)/;
	like($text // 'good', $pattern, $name);
	$said{$text // ''} = 1;
}

# A file that begins with those bytes, at an offset.
sub begun {
	my ($name, $bytes, $pattern, $offset) = @_;
	my $start = "\xee" x ($offset // 0) . $bytes;
	is_called($name, write_file("$dir/begun", $start . "\xee" x (4096 - length $start)), $pattern);
}

# A file that a command line makes as $out. Where the machine has no such tool, or one that cannot, such
# bytes stand for it, or nothing does.
sub made {
	my ($name, $command, $pattern, @bytes) = @_;
	my $out = "$dir/" . $name =~ s/\W+/-/gr;
	qx(cd $dir && out=$out && { $command; } 2>&1);
	return is_called($name, $out, $pattern) if !$? && -s $out;
	return begun("$name, made up", $bytes[0], $pattern, $bytes[1]) if @bytes;
	SKIP: {
		skip "$name: the tools for that are not there", 1;
	}
}

write_file($source, "int count = 1;\nint _start(void) { return count; }\n");
write_file("$dir/tell.elf", content($good));

# Compressed kernels.
made('gzip', 'gzip -c tell.elf >$out', qr/compressed with gzip, .*: unpack it with gunzip$/, "\x1f\x8b");
made('bzip2', 'bzip2 -c tell.elf >$out', qr/compressed with bzip2, .*: unpack it with bunzip2$/, 'BZh9');
made('xz', 'xz -c tell.elf >$out', qr/compressed with xz, .*: unpack it with unxz$/, "\xfd7zXZ\0");
made('zstd', 'zstd -c tell.elf >$out', qr/compressed with zstd, .*: unpack it with unzstd$/,
	"\x28\xb5\x2f\xfd");
made('lz4', 'lz4 -c tell.elf >$out', qr/compressed with lz4, .*: unpack it with unlz4$/, "\x04\x22\x4d\x18");
made('lz4, as Linux has it', 'lz4 -l -c tell.elf >$out', qr/compressed with lz4, .*: unpack it with unlz4$/,
	"\x02\x21\x4c\x18");
made('lzma', 'xz --format=lzma -c tell.elf >$out', qr/compressed with lzma, .*: unpack it with unlzma$/,
	"\x5d\0\0\x80\0");
begun('lzop', "\x89LZO\0\r\n\x1a\n", qr/compressed with lzop, .*: unpack it with lzop -d$/);

# Other machines, and other kinds of executables.
my %machines = ('aarch64-linux-gnu' => 'AArch64', 'armv7-linux-gnueabi' => 'ARM', 'mips-linux-gnu' => 'MIPS',
	'riscv64-unknown-elf' => 'RISC-V', 's390x-linux-gnu' => 'S/390', 'powerpc-linux-gnu' => 'PowerPC',
	'powerpc64-linux-gnu' => 'PowerPC', 'bpf' => 'BPF', 'i386-linux-gnu' => 'i386, of 32 bits',
	'sparc-linux-gnu' => 'SPARC', 'loongarch64-linux-gnu' => 'LoongArch');
made("for $_", "clang --target=$_ -integrated-as -ffreestanding -c -o \$out $source",
	qr{ELF file for \Q$machines{$_}\E: build it for x86-64}) for sort keys %machines;
made('32 bits', "gcc -m32 -ffreestanding -fno-pic -c -o x.o $source && ld -m elf_i386 -o \$out x.o",
	qr/ELF file for i386, of 32 bits: build it for x86-64/);
made('64 bits as 32', 'objcopy -O elf32-i386 tell.elf $out', qr/ELF file for i386, of 32 bits: build it/);
made('x32', 'objcopy -O elf32-x86-64 tell.elf $out', qr/of 32 bits, though for x86-64 .*: link it/);
made('Mach-O', "clang --target=x86_64-apple-macos -c -o \$out $source", qr/a Mach-O file, .*: build it for/,
	"\xcf\xfa\xed\xfe");
begun('Mach-O of 32 bits', "\xce\xfa\xed\xfe", qr/a Mach-O file of 32 bits, .*: build it for/);
begun('Mach-O for several', "\xca\xfe\xba\xbe", qr/a Mach-O file for several machines, .*: build it for/);
made('COFF', "clang --target=x86_64-windows-gnu -c -o \$out $source", qr/COFF file for x86-64, .*: link it/,
	"\x64\x86\4\0");
made('COFF for i386', "clang --target=i386-windows-gnu -c -o \$out $source", qr/COFF file for i386, .*: link it/,
	"\x4c\x01\4\0");
begun('OMAGIC', "\x07\x01\x64\0", qr/an a\.out file for i386, .*: link it/);
begun('QMAGIC', "\xcc\0\x64\0", qr/an a\.out file for i386, .*: link it/);
begun('ZMAGIC', "\x0b\x01\0\0", qr/an a\.out file, .*: link it/);

# EFI's own, and Linux.
made('PE', 'objcopy -O pei-x86-64 tell.elf $out',
	qr/a PE image, .*: start it from the firmware's boot menu .* or link it/);
my @linux = (grep({ -r } glob '/boot/vmlinuz-*'), glob '/usr/lib/modules/*/vmlinuz');
is_called($_, $_, qr/a Linux kernel \(bzImage\), .*: start it from the firmware's boot menu/) for grep { -r } @linux;
# Its EFI stub makes it a PE image; without that, it begins with code.
begun('bzImage', 'MZ' . "\xee" x (0x200 - 2) . "\x55\xaaHdrS", qr/a Linux kernel \(bzImage\), .*: start it/);
begun('bzImage without the stub', 'HdrS', qr/a Linux kernel \(bzImage\), .*: start it/, 0x202);

# Not linked, or no kernel at all.
made('object', "gcc -ffreestanding -c -o \$out $source",
	qr/an object file \(ET_REL\), not linked yet: link it/);
made('bitcode', "clang -flto -ffreestanding -c -o \$out $source", qr/LLVM bitcode, .*: compile it without/,
	"BC\xc0\xde");
made('archive', "gcc -c -o x.o $source && ar rc \$out x.o", qr/archive of object files \(ar\), .*: link it/,
	"!<arch>\n");
made('program', 'cp /bin/ls $out', qr/PT_INTERP: it wants a dynamic linker/);
made('tar', 'tar -cf $out tell.elf', qr/an archive \(tar\), .*: name the kernel's ELF file/, 'ustar', 257);
made('zip', 'zip -q $out.zip tell.elf && mv $out.zip $out', qr/an archive \(zip\), .*: name the kernel's ELF file/,
	"PK\x03\x04");
begun('initrd', '070701', qr/an archive \(cpio\), such as an initrd, .*: name that after 'module'/);
begun('uImage', "\x27\x05\x19\x56", qr/an image for U-Boot \(uImage\), .*: name the kernel's/);
begun('FIT', "\xd0\x0d\xfe\xed", qr/a device tree, or an image for U-Boot \(FIT\), .*: name the kernel's/);
is_called('script', 'ovmf/run', qr/a script, .*: name the kernel's ELF file/);
made('image of a disk', 'truncate -s 1M $out && PATH=$PATH:/usr/sbin sgdisk --clear $out',
	qr/the image of a disk, .*: name the kernel's ELF file/, 'EFI PART', 512);
begun('boot sector', "\x55\xaa", qr/the image of a disk or of a partition, .*: name the kernel's/, 510);
is_called('text', 'README.md', qr/no ELF file: its magic number is 0x654b2023, it has to be 0x464c457f$/);
is_called('short text', write_file("$dir/short", 'x' x 64), qr/no ELF file: its magic number is/);
made('core', 'perl -e \'open F, "<", "tell.elf"; local $/; $_ = <F>; substr($_, 16, 1) = "\x04"; print\' >$out',
	qr/a core dump \(ET_CORE\): name the kernel's ELF file/);

# Linked without an entry.
made('PIE without an entry', "gcc -fpie -ffreestanding -c -o x.o $source && ld.lld -pie --no-dynamic-linker "
	. '-e none -o $out x.o', qr/e_entry is 0x0, which means that there is none/);
made('PIE without an entry, one segment', "gcc -fpie -ffreestanding -c -o x.o $source && ld.lld -pie "
	. '--no-dynamic-linker --no-rosegment -e none -o $out x.o', qr/e_entry is 0x0, where the ELF header is/);
made('without an entry', "gcc -ffreestanding -mcmodel=kernel -fno-pic -c -o x.o $source && ld.lld "
	. '--image-base=0xffffffff80200000 -e none -o $out x.o', qr/e_entry is 0x0, which means that there is none/);

# Rows that nothing here has shown.
my $table = content('efi/elf/kind.c');
my @whats = $table =~ /MAGIC\((?:\d|0x)\w*, "(?:[^"\\]|\\.)*",\s*"([^"]+)"/g;
cmp_ok(scalar @whats, '>=', 30, 'the table of formats is found');
my @silent = grep { my $what = $_; !grep { /it is \Q$what\E, and no ELF file/ } keys %said } @whats;
is("@silent", '', 'each of its sentences was said') or diag(map { "$_\n" } @silent);
done_testing();
