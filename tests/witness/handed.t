#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What no firmware of QEMU's has, planted in boot_info before examples/linux begins, and what Linux makes of
# it: more memory ranges than boot_params has room for; an address in the configuration table that the
# firmware has moved with its services; Secure Boot. And the random seed, of which no copy may stay.
use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits
use lib qw(ovmf tests/boot/lib tests/witness);
use List::Util qw(max);
use Test::More;
use Witness;

use constant {
	PAGE => 4096, MB => 1 << 20,
	HOLES => 200,			# pages that are broken, with a good one behind each
	CONVENTIONAL => 7, UNUSABLE => 8,
	SMBIOS3 => pack('H*', '4415fdf294972c4a992ee5bbcf20e394'),
	CONFIG_ENTRY => 24, TABLE => 16,
	SECURE_BOOT_ON => 3,
	SETUP_DATA => 0x250, SETUP_RNG_SEED => 9, SEED => 32,
};

need_linux('efivarfs.ko');

# memory_ranges anew, in free memory that examples/linux does not get to: of the largest range the last
# pages are good and broken in turn.
sub break_memory {
	my ($stopped) = @_;
	my @ranges = map { [ unpack 'Q<4 V2', $stopped->read($stopped->place('memory_range', $_), 40) ] }
		0 .. $stopped->get('boot_info.memory_range_count') - 1;
	my $most = max(map { $_->[1] } grep { $_->[4] == CONVENTIONAL } @ranges);
	my ($n) = grep { $ranges[$_][4] == CONVENTIONAL && $ranges[$_][1] == $most } 0 .. $#ranges;
	my ($phys, $bytes, $virt, $attribute) = @{ $ranges[$n] };
	$bytes -= 2 * HOLES * PAGE;
	my @parts = ([ $phys, $bytes, $virt, $attribute, CONVENTIONAL, 0 ]);
	for (my $at = $bytes; $at < $most; $at += 2 * PAGE) {
		push @parts, [ $phys + $at, PAGE, 0, $attribute, UNUSABLE, 0 ],
			[ $phys + $at + PAGE, PAGE, $virt + $at + PAGE, $attribute, CONVENTIONAL, 0 ];
	}
	splice @ranges, $n, 1, @parts;
	my $new = $phys + $bytes - MB;
	my $array = join '', map { pack 'Q<4 V2', @$_ } @ranges;
	for (my $at = 0; $at < length $array; $at += PAGE / 4) {
		$stopped->{gdb}->write($new + $at, substr $array, $at, PAGE / 4);
	}
	$stopped->set('boot_info.memory_range_count', scalar @ranges);
	$stopped->set('boot_info.memory_ranges', $new + $stopped->{direct_map});
}

my ($seed, $smbios);
sub plant {
	my ($stopped) = @_;
	$seed = $stopped->read($stopped->place('boot_info.random_seed'));
	my $table = $stopped->get('boot_info.efi_config_table_phys');
	my $count = $stopped->get('boot_info.efi_config_table_count');
	my ($entry) = grep { $stopped->read($_, 16) eq SMBIOS3 } map { $table + $_ * CONFIG_ENTRY } 0 .. $count - 1;
	$smbios = $stopped->number($entry + TABLE);
	my ($range) = grep { my (undef, $phys, undef, $pages) = map { hex } split;
		$smbios >= $phys && $smbios < $phys + $pages * PAGE } @{ Witness::plan_of($stopped) };
	my (undef, $phys, $virt) = map { hex } split ' ', $range;
	$stopped->set_number($entry + TABLE, $smbios - $phys + $virt);
	$stopped->set('boot_info.secure_boot', SECURE_BOOT_ON);
	break_memory($stopped);
}

my ($left, $handed);
sub look {
	my ($stopped, $params) = @_;
	my $gdb = $stopped->{gdb};
	$left = $gdb->read(($stopped->place('boot_info.random_seed'))[0], SEED);
	my $next = $params + SETUP_DATA;
	while (my $at = unpack 'Q<', $gdb->read($next, 8)) {
		$handed = $gdb->read($at + 16, SEED) if unpack('V', $gdb->read($at + 8, 4)) == SETUP_RNG_SEED;
		$next = $at;
	}
}

my $linux = Witness->new(extra => [ '-machine', 'smbios-entry-point-type=64' ]);
my $run = $linux->by_keel(before => \&plant, change => \&look);
is($run->{ended}, 'guest-shutdown', 'Linux comes to its end') or diag(substr $run->{text}, -3000);
my %broken = map { $_ => 1 } $run->{text} =~ /^\[ *[\d.]+\] (?:BIOS-e820|extended): \[mem (\S+)\] unusable$/mg;
is(scalar keys %broken, HOLES, 'every broken page is known');
like($run->{text}, qr/^\[ *[\d.]+\] extended: \[mem /m, 'most of them from behind the table in boot_params');
like($run->{text}, qr/^.* efi:.* SMBIOS 3\.0=0x\Q${\ sprintf '%x', $smbios}\E /m, 'SMBIOS is where it was before');
like($run->{text}, qr/^.* SMBIOS 3\.\S+ present\.$/m, 'and is found there');
like($run->{text}, qr/^.* secureboot: Secure boot enabled$/m, 'Secure Boot is on');
isnt($seed, "\0" x SEED, 'there is a seed');
is($handed, $seed, 'Linux gets it');
is($left, "\0" x SEED, 'and nobody else');
run_is($run, 'complaint', [], 'Linux complains of nothing');

# The Memory Attributes Table lies in memory that is free otherwise.
my ($attributes) = $run->{text} =~ /^.* efi:.* MEMATTR=0x([0-9a-f]+) /m;
my @reserved = $run->{text} =~ /^\[ *[\d.]+\] (?:BIOS-e820|extended): \[mem 0x([0-9a-f]+)-0x([0-9a-f]+)\] reserved$/mg;
my $kept = 0;
while (my ($first, $last) = splice @reserved, 0, 2) {
	$kept ||= hex $attributes >= hex $first && hex $attributes <= hex $last;
}
ok($kept, 'what the configuration table leads to is kept');
done_testing();
