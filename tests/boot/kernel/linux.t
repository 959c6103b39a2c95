#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The example that starts Linux, without a Linux: a bzImage that it refuses is refused with a sentence, and
# one that it takes is entered in the state that Linux asks for. What it enters here is a few instructions
# behind a setup header. tests/witness has a real Linux.
use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

use constant {
	HEADER => 0x1f1, CODE => 5 * 512,
	ENTRY  => 0x200,		# in the code
	INIT_SIZE => 1 << 20, PREFERRED => 0x1000000, ALIGNMENT => 0x200000,
	CMDLINE_SIZE => 100,
	IF => 1 << 9, PGE => 1 << 7,	# in RFLAGS and CR4
};

# Offsets in the file, as Documentation/arch/x86/boot.rst has them, with the value and how it is packed.
my %header = (
	setup_sects => [ 0x1f1, 'C', 4 ], syssize => [ 0x1f4, 'V', 0x1000 / 16 ],
	boot_flag => [ 0x1fe, 'v', 0xaa55 ], jump => [ 0x200, 'v', 0x66eb ], header => [ 0x202, 'a4', 'HdrS' ],
	version => [ 0x206, 'v', 0x20f ], loadflags => [ 0x211, 'C', 1 ],
	kernel_alignment => [ 0x230, 'V', ALIGNMENT ], relocatable => [ 0x234, 'C', 1 ],
	xloadflags => [ 0x236, 'v', 0x7f ], cmdline_size => [ 0x238, 'V', CMDLINE_SIZE ],
	pref_address => [ 0x258, 'Q<', PREFERRED ], init_size => [ 0x260, 'V', INIT_SIZE ],
);

# Writes "Linux" to the serial port and waits for ever. It has to run without a stack.
my $code = join '', map { "\xba\xf8\x03\0\0\xb0" . $_ . "\xee" } split //, "Linux is here\n";
$code .= "\xf4\xeb\xfd";		# hlt; jmp to it

sub bzimage {
	my (%other) = @_;
	my $file = "\0" x CODE . "\0" x ENTRY . $code;
	$file .= "\0" x (CODE + 0x1000 - length $file);
	for my $name (keys %header) {
		my ($at, $how, $value) = @{ $header{$name} };
		my $bytes = pack $how, $other{$name} // $value;
		substr($file, $at, length $bytes) = $bytes;
	}
	return $file;
}

my %images = (
	good => {}, flag => { boot_flag => 0 }, magic => { header => 'HdrX' }, zimage => { loadflags => 0 },
	old => { version => 0x20b }, 32 => { xloadflags => 0x7e }, low => { xloadflags => 0x7d },
	fixed => { relocatable => 0 }, nokexec => { xloadflags => 0x6f }, cut => { syssize => 0x1001 / 16 + 1 },
	long => { jump => 0x90eb }, crooked => { kernel_alignment => 0x300000 }, unaligned => { kernel_alignment => 0 },
	tight => { init_size => 0xfff }, huge => { init_size => 0xf0000000 },
);
my %files = ('/linux.elf' => 'build/linux.elf', '/initrd' => \'an initrd', '/empty' => \'');
my %content = map { $_ => bzimage(%{ $images{$_} }) } keys %images;
$files{"/$_"} = \$content{$_} for keys %content;

my $not = qr/is not a bzImage: the first module has to be a Linux kernel/;
my %said = (
	'' => qr/keel\.conf has to name one or two modules, a Linux kernel and an initrd; it names 0x0$/m,
	'module=\good module=\initrd module=\initrd' => qr/one or two modules, .* names 0x3$/m,
	'module=\empty' => qr/\\empty $not/, 'module=\initrd' => qr/\\initrd $not/, 'module=\flag' => qr/\\flag $not/,
	'module=\magic' => qr/\\magic $not/, 'module=\zimage' => qr/\\zimage $not/,
	'module=\old' => qr/\\old has a boot protocol before 2\.12/,
	'module=\32' => qr/\\32 has no 64-bit entry/,
	'module=\low' => qr/\\low cannot be loaded at any address/,
	'module=\fixed' => qr/\\fixed cannot be loaded at any address/,
	'module=\nokexec' => qr/\\nokexec does not take over runtime services/,
	'module=\cut' => qr/\\cut is cut off/,
	'module=\long' => qr/\\long has a setup header that is larger than/,
	'module=\crooked' => qr/\\crooked wants to be aligned to/,
	'module=\unaligned' => qr/\\unaligned wants to be aligned to/,
	'module=\tight' => qr/\\tight says that it unpacks in less memory/,
	'module=\huge' => qr/no 0xf0000000 free bytes in one piece from 0x1000000 on for \\huge/,
	"module=\\good options=${\ ('x' x (CMDLINE_SIZE + 1))}" =>
		qr/the options have 0x65 bytes; this kernel takes 0x64 at most/,
);
my @cases = sort keys %said;
@cases = grep { /^$|initrd$|old|huge|options/ } @cases unless $ENV{EVERYTHING};

# The firmware is as always, but for a checksum.
my $guest = Guest->new(driver => 'svam', waits => 1, files => \%files);
for my $case (@cases) {
	my $run = $guest->tell("stale-before;kernel=\\linux.elf $case");
	line_like($run, 'text', qr/^linux: error: .*$said{$case}/m, "'$case': it says why");
	halted_ok($run, "'$case'");
	unlike($run->{text}, qr/^Linux is here/m, "'$case': and does not start it");
}

my $here = qr/^Linux is here$/m;
my $run = $guest->tell('stale-before;kernel=\linux.elf module=\good module=\initrd options="a b"', until => $here);
is($run->{ended}, 'found', 'what is right is started');
my $registers = $run->{machine}->monitor('info registers');
my ($flags) = $registers =~ /\bRFL=([0-9a-f]+)/;
my ($cr4) = $registers =~ /\bCR4=([0-9a-f]+)/;
is(hex($flags) & IF, 0, 'interrupts are off');
is(hex($cr4) & PGE, 0, 'global pages are off');
like($registers, qr/^CS =0010 0000000000000000 ffffffff/m, 'CS is 10, flat');
like($registers, qr/^$_ =0018 0000000000000000 ffffffff/m, "$_ is 18, flat") for qw(DS ES SS);

$run = $guest->tell('unsupported;kernel=\linux.elf module=\good', until => $here);
is($run->{ended}, 'found', 'it is started without virtual addresses, too');
line_like($run, 'text', qr/^linux: note: the firmware's services have no virtual addresses: Linux starts without them$/m,
	'which is said');
done_testing();
