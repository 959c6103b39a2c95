#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Started by PXE, from QEMU's own DHCP and TFTP server, by the firmware and by iPXE in several ways:
# keel.conf, the kernel and its modules come from that server.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use DiskImage;
use File::Temp qw(tempdir);
use Guest;
use Test::More;
use Verdict;

# A folder, and in it what the packets of TFTP make awkward: nothing, whole packets, odd ends.
my ($empty, $whole, $odd) = ('', "\xa5" x (1408 * 512), "odd\n" x 33333 . 'x');
my $conf = <<'END';
title From the server
	kernel tell.elf
	options a b
	module \empty
	module whole.bin
	module \odd.bin its options
	symbols yes
END
my %files = ('boot/x64/keel.conf' => \$conf, 'empty' => \$empty, 'boot/x64/whole.bin' => \$whole,
	'boot/x64/tell.elf' => 'build/tests/kernels/tell-gcc-exec-2.elf', 'odd.bin' => \$odd);

# All of it has arrived.
sub arrived {
	my ($run, $how) = @_;
	subtest $how => sub {
		is($run->{ended}, 'guest-shutdown', 'keel.conf, kernel and modules: it runs')
			or diag($run->{text});
		fact_is($run, check => '0', 'keel_boot_info_check is content');
		fact_is($run, title => 'From the server', 'the entry');
		fact_is($run, options => 'a b', 'its options');
		fact_is($run, data_is_right => '1', 'initialized data, cleared memory');
		fact_is($run, tell_is_right => '1', 'its symbols');
		fact_is($run, module_bytes => [ map { sprintf '%x', length } $empty, $whole, $odd ],
			'the modules\' sizes');
		fact_is($run, module_sum => [ map { sum_of($_) } $empty, $whole, $odd ],
			'their content');
		like($run->{facts}{device}[0], qr/^PciRoot\(0x0\).*MAC\(/, 'the boot device, as text');
	};
}

arrived(run_guest(boot_file => 'boot/x64/keel.efi', server => \%files), 'started by the firmware');

# iPXE, whose base code does not tell the size of a file before 2026.
SKIP: {
	skip 'QEMU has no iPXE for its network card here (Debian: ipxe-qemu)', 1
		unless glob '/usr/{lib,share}/{ipxe/qemu,ipxe,qemu}/efi-virtio.rom';
	arrived(run_guest(boot_file => 'boot/x64/keel.efi', server => \%files, rom => 1),
		'started by iPXE, from the network card\'s ROM');
}

my $run = run_guest(boot_file => 'a/keel.efi', server => { 'EFI/keel/keel.conf' => \"title A\nkernel none.elf\n" },
	until => qr/^BdsDxe: failed to start Boot\w+ "UEFI PXEv4.*Not Found/m);
line_like($run, 'console', qr/^  config    \\EFI\\keel\\keel\.conf$/m, 'keel.conf in the last place to look');
like($run->{text}, qr/^keel: error: there is no file none\.elf \(relative paths begin at \\EFI\\keel\\\)/m,
	'a file that is missing');
is($run->{ended}, 'found', 'back in the firmware') or diag($run->{text});

if ($ENV{EVERYTHING}) {
	$run = run_guest(server => {});
	is($run->{ended}, 'waits', 'nothing but keel.efi: the self-check, and the machine waits');
	like($run->{text}, qr/^# \d+ passed, 0 failed$/m, 'all checks have passed') or diag($run->{text});

	$run = run_guest(boot_file => 'a/keel.efi', server => { 'EFI/keel/keel.conf' =>
		\"title Check\nselfcheck\noptions finish=poweroff\n" });
	inside_ok($run, 'the self-check, with keel.conf in the last place to look');
}

# iPXE as a program, from a disk; the server names keel.efi.
sub ipxe_from_disk {
	my ($efi) = @_;
	my $dir = tempdir('keel-server-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	make_folder($dir, { 'boot/x64/keel.efi' => 'build/keel.efi', %files });
	return run_guest(files => { '/EFI/BOOT/BOOTX64.EFI' => $efi, '/keel.conf' => undef },
		limit => 180, extra => [
			'-netdev', "user,id=net,tftp=$dir,bootfile=boot/x64/keel.efi",
			'-device', 'virtio-net-pci,netdev=net,romfile=' ]);
}

# The keys of a line, each when the one before it has appeared: no more than 16 wait.
sub typed {
	my ($before, $line) = @_;
	my %key = (' ' => 'spc', ':' => 'shift-semicolon', '/' => 'slash', '.' => 'dot');
	my ($so_far, @keys) = '';
	for my $character (split //, $line) {
		push @keys, qr/$before\Q$so_far\E/, $key{$character} // $character;
		$so_far .= $character;
	}
	return (@keys, qr/$before\Q$so_far\E/, 'ret');
}

# From the server, with the firmware's network, and told by hand what to start: it is not known then where
# keel.efi is on the server, and keel.conf has to be in the root.
sub ipxe_from_server {
	my ($efi) = @_;
	my $conf_in_root = $conf =~ s/(kernel|module) (?=\w)/$1 \\boot\\x64\\/gr;
	my $configured = qr/Configuring.*ok.*iPXE> /s;
	return run_guest(boot_file => 'snponly.efi', limit => 300, server => {
		%files, 'snponly.efi' => $efi, 'boot/x64/keel.efi' => 'build/keel.efi',
		'keel.conf' => \$conf_in_root }, keys => [ qr/Press Ctrl-B/ => 'ctrl-b',
			typed(qr/iPXE> /, 'dhcp'),
			typed($configured, 'chain tftp://10.0.2.2/boot/x64/keel.efi') ]);
}

# A file of a package, which is installed, or which ovmf/deps has unpacked.
my @programs = (
	[ '/boot/ipxe.efi /usr/lib/ipxe/ipxe-amd64.efi', \&ipxe_from_disk, 'started by ipxe.efi, from a disk' ],
	[ '/usr/lib/ipxe/snponly.efi', \&ipxe_from_server, 'started by snponly.efi, from the server' ],
);
for (@programs) {
	my ($paths, $start, $how) = @$_;
	SKIP: {
		skip "$how: only with everything", 1 unless $ENV{EVERYTHING};
		my ($efi) = grep { -r } map { $_, "build/unpacked$_" } split ' ', $paths;
		skip "$how: it is not here (Debian: ipxe)", 1 unless defined $efi;
		arrived($start->($efi), $how);
	}
}
done_testing();
