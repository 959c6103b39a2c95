#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What tests/witness/linux.t would notice: what Linux is told is changed, and Linux has to say so.
use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits
use lib qw(ovmf tests/boot/lib tests/witness);
use Test::More;
use Witness;

# In boot_params (zero-page.rst), and in what it leads to.
use constant {
	MEMMAP => 0x1d0, MEMMAP_SIZE => 0x1d4, MEMMAP_HI => 0x1dc, SETUP_DATA => 0x250,
	DESCRIPTOR => 40, VIRT => 16,
	SETUP_EFI => 4,
	RUNTIME_CODE => 5,
	SHIFT => 64 << 20,
};

need_linux('efivarfs.ko');

sub read_word {
	my ($stopped, $phys, $bytes) = @_;
	return unpack 'Q<', $stopped->{gdb}->read($phys, $bytes) . "\0" x 8;
}

sub descriptors {
	my ($stopped, $params) = @_;
	my $map = read_word($stopped, $params + MEMMAP, 4) | read_word($stopped, $params + MEMMAP_HI, 4) << 32;
	my $bytes = read_word($stopped, $params + MEMMAP_SIZE, 4);
	return map { $map + $_ * DESCRIPTOR } 0 .. $bytes / DESCRIPTOR - 1;
}

sub shift_addresses {
	my ($stopped, $params) = @_;
	for my $at (descriptors($stopped, $params)) {
		my $virt = read_word($stopped, $at + VIRT, 8);
		$stopped->{gdb}->write($at + VIRT, pack 'Q<', $virt - SHIFT);
	}
}

# The last one takes its place.
sub leave_code_out {
	my ($stopped, $params) = @_;
	my @all = descriptors($stopped, $params);
	my ($code) = grep { read_word($stopped, $_, 4) == RUNTIME_CODE } @all;
	$stopped->{gdb}->write($code, $stopped->{gdb}->read($all[-1], DESCRIPTOR));
	$stopped->{gdb}->write($params + MEMMAP_SIZE, pack 'V', DESCRIPTOR * $#all);
}

sub leave_setup_efi_out {
	my ($stopped, $params) = @_;
	my $link = $params + SETUP_DATA;
	while (my $entry = read_word($stopped, $link, 8)) {
		if (read_word($stopped, $entry + 8, 4) == SETUP_EFI) {
			$stopped->{gdb}->write($link, $stopped->{gdb}->read($entry, 8));
			return;
		}
		$link = $entry;
	}
	die "there is no SETUP_EFI\n";
}

my $fault = qr/Page fault caused by firmware/;
for (
	[ 'addresses that are 64 MB lower', \&shift_addresses, $fault ],
	[ 'a runtime range that is left out', \&leave_code_out, $fault ],
	[ 'no SETUP_EFI', \&leave_setup_efi_out, qr/^PANIC: early exception/m ],
) {
	my ($what, $change, $words) = @$_;
	my $run = Witness->new->by_keel(change => $change, until => $words);
	like($run->{text}, $words, "$what: Linux notices") or diag(substr $run->{text}, -3000);
	$run->{stopped}->stop;
}
done_testing();
