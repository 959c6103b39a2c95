#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Power fails in the middle of the audit: the firmware's store of variables can be read, and the next run
# comes to its end, with no finding, and leaves nothing of Keel's but the report. With EVERYTHING 100 times,
# at random moments; the seed is printed, and SEED takes it.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Kept;
use Test::More;
use Verdict;

my $seed = $ENV{SEED} // time;
srand $seed;
note("SEED=$seed");

my $conf = "title Self-check\nselfcheck\noptions finish=poweroff\n";
my $machine = Kept->new('/EFI/BOOT/BOOTX64.EFI' => 'build/keel.efi', '/EFI/BOOT/keel.conf' => \$conf);

# Points that come while services are called.
my @moments = ('GetTime gives', 'SetTime sets', 'QueryVariableInfo', 'GetNextVariableName', 'GetVariable agrees',
	'SetVariable creates', 'QueryCapsuleCapabilities', 'its read-only code');
for my $n (1 .. $ENV{EVERYTHING} ? 100 : 1) {
	my $moment = $ENV{EVERYTHING} ? $moments[rand @moments] : 'GetNextVariableName';
	my $run = $machine->boot(qr/^ok \d+ - firmware: $moment/m);
	is($run->{ended}, 'found', "cut $n: after '$moment'");
	ok(defined eval { $machine->variables; 1 }, "cut $n: the store can be read") or diag($@);
}
my $run = $machine->boot;
is($run->{ended}, 'guest-shutdown', 'the next run comes to its end');
is(found_by($run), '', 'and finds nothing');
is(join(' ', map { $_->{name} } grep { $_->{name} =~ /^Keel/ } $machine->variables), 'KeelReport',
	'nothing of it stays but the report');
done_testing();
