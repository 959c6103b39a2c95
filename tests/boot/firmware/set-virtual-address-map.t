#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# SetVirtualAddressMap fails, does nothing, ends with an exception, or is not offered: the kernel runs
# without runtime services, and says so. It cannot switch the machine off then. Or it works, but uses
# memory that it should not. And none of that depends on what is the firmware's own: its GDT, its stack,
# its 5-level paging.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $guest = Guest->new(driver => 'svam', waits => 1);
my $point = qr/firmware: SetVirtualAddressMap did its work/;
my $fails = qr/^not ok \d+ - $point # TODO the firmware: svam-fails$/m;
my $faults = qr/^not ok \d+ - $point # TODO the firmware: svam-faults$/m;

# What the report says of it.
my %expected = (
	# The firmware does not keep its promise.
	fails => [ $fails, qr/^# finding svam-fails: EFI status 0x8000000000000007$/m ],
	lies  => [ $fails, qr/^# finding svam-fails: EFI status 0x0$/m ],
	# An exception ends the call, and not the machine.
	'page-fault' => [ $faults,
		qr/^# finding svam-faults: exception 14, error code 0, RIP [1-9a-f]\w*, CR2 ffffe90000000123$/m ],
	undefined => [ $faults,
		qr/^# finding svam-faults: exception 6, error code 0, RIP [1-9a-f]\w*, CR2 \w+$/m ],
	# The stack that it lost is not the one on which Keel notices.
	'lost-stack' => [ $faults,
		qr/^# finding svam-faults: exception 8, error code 0, RIP [1-9a-f]\w*, CR2 ffffe900000000f8$/m ],
	unsupported => [ qr/^ok \d+ - $point # SKIP .*does not offer/m ],
);
# The firmware's GDT is not there any more; or has no segment for the stack, after 5-level paging.
$expected{$_} = $expected{'page-fault'} for qw(levels reserved-gdt);
for my $variant (sort keys %expected) {
	my $run = $guest->tell($variant);
	my $report = $run->{report};
	is($run->{ended}, 'last words', "$variant: the kernel says that it cannot switch off");
	ok(scalar grep({ /^1\.\.\d+$/ } @{ $report->{lines} }), "$variant: its report is complete")
		or diag($report->{text});
	line_like($run, 'report', $_, "$variant: the report has $_") for @{ $expected{$variant} };
	is("@{ $report->{failed} }", '', "$variant: the map is right");
	ok($report->{text} !~ /^# call /m, "$variant: no service is called");
	halted_ok($run, $variant);
}

# Odd, but as real boards do it: the call has to find all that it could ever use. It leaves interrupts on,
# and the direction the other way round; an NMI and an interrupt arrive. The stack of before lies in
# memory that is not there any more.
for my $variant (qw(touches flags interrupted reserved-stack)) {
	my $run = $guest->tell($variant);
	inside_ok($run, $variant);
	outside_ok($run, $variant);
}

# The call succeeds and leaves a CRC32 behind that is wrong: the kernel is told, and all works.
my $stale = qr/^# the firmware left a CRC32 of its tables stale$/m;
for my $variant (qw(stale-system stale-runtime)) {
	my $run = $guest->tell($variant);
	inside_ok($run, $variant);
	line_like($run, 'report', $stale, "$variant: the kernel was told");
}

# An exception in Keel itself, on its way from there to the kernel: it says so, and stops.
my $trapped = $guest->tell('watched');
is($trapped->{ended}, 'last words', 'watched: Keel says that the machine is halted');
line_like($trapped, 'console', qr/^keel: fatal: exception 1 at 0x[1-9a-f]\w*, error code 0x0, CR2 is 0x\w+\n/m,
	'watched: it names the exception');
halted_ok($trapped, 'watched');

# What was wrong before the call is of no interest: it computes both anew.
my $run = $guest->tell('stale-before');
inside_ok($run, 'stale-before');
ok($run->{report}{text} !~ $stale, 'stale-before: the kernel is told of nothing');
done_testing();
