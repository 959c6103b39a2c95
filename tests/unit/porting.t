#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What docs/porting.md says in numbers is what layout.h and the adapter for Limine have.
use strict;
use warnings;
no warnings 'portable';
use Test::More;

sub content_of {
	open(my $file, '<', $_[0]) or die "$_[0]: $!\n";
	local $/;
	return scalar <$file>;
}

my $text = content_of('docs/porting.md');
my %layout = content_of('include/keel/layout.h') =~ /define KEEL_(\w+)\s+KEEL_U64\(0x(\w+)\)/g;
my %at = map { $_ => hex $layout{$_} } keys %layout;

sub entry {
	my ($address, $level) = @_;
	return $address >> (12 + 9 * ($level - 1)) & 511;
}

my ($first, $last, $root) = $text =~ /Copy PDPT entries (\d+) to (\d+) from the old table\s+behind PML4 entry (\d+)/;
is_deeply([ $first, $last, $root ], [ entry($at{EFI_START}, 3), entry($at{EFI_LAST}, 3), entry($at{EFI_START}, 4) ],
	'where the EFI region is');
is(entry($at{EFI_LAST}, 4), $root, 'all of it');
is(entry($at{TEXT_START}, 4), $root, 'with the kernel text');
my ($low, $high) = $text =~ /copy PML4 entries (\d+) to (\d+) of the\s+root/;
is_deeply([ $low, $high ], [ entry($at{DIRECT_MAP_START}, 4), 511 ], 'where the upper half is');
like($text, qr/behind \Q$layout{TEXT_LAST}\E begins at ffffffff80200000/, "the text window's end");

# Each request that the adapter answers is called served, by Limine's name for it.
my %called = (BOOTLOADER => 'Bootloader Info', COMMAND_LINE => 'Command Line', MEMORY_MAP => 'Memory Map',
	KERNEL_FILE => 'Executable File', MODULES => 'Module', EFI_SYSTEM => 'EFI System Table',
	EFI_MAP => 'EFI Memory Map', DATE => 'Date at Boot', KERNEL_ADDRESS => 'Executable Address',
	PERFORMANCE => 'Bootloader Performance', KEEP_IOMMU => 'Keep IOMMU', TSC => 'TSC Frequency');
my ($served) = $text =~ /^\| asked for \| served \|\n(.*?)\n\n/ms;
for my $name (content_of('examples/limine/protocol.h') =~ /^\s*ID\((\w+),/mg) {
	my $limine = $called{$name} // join ' ', map { /^(HHDM|MP|RSDP|SMBIOS)$/ ? $_ : ucfirst lc } split /_/, $name;
	like($served, qr/^\|[^|]*\b\Q$limine\E\b[^|]*\| (?!no answer)/mi, "$limine is in the table");
}
done_testing();
