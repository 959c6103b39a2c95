#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The self-check notices, like notices.t, where the firmware's tables lie in no descriptor: what a
# kernel is promised of them is changed, one thing at a time.
#
# By hand: NOTICES=FACS tests/boot/selfcheck/notices-tables.t tries those whose description matches.
use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits
use lib qw(ovmf tests/boot/lib);
use Changes;

my $machine = machine(driver => 'tables', variant => 'hole', limit => 900);

# --- What there is ---

sub number_at {
	return $machine->number(@_);
}

# The table with that signature in the XSDT; its address, and where that stands.
sub table {
	my ($signature) = @_;
	my $xsdt = number_at(boot('rsdp_phys') + 24);
	for (my $at = 36; $at < number_at($xsdt + 4, 4); $at += 8) {
		my $phys = number_at($xsdt + $at);
		return ($phys, $xsdt + $at) if $machine->read($phys, 4) eq $signature;
	}
	die "there is no $signature\n";
}

# Where the configuration table has the address of the table with that GUID.
sub configured {
	my ($guid) = @_;
	for my $n (0 .. boot('efi_config_table_count') - 1) {
		my $at = boot('efi_config_table_phys') + 24 * $n;
		return $at + 16 if unpack('H*', $machine->read($at, 16)) eq $guid;
	}
	die "there is no table $guid\n";
}

my ($range) = grep { element('memory_range.type', $_) == constant('KEEL_MEMORY_TYPE_FIRMWARE_TABLE') }
	0 .. boot('memory_range_count') - 1;
my ($first, $bytes) = map { element("memory_range.$_", $range) } qw(phys bytes);
my ($fadt, $fadt_entry) = table('FACP');
my $facs = number_at($fadt + 132);
my $read_only = $first + ($facs >= $first && $facs < $first + PAGE ? PAGE : 0);
my $nowhere = 0xe0000000;		# between memory and devices: nothing is mapped
my $reserved = 1 << boot('phys_bits');

# --- The mappings ---

my $rights = "direct map: the firmware's tables";
my %leaf = (
	'absent' => sub { $_ & ~P },
	'other right to write' => sub { $_ ^ RW },
	'other right to execute' => sub { $_ ^ NX },
	'other right of the user' => sub { $_ ^ US },
	'other PWT' => sub { $_ ^ PWT },
	'other PCD' => sub { $_ ^ PCD },
	'not global' => sub { $_ & ~G },
	'an ignored bit' => sub { $_ | IGNORED },
	'a reserved bit' => sub { $_ | $reserved },
	'the next page' => sub { $_ + PAGE },
);
change_bits('a page of tables', 'DIRECT_MAP', direct_map($read_only), 1, \%leaf);
change_bits('the page of the FACS', 'DIRECT_MAP', direct_map($facs), 1, \%leaf);
fill('a page behind the tables', 'DIRECT_MAP', direct_map($first + $bytes), 1,
	($first + $bytes) | P | A | G | NX);
for ([ 'a table', $read_only, RW | D ], [ 'the FACS', $facs, RW | D ]) {
	my ($what, $phys, $bits) = @$_;
	my $place = entry(direct_map($phys), 1);
	change("the right to write $what", $rights,
		sub { $machine->set_number($place, number_at($place) ^ $bits) });
}

# --- The memory map ---

my $ranges = "firmware's tables: ranges of their own";
for (
	[ 'memory_range.type', $ranges, '0' ],
	[ 'memory_range.type', 'memory map', '7' ],
	[ 'memory_range.type', 'memory map', '0x1004' ],
	[ 'memory_range.virt', 'memory map', '0' ],
	[ 'memory_range.virt', 'memory map', '+0x1000' ],
	[ 'memory_range.attribute', 'memory map', '^8' ],
	[ 'memory_range.phys', $ranges, '+0x1000' ],
	[ 'memory_range.bytes', $ranges, '-0x1000' ],
	[ 'memory_range.bytes', $ranges, '+0x1000' ],
) {
	member(@$_, $range);
}

# --- The way through the tables: what is not mapped is not followed, and told ---

my $acpi = "firmware's tables: ACPI's";
my $others = "firmware's tables: SMBIOS";
my ($tpm2) = table('TPM2');
my ($bgrt) = table('BGRT');
for (
	[ 'the XSDT', $acpi, boot('rsdp_phys') + 24 ],
	[ 'the FADT', $acpi, $fadt_entry ],
	[ 'the FACS', $acpi, $fadt + 132 ],
	[ 'the DSDT', $acpi, $fadt + 140 ],
	[ "the TPM's event log", $acpi, $tpm2 + 68 ],
	[ "the BGRT's image", $acpi, $bgrt + 40 ],
	[ 'structures of SMBIOS', $others, boot('smbios_phys') + 24, 4 ],
	[ 'structures of SMBIOS 3', $others, boot('smbios3_phys') + 16 ],
	[ 'the ESRT', $others, configured('63a222b16136684f992978f8b0d62180') ],
	[ "the TPM's final events", $others, configured('96d02e1ee2305442bd89863bbef82325') ],
) {
	my ($what, $name, $place, $bytes) = @$_;
	change("$what: its address leads to where nothing is", $name,
		sub { $machine->set_number($place, $nowhere, $bytes) });
}
# A FACS that is none is no reason for a page that can be written.
change('the FACS: another signature', $rights, sub { $machine->set_number($facs, 0, 1) });
change('the last entry of the XSDT is gone', $ranges, sub {
	my $xsdt = number_at(boot('rsdp_phys') + 24);
	$machine->set_number($bgrt + 40, 0);
	$machine->set_number($xsdt + 4, number_at($xsdt + 4, 4) - 8, 4);
});

try_all($ENV{NOTICES} // '');
