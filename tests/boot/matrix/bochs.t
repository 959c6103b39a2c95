#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Another emulator than QEMU: on Bochs the same image boots, and the same checks pass. What is not
# there is skipped by name.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Bochs;
use SelfCheck;
use Test::More;

my $obstacle = Bochs::obstacle();
plan skip_all => $obstacle if $obstacle;
my $run = Bochs::run(image => 'build/qemu.img');
is($run->{ended}, 'guest-shutdown', 'the kernel runs to its end, and switches the machine off');
my $report = SelfCheck->new($run->{serial}, $run->{ended});
print "    $_\n" for @{ $report->{lines} };
ok($report->passed, "from inside: $report->{points} checks")
	or diag(map { "$_\n" } @{ $report->{problems} }, $report->failures, $run->{log});
cmp_ok($report->{points} - $report->{skipped}, '>', 200, 'most of them were not skipped');
my @skipped = map { /# SKIP (.*)/ } @{ $report->{lines} };
my $lacks = join '|', 'there is one CPU', 'there is no framebuffer', 'there is no local APIC',
	'there is no MADT', 'there is no TPM 2\.0', "there are no tables of ACPI's", 'there is no SMBIOS',
	'there is no ESRT', 'there is no other CPU', 'there is no such variable', 'no run is known to have left anything';
ok(!grep({ !/^($lacks)$/ } @skipped), 'what was skipped is what Bochs does not have')
	or diag(map { "$_\n" } @skipped);
done_testing();
