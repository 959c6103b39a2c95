#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What is behind a reset: each boot judges what the strict run before it has left, and misbehaves for the
# next one (drivers/unruly.c). The disk and the firmware's variables stay: so each also brings home, in a
# file, what the one before it has found. With EVERYTHING all ways; without, the one that is a grave finding.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use DiskImage;
use Kept;
use Test::More;
use Verdict;

my $conf = sub { "title Self-check\nselfcheck\noptions finish=reboot firmware=$_[0]\n" };
my $machine = Kept->new('/EFI/BOOT/BOOTX64.EFI' => 'build/tests/boot/drivers/resident.efi',
	'/keel.efi' => 'build/keel.efi', '/resident.efi' => 'build/tests/boot/drivers/unruly.efi');

# How the firmware behaves, what is asked for, what is found of the run before.
my @boots = (
	[ 'nothing', 'strict', '', 'nobody has left anything' ],
	[ 'forgets', 'again', '', 'all of it is there' ],
	[ 'alters', 'again', 'variable-reset', 'it is gone' ],
	[ 'count-restarts', 'strict', 'variable-reset', 'it is another' ],
	[ 'count-restarts', 'strict', 'monotonic-reset', 'the count is as it was' ],
	[ 'nothing', 'default', '', 'it is not asked for' ],
);
splice @boots, 0, 1 unless $ENV{EVERYTHING};
splice @boots, 2 unless $ENV{EVERYTHING};
$boots[0][1] = 'strict';

# The findings of the file that a boot has written.
sub brought_home {
	my ($path) = $machine->files(qr/keel-report-/i) or return 'no file';
	my @found = content_of($machine->fetch($path)) =~ /^# finding \w+ ([\w-]+) x/mg;
	$machine->remove_file($path);
	return join ' ', sort @found;
}

sub mark {
	return grep { $_->{name} eq 'KeelSelfCheckMark' } $machine->variables;
}

my $before;				# what the last one has found
for (@boots) {
	my ($deed, $asked, $expected, $name) = @$_;
	$machine->write_file('/variant', $deed);
	$machine->write_file('/keel.conf', $conf->($asked));
	my $run = $machine->boot;
	is($run->{ended}, 'guest-reset', "$deed, $asked: it comes to the reset");
	line_like($run, 'report', qr/^# \d+ passed, 0 failed$/m, "$deed, $asked: the map is right");
	is(found_by($run), $expected, "$deed, $asked: $name, and nothing else is found")
		or diag(map { "$_\n" } grep { /finding/ } @{ $run->{report}{lines} });
	is(brought_home(), $before // 'no file', "$deed, $asked: it brings home what was found before");
	$before = $expected;
	is(scalar mark(), $deed eq 'forgets' || $asked eq 'default' ? 0 : 1, "$deed, $asked: what stays");
}
done_testing();
