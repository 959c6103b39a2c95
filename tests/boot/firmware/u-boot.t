#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Another firmware than edk2: U-Boot boots the same image, and what it does not offer is skipped by
# name. It cannot switch the machine off once its boot services are gone: it resets it.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Matrix;
use Test::More;
use Verdict;

plan skip_all => 'there is no U-Boot for QEMU on this machine (Debian: u-boot-qemu)'
	if system 'ovmf/firmware u-boot >/dev/null 2>&1';
my $run = run_guest(firmware => 'u-boot', machine => 'pc', media => 'ide');
my $report = $run->{report};
is($run->{ended}, 'guest-reset', 'the kernel runs to its end');
print "    $_\n" for @{ $report->{lines} };
inside_ok($run, 'U-Boot', 'guest-reset');
cmp_ok($report->{points} - $report->{skipped}, '>', 200, 'most of them were not skipped');
my @skipped = grep { /# SKIP/ } @{ $report->{lines} };
ok(scalar grep({ /SetVariable creates .* # SKIP EFI_RT_PROPERTIES_TABLE does not offer it/ } @skipped),
	'variables are skipped: there are none at run time');
my $lacks = join '|', 'EFI_RT_PROPERTIES_TABLE does not offer it', 'GetTime cannot be used',
	'there is no framebuffer', 'there is one CPU', 'there is no ESRT',
	'GetTime gave no time', 'runtime code is writable, or there is none', 'SetVariable cannot be used',
	'there is no such variable', 'there is no TPM 2.0', 'there is no other CPU',
	'no audit.efi of this version was started';
ok(!grep({ !/# SKIP .*(?:$lacks)$/ } @skipped), 'the others say what is missing, too') or diag(@skipped);
my ($note) = $report->{text} =~ /^(  note      load options are left alone.*)/m;
like($note, qr/'root' is no key/, 'load options for Linux are left alone');
my @bad = wrong_outside($run->{machine}, 1);
ok(!@bad, 'from outside: nothing is wrong but the rights of runtime code')
	or diag(map { "$_->{name}\n  " . join("\n  ", @{ $_->{details} }) . "\n" } @bad);

# It takes no driver for run time but its own: Keel starts one, and the audit says what comes of it.
if ($ENV{EVERYTHING}) {
	$run = run_guest(firmware => 'u-boot', machine => 'pc', media => 'ide', image => 'build/qemu.img');
	line_like($run, 'report', qr/^# finding svam-fails: EFI status 0x8000000000000002$/m,
		'with audit.efi: SetVirtualAddressMap fails');
	line_like($run, 'report', qr/ - firmware: a driver is notified, .* # SKIP runtime services cannot be used$/m,
		'... so ConvertPointer is not judged');
}
done_testing();
