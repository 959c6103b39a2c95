#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Text of the firmware's, and what somebody has left in the report's variable, forges no line of the
# report: no descriptor, and not the line that parts map and table.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Kept;
use Test::More;

# include/keel/report.h, as it is in memory.
my $vendor = pack 'V v v C8', 0x6b65656c, 0x5c1f, 0x4a7e, 0x9d, 0x32, 0x84, 0x1c, 0x70, 0xe5, 0xb2, 0x9f;
my $descriptor = '7 7777777777777000 1 7';	# the firmware has nothing like it
my $parting = '# Memory Attributes Table';

my $machine = Kept->new(
	'/EFI/BOOT/BOOTX64.EFI' => 'build/keel.efi', '/EFI/BOOT/keel.conf' => \"title Tell\nkernel \\tell.elf\n",
	'/tell.elf' => 'build/tests/kernels/tell-gcc-exec-2.elf');
$machine->add_variable('KeelReport', $vendor,
	"# what a kernel has left\n$descriptor\n$parting\n# \e[2J\xc2\x9b\x00\xff\n$descriptor");
# A comma would end a value of QEMU's, so it is said twice.
my $run = $machine->boot(undef, extra => [ '-vga', 'none',
	'-smbios', "type=0,vendor=Vendor\n$descriptor,version=\xff1\t2",
	'-smbios', "type=1,manufacturer=Maker\n$parting\n$descriptor\n,product=\e[2J\xc2\x9b,version=\xc3\xbc" ]);
is($run->{ended}, 'guest-shutdown', 'it boots') or diag($run->{text});
like($run->{text}, qr/^  report    written to \\keel-report-1\.txt$/m, 'the report is written');

my $path = $machine->fetch('/keel-report-1.txt');
open(my $file, '<:raw', $path) or die "$path: $!\n";
my $report = do { local $/; <$file> };
close $file;
is($report =~ s/\n.*//sr, '# Keel report', 'it begins as a report');
unlike($report, qr/[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xff/, 'no control characters, and nothing but UTF-8');
unlike($report, qr/^\Q$descriptor\E/m, 'no forged descriptor');
is(scalar(() = $report =~ /^\Q$parting\E$/mg), 1, 'one line parts map and table');
like($report, qr/^# what a kernel has left\n# \Q$descriptor\E\n# \Q$parting\E\n# \?*\[2J\?{3}\n# \Q$descriptor\E\n/m,
	'what was left is all there, as remarks');
like($report, qr/^# bios      Vendor\?\Q$descriptor\E, \?1 2, /m, 'the BIOS');
like($report, qr/^# system    Maker\?\Q$parting\E\?\Q$descriptor\E\?, \?\[2J\?, \xc3\xbc$/m, 'the system');

my $plan = `build/keelmap --check --format=plan $path 2>&1`;
is($? >> 8, 0, 'keelmap takes it') or diag($plan);
like($plan, qr/ r-x WB efi$/m, 'and its Memory Attributes Table');
done_testing();
