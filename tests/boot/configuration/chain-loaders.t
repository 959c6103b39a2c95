#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Programs that start keel.efi in place of the firmware: each hands it load options, which choose an
# entry of the keel.conf beside it; the entry that would start otherwise has no kernel. Where one of
# the programs is missing, its part is skipped.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $keel = '/EFI/keel/keel.efi';
my $conf = <<'END';
title Not this one
kernel \none.elf

title Chosen
selfcheck
options finish=poweroff
END
my $options = 'entry=Chosen';

# A file of a package that is installed, or that ovmf/deps has unpacked.
sub packaged {
	my ($path) = @_;
	return (grep { -r } $path, "build/unpacked$path")[0];
}

# Boots from a disk with these files, keel.efi and its keel.conf.
sub try_loader {
	my ($name, $files, %machine) = @_;
	my $run = run_guest(%machine, conf => $conf, conf_path => '/EFI/keel/keel.conf', files => {
		'/EFI/BOOT/BOOTX64.EFI' => undef, $keel => 'build/keel.efi', %$files });
	inside_ok($run, "$name starts keel.efi with load options");
}

# Debian's image of it has what it needs in it, and its configuration in this place.
sub grub {
	my $efi = packaged('/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi')
		// return 'there is no GRUB here (Debian: grub-efi-amd64-bin or -unsigned)';
	try_loader('GRUB', { '/EFI/BOOT/BOOTX64.EFI' => $efi,
		'/EFI/debian/grub.cfg' => \"chainloader $keel $options\nboot\n" });
	return;
}

sub systemd_boot {
	my $efi = packaged('/usr/lib/systemd/boot/efi/systemd-bootx64.efi')
		// return 'there is no systemd-boot here (Debian: systemd-boot-efi)';
	try_loader('systemd-boot', { '/EFI/BOOT/BOOTX64.EFI' => $efi,
		'/loader/loader.conf' => \"timeout 0\ndefault keel.conf\n",
		'/loader/entries/keel.conf' => \"title Keel\nefi $keel\noptions $options\n" });
	return;
}

sub refind {
	my $efi = packaged('/usr/share/refind/refind/refind_x64.efi')
		// return 'there is no rEFInd here (Debian: refind)';
	# Its wait cannot be switched off with 0, which means for ever; -1 starts the default at once.
	my $refind_conf = <<"END";
timeout -1
textonly
use_nvram false
scanfor manual
default_selection Keel
menuentry Keel {
	loader $keel
	options "$options"
}
END
	try_loader('rEFInd', { '/EFI/BOOT/BOOTX64.EFI' => $efi,
		'/EFI/BOOT/refind.conf' => \$refind_conf });
	return;
}

# Debian's package, or else the one that the firmware has in it and goes on to when there is nothing
# to start.
sub shell {
	my $efi = packaged('/usr/share/efi-shell-x64/shellx64.efi');
	try_loader('the UEFI shell', { $efi ? ('/EFI/BOOT/BOOTX64.EFI' => $efi) : (),
		'/startup.nsh' => \('fs0:' . $keel =~ tr{/}{\\}r . " $options\r\n") }, shell => 1);
	return;
}

# QEMU gives the firmware a volume with keel.efi and nothing else: no keel.conf.
sub qemu_kernel {
	try_loader("QEMU's -kernel", {}, media => 'beside', extra => [ '-kernel', 'build/keel.efi',
		'-append', 'selfcheck options=finish=poweroff' ]);
	return;
}

for my $try (\&grub, \&systemd_boot, \&refind, \&shell, \&qemu_kernel) {
	SKIP: {
		my $missing = $try->();
		skip $missing, 1 if defined $missing;
	}
}
done_testing();
