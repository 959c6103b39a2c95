#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Started by PXE, from QEMU's own DHCP and TFTP server: there is no volume then, and keel.conf, the
# kernel and its modules come from that server.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $run = run_guest(server => {});
is($run->{ended}, 'waits', 'nothing but keel.efi: the self-check, and the machine waits');
like($run->{text}, qr/^# \d+ passed, 0 failed$/m, 'all checks have passed') or diag($run->{text});

# A folder, and in it what the packets of TFTP make awkward: nothing, whole packets, odd ends.
my ($empty, $whole, $odd) = ('', "\xa5" x (1408 * 512), "odd\n" x 33333 . 'x');
my $tell = 'build/tests/kernels/tell-gcc-exec-2.elf';
$run = run_guest(boot_file => 'boot/x64/keel.efi', server => {
	'boot/x64/keel.conf' => \<<'END',
title From the server
	kernel tell.elf
	options a b
	module \empty
	module whole.bin
	module \odd.bin its options
	symbols yes
END
	'boot/x64/tell.elf' => $tell, 'empty' => \$empty, 'boot/x64/whole.bin' => \$whole,
	'odd.bin' => \$odd });
is($run->{ended}, 'guest-shutdown', 'keel.conf, kernel and modules: it runs') or diag($run->{text});
fact_is($run, check => '0', 'keel_boot_info_check is content');
fact_is($run, title => 'From the server', 'the entry');
fact_is($run, options => 'a b', 'its options');
fact_is($run, data_is_right => '1', 'initialized data, cleared memory');
fact_is($run, tell_is_right => '1', 'its symbols');
fact_is($run, module_bytes => [ map { sprintf '%x', length } $empty, $whole, $odd ],
	'the modules\' sizes');
fact_is($run, module_sum => [ map { sum_of($_) } $empty, $whole, $odd ], 'their content');
like($run->{facts}{device}[0], qr/^PciRoot\(0x0\).*MAC\(/, 'the boot device, as text');

$run = run_guest(server => { 'keel.conf' => \"title A\nkernel none.elf\n" },
	until => qr/^BdsDxe: failed to start Boot\w+ "UEFI PXEv4.*Not Found/m);
like($run->{text}, qr/^keel: error: there is no file none\.elf \(relative paths begin at \\\)/m,
	'a file that is missing');
is($run->{ended}, 'found', 'back in the firmware') or diag($run->{text});

$run = run_guest(boot_file => 'a/keel.efi', server => { 'EFI/keel/keel.conf' =>
	\"title Check\nselfcheck\noptions finish=poweroff\n" });
inside_ok($run, 'keel.conf in the last place to look');
done_testing();
