#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Power fails in the middle of the audit: the firmware's store of variables can be read and has what it had,
# and the next run comes to its end, with no finding, and leaves nothing of Keel's but the report. With
# EVERYTHING 100 times, at random moments; the seed is printed, and SEED takes it.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Kept;
use Test::More;
use Verdict;

my $seed = $ENV{SEED} // time;
srand $seed;
note("SEED=$seed");

my $conf = "title Self-check\nselfcheck\noptions finish=poweroff\n";
my $machine = Kept->new('/EFI/BOOT/BOOTX64.EFI' => 'build/keel.efi', '/EFI/BOOT/keel.conf' => \$conf);

# Seconds behind such a point: the calls of the next one take less.
my $longest = 0.1;

# Points that come while services are called.
my @moments = ('GetTime gives', 'SetTime sets', 'QueryVariableInfo', 'GetNextVariableName', 'GetVariable agrees',
	'SetVariable creates', 'QueryCapsuleCapabilities', 'its read-only code');
my $others;				# names that are not Keel's, after the last cut
my ($cuts, $wanted) = (0, $ENV{EVERYTHING} ? 100 : 1);
for (my $n = 1; $cuts < $wanted && $n <= 3 * $wanted; $n++) {
	my $moment = $ENV{EVERYTHING} ? $moments[rand @moments] : 'GetNextVariableName';
	my $run = Guest->new($machine->options, limit => 600)->follow(until => qr/^ok \d+ - firmware: $moment/m);
	line_like($run, 'report', qr/^ok \d+ - firmware: $moment/m, "cut $n: after '$moment'")
		or diag($run->{ended}, map { "\n$_" } grep { /finding/ } @{ $run->{report}{lines} });
	# Somewhere in what comes next, rather sooner than later: most calls are short.
	$run->{machine}->allow($longest * rand() ** 3);
	my $ended = $run->{machine}->follow;
	$run->{machine}->stop;
	$ended eq 'time limit' ? $cuts++ : note("it ended before that, and is no cut: $ended");
	my @names = eval { map { $_->{name} } $machine->variables };
	is($@, '', "cut $n: the store can be read");
	is(join(' ', grep { /^Keel/ && !/^Keel(?:Report|SelfCheckProbe)$/ } @names), '',
		"cut $n: of Keel's there is nothing but the report, and what came and goes");
	my $now = join ' ', sort grep { !/^Keel/ } @names;
	is($now, $others // $now, "cut $n: the firmware's own variables are as they were");
	$others = $now;
}
note("$cuts cuts in the middle");
my $run = $machine->boot;
is($run->{ended}, 'guest-shutdown', 'the next run comes to its end');
is(found_by($run), '', 'and finds nothing');
is(join(' ', map { $_->{name} } grep { $_->{name} =~ /^Keel/ } $machine->variables), 'KeelReport',
	'nothing of it stays but the report');
done_testing();
