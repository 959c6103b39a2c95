#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What starting Linux costs beyond reading it: from Keel's entry to Linux' first instruction, in proportion
# to the firmware's own Read calls, with a kernel of 14 MB and an initrd of 6 MB from a SATA disk. The guest
# counts instructions; while it waits for the disk it counts, too, on either side of the proportion. And how
# long a whole boot is, from power-on to the first line of /init, beside one by Linux' own EFI stub.
use strict;
use warnings;
no warnings 'portable';			# ticks have 64 bits
use lib qw(ovmf tests/boot/lib tests/witness);
use DiskImage;
use File::Temp qw(tempdir);
use Guest;
use Stopped;
use Test::More;
use Witness;

use constant {
	INITRD_BYTES => 6 << 20,
	SECONDS => 600,
	TEXT_START => 0xffffffff80000000,	# of the kernel's window, which leads to physical 0
	TICKS => 0x8000,			# free memory below 1 MB
};

my %most = ('quiet' => 1.1, 'with all its words' => 1.25);

need_linux();
my $dir = tempdir('keel-time-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $initrd = pack('H*', '1f8b') . 'x' x (INITRD_BYTES - 2);	# nobody unpacks it

# Linux' first instructions give way to some that write the time stamp counter to memory, say a word and
# wait. A debugger would not do: whenever it stops the guest, the counter jumps.
my $linux = content_of('build/witness/vmlinuz');
my $first = (unpack('x' . 0x1f1 . 'C', $linux) + 1) * 512 + 0x200;
my $code = "\x0f\x31" . "\x89\x04\x25" . pack('V', TICKS)			# rdtsc; mov %eax, TICKS
	. "\x89\x14\x25" . pack('V', TICKS + 4)			# mov %edx, TICKS + 4
	. join('', map { "\xba\xf8\x03\0\0\xb0$_\xee" } split //, "Linux is here\n")
	. "\xf4\xeb\xfd";						# hlt; jmp to it
substr($linux, $first, length $code) = $code;

my $machine;
sub word {
	my ($phys) = @_;
	my ($word) = $machine->monitor(sprintf 'xp /1gx 0x%x', $phys) =~ /: 0x([0-9a-f]+)/;
	return hex $word;
}

my ($boot) = `nm build/linux.elf` =~ /^([0-9a-f]+) B boot$/m;
my $offset = Stopped::offsets();
for my $how (sort keys %most) {
	my $conf = ($how eq 'quiet' ? "quiet\n" : '')
		. "title Linux\nkernel \\linux.elf\nmodule \\vmlinuz\nmodule \\initrd.img\n";
	my $guest = Guest->new(conf => $conf, files => { '/linux.elf' => 'build/linux.elf', '/vmlinuz' => \$linux,
		'/initrd.img' => \$initrd }, media => 'sata', memory => '1G', icount => 1, limit => SECONDS);
	my $run = $guest->follow(until => qr/^Linux is here/m);
	is($run->{ended}, 'found', "$how: it is entered") or diag($run->{text}) && next;
	$machine = $run->{machine};
	my $info = word(hex($boot) - TEXT_START) - $offset->{KEEL_DIRECT_MAP_START}{value};
	my %ticks = map { $_ => word($info + $offset->{"boot_info.$_"}{value}) } qw(entry_tsc jump_tsc read_ticks);
	my $all = word(TICKS) - $ticks{entry_tsc};
	my $ratio = sprintf '%.3f', $all / $ticks{read_ticks};
	note(sprintf '%s: %.1f million ticks, %s times the %.1f of reading; %.1f from the jump to linux.elf on; '
		. 'the firmware took %.1f from power-on', $how, $all / 1e6, $ratio, $ticks{read_ticks} / 1e6,
		(word(TICKS) - $ticks{jump_tsc}) / 1e6, $ticks{entry_tsc} / 1e6);
	cmp_ok($ratio, '<=', $most{$how}, "$how: Linux begins within $most{$how} of the time to read it");
	$guest->stop;
}

# The counter begins at 0 when the machine does. By the stub, QEMU gives Linux to the firmware.
my $options = 'console=ttyS0 quiet panic=-1';
my @linux = map { "build/witness/$_" } qw(vmlinuz initrd.img);
my %start = (
	'by way of Keel' => { media => 'sata', files => { '/linux.elf' => 'build/linux.elf', '/vmlinuz' => $linux[0],
		'/initrd.img' => $linux[1] }, conf => "quiet\ntitle Linux\nkernel \\linux.elf\n"
			. "module \\vmlinuz\nmodule \\initrd.img\noptions $options\n" },
	'by its EFI stub' => { media => 'beside', image => make_image($dir, {}),
		extra => [ '-kernel', $linux[0], '-initrd', $linux[1], '-append', $options ] },
);
for my $how (sort keys %start) {
	my $run = run_guest(memory => '1G', icount => 1, limit => SECONDS, until => qr{^witness: ticks [0-9a-f]+\r?\n}m,
		%{ $start{$how} });
	my ($ticks) = $run->{text} =~ /^witness: ticks ([0-9a-f]+)$/m;
	ok($ticks, "$how: /init is reached") or diag(substr $run->{text}, -3000) && next;
	note(sprintf "$how: from power-on to /init %.0f million instructions", hex($ticks) / 1e6);
}
done_testing();
