#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The self-check notices, where the firmware's tables lie in no descriptor: what a kernel is promised of
# them is changed, one thing at a time. A sample; EVERYTHING=1 tries all. Section "The firmware's tables"
# of docs/protocol.md.
#
# By hand: NOTICES=FACS tests/boot/selfcheck/notices-tables.t tries those whose description or promise
# matches.
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

my $xsdt_place = boot('rsdp_phys') + 24;
my $xsdt = number_at($xsdt_place);

# The table with that signature in the XSDT; its address, and where that stands.
sub table {
	my ($signature) = @_;
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
my ($tpm2) = table('TPM2');
my ($bgrt) = table('BGRT');
my $facs = number_at($fadt + 132);
my $read_only = $first + ($facs >= $first && $facs < $first + PAGE ? PAGE : 0);
my $nowhere = 0xe0000000;		# between memory and devices: nothing is mapped
my $far = 0x123400000000;		# above all memory
my $reserved = 1 << boot('phys_bits');
my (undef, $free_range) = free_memory(1 << 24);

# The points that have to fail.
my $addresses = "firmware's tables: boot_info";
my $others = "firmware's tables: SMBIOS";
my $acpi = "firmware's tables: ACPI's";
my $ranges = "firmware's tables: ranges of their own";
my $rights = "direct map: the firmware's tables";

# --- The way through the tables: what is not mapped is told ---

for (
	[ promise('SMBIOS'), 'structures of SMBIOS', $others, boot('smbios_phys') + 24, 4 ],
	[ promise('SMBIOS'), 'structures of SMBIOS 3', $others, boot('smbios3_phys') + 16, 8 ],
	[ promise('ESRT'), 'the ESRT', $others, configured('63a222b16136684f992978f8b0d62180'), 8 ],
	[ promise('final events'), "the TPM's final events", $others,
		configured('96d02e1ee2305442bd89863bbef82325'), 8 ],
	[ promise('XSDT'), 'the XSDT', $acpi, $xsdt_place, 8 ],
	[ promise('ACPI tables'), 'the FADT', $acpi, $fadt_entry, 8 ],
	[ promise('FADT'), 'the FACS', $acpi, $fadt + 132, 8 ],
	[ promise('FADT'), 'the DSDT', $acpi, $fadt + 140, 8 ],
	[ promise('event log'), "the TPM's event log", $acpi, $tpm2 + 68, 8 ],
	[ promise('bitmap'), "the BGRT's image", $acpi, $bgrt + 40, 8 ],
) {
	my ($about, $what, $name, $place, $size) = @$_;
	promise($about);
	change("$what: its address leads to where nothing is", $name,
		sub { set($place, $nowhere, $size) });
}
promise('FADT of 32 bits');
change('the FACS: its address of 32 bits leads to where nothing is', $acpi, sub {
	set($fadt + 132, 0);
	set($fadt + 36, $nowhere, 4);
});
for ([ promise('configuration table'), $addresses, boot('efi_config_table_phys') ],
	[ promise('RSDP'), $acpi, boot('rsdp_phys') ]) {
	my ($about, $name, $phys) = @$_;
	promise($about);
	change("the first page of the $about is absent", $name, sub { set(entry(direct_map($phys), 1), 0) });
}
promise('virtual addresses');
for my $member (qw(efi_config_table_virt smbios_virt smbios3_virt rsdp_virt)) {
	my $virt = boot($member);
	change("$member is of another page", $addresses,
		sub { set_member("boot_info.$member", $virt + PAGE) });
}
promise('no further');
fill('a page behind the tables', 'DIRECT_MAP', direct_map($first + $bytes), 1,
	($first + $bytes) | P | A | G | NX);

# --- What a kernel does not follow: then pages are mapped for nothing ---

for (
	[ promise('physical addresses'), "the XSDT's address is one in the direct map", $xsdt_place,
		direct_map($xsdt), 8 ],
	[ promise('signatures'), 'the XSDT has another signature', $xsdt, 0, 1 ],
	[ promise('signatures'), "the BGRT's image has another signature", number_at($bgrt + 40), 0, 1 ],
	[ promise('lengths'), 'the BGRT is shorter than its header', $bgrt + 4, 35, 4 ],
	[ promise('lengths'), 'the BGRT ends before the address of its image', $bgrt + 4, 47, 4 ],
	[ promise('lengths'), 'the XSDT ends after the FADT', $xsdt + 4, $fadt_entry + 8 - $xsdt, 4 ],
	[ promise('sum of the RSDP'), 'the RSDP does not sum up to 0', boot('rsdp_phys') + 9, 0x55, 1 ],
	[ promise('not followed'), "the DSDT's address is in page 0", $fadt + 140, 0x10, 8 ],
	[ promise('not followed'), "the BGRT's image is above all memory", $bgrt + 40, $far, 8 ],
) {
	my ($about, $what, $place, $value, $size) = @$_;
	promise($about);
	change($what, $ranges, sub { set($place, $value, $size) });
}
promise('FACS');
change('the FACS has another signature, and its page is writable', $rights, sub { set($facs, 0, 1) });

# --- The mappings ---

my @leaf = (
	[ 'absent', 'rights', sub { $_ & ~P } ],
	[ 'other right to write', 'rights', sub { $_ ^ RW } ],
	[ 'other right to execute', promise('executable'), sub { $_ ^ NX } ],
	[ 'other right of the user', promise('user bit'), sub { $_ ^ US } ],
	[ 'other PWT', 'type', sub { $_ ^ PWT } ],
	[ 'other PCD', 'type', sub { $_ ^ PCD } ],
	[ 'not global', promise('global'), sub { $_ & ~G } ],
	[ 'an ignored bit', promise('other bits'), sub { $_ | IGNORED } ],
	[ 'a reserved bit', promise('other bits'), sub { $_ | $reserved } ],
	[ 'the next page', 'rights', sub { $_ + PAGE } ],
);
my $type = promise('type of firmware tables');
change_bits('a page of tables', 'DIRECT_MAP', direct_map($read_only), 1, \@leaf, undef,
	rights => promise('firmware tables'), type => $type);
change_bits('the page of the FACS', 'DIRECT_MAP', direct_map($facs), 1, \@leaf, undef,
	rights => promise('FACS'), type => $type);
for ([ promise('FACS'), $facs ], [ promise('firmware tables'), $read_only ]) {
	my ($about, $phys) = @$_;
	my $place = entry(direct_map($phys), 1);
	promise($about);
	change("the right to write, and the dirty bit with it: $about", $rights,
		sub { set($place, number_at($place) ^ (RW | D)) });
}
promise('leaves of tables');
change_entry('2 MB around the tables are one leaf', 'DIRECT_MAP', direct_map($first), 2,
	sub { $first - $first % LARGE | P | RW | A | D | PS | G | NX });

# --- The memory map ---

for (
	[ promise('ranges of tables'), 'type', $ranges, 0 ],
	[ promise('ranges of tables'), 'type', 'memory map', 7 ],
	[ promise('ranges of tables'), 'type', 'memory map', constant('KEEL_MEMORY_TYPE_BOOT_INFO') ],
	[ promise('ranges of tables'), 'virt', 'memory map', 0 ],
	[ promise('ranges of tables'), 'virt', 'memory map', direct_map($first) + PAGE ],
	[ promise('ranges of tables'), 'phys', $ranges, $first + PAGE ],
	[ promise('ranges of tables'), 'bytes', $ranges, $bytes - PAGE ],
	[ promise('ranges of tables'), 'bytes', $ranges, $bytes + PAGE ],
	[ promise('attributes of tables'), 'attribute', 'memory map', 8 ],
) {
	my ($about, $member, $name, $value) = @$_;
	promise($about);
	change("memory_range.$member of the tables is $value", $name,
		sub { set_member("memory_range.$member", $value, $range) });
}
promise('tables in memory');
change("free memory is called the firmware's tables", 'memory map', sub {
	set_member('memory_range.type', constant('KEEL_MEMORY_TYPE_FIRMWARE_TABLE'), $free_range);
});

all_of("The firmware's tables");
try_all();
