# SPDX-License-Identifier: BSD-2-Clause
#
# Boots in which a driver (tests/boot/drivers) changes the firmware or the machine, and then starts
# keel.efi, which has to cope: the kernel runs, or the machine stops with words that say why.
package Driven;

use strict;
use warnings;

use DiskImage;
use Exporter qw(import);
use File::Temp qw(tempdir);
use Outside;
use Qemu;
use SelfCheck;
use Test::More;
use Time::HiRes qw(sleep time);
use Waiting;

our @EXPORT = qw(driven driven_again keel_at inside_ok outside_ok halted_ok line_like);

# The last words of Keel, and those of the self-check when it cannot switch the machine off.
my $last_words = qr/^The machine is halted.*\n|please do it by hand.*\n|Please switch the machine off.*\n/m;

# Boots with that driver, and that variant of what it does. Options are those of Qemu.pm, and keel,
# the file to start. Returns the machine, still there to be looked at; how it ended, as Qemu.pm says
# it or "last words"; the report of the self-check; console, what was printed before it.
sub driven {
	my ($driver, $variant, %options) = @_;
	my $keel = delete $options{keel} // 'build/keel.efi';
	my $dir = tempdir('keel-driven-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	make_image($dir, { '/variant' => \$variant, '/keel.efi' => $keel,
		'/EFI/BOOT/BOOTX64.EFI' => "build/tests/boot/drivers/$driver.efi" });
	my $machine = Qemu->new(limit => 120, %options, image => "$dir/disk.img");
	return run_of($driver, $variant, $machine, $machine->follow(undef, $last_words));
}

# The same, but the driver is told its variant while it waits, and further variants start from there:
# with the same driver and options there is one boot only. The machine can be looked at until the
# next one, and need not be stopped.
my ($waiting, $waiting_for);

sub driven_again {
	my ($driver, $variant, %options) = @_;
	my $for = join ' ', $driver, map { "$_=$options{$_}" } sort keys %options;
	if (($waiting_for // '') ne $for) {
		$waiting->stop if $waiting;
		$waiting = Waiting->new($driver, {}, limit => 900, %options);
		$waiting_for = $for;
	}
	my $ended = $waiting->tell($variant, $last_words);
	return run_of($driver, $variant, $waiting->{machine}, $ended);
}

END {
	$waiting->stop if $waiting;
}

# What driven() returns, of a machine that has come to its end.
sub run_of {
	my ($driver, $variant, $machine, $ended) = @_;
	$ended = 'last words' if $ended eq 'found';
	my $report = SelfCheck->new($machine->{serial}, $ended);
	my ($console) = split /^TAP version/m, $report->{text};
	my ($complaint) = $console =~ /^driver: (.*)/m;
	die "driver $driver ($variant): $complaint\n" if $complaint;
	return { machine => $machine, ended => $ended, report => $report, console => $console };
}

# A copy of keel.efi in that folder that asks to be loaded to so many GB. ImageBase is eight bytes at
# offset 0x30 of the PE headers, to which e_lfanew, at 0x3c, leads.
sub keel_at {
	my ($dir, $gigabytes) = @_;
	open(my $in, '<:raw', 'build/keel.efi') or die "build/keel.efi: $!\n";
	my $keel = do { local $/; <$in> };
	substr($keel, unpack('x60 V', $keel) + 0x30, 8) = pack 'Q<', $gigabytes << 30;
	open(my $out, '>:raw', "$dir/keel.efi") or die "$dir/keel.efi: $!\n";
	print $out $keel;
	close $out or die "$dir/keel.efi: $!\n";
	return "$dir/keel.efi";
}

sub show_run {
	my $run = shift;
	diag("it ended with '$run->{ended}'");
	diag($_) for @{ $run->{report}{problems} }, $run->{report}->failures;
	my @log = split /\n/, $run->{report}{text};
	splice @log, 0, -40 if @log > 40;
	diag("the last lines on the serial port:\n", map { "  $_\n" } @log);
}

# Every check of the self-check passed, and the machine is switched off.
sub inside_ok {
	my ($run, $name) = @_;
	ok($run->{report}->passed, "$name: from inside, $run->{report}{points} checks")
		or show_run($run);
}

# QEMU's page walker finds nothing wrong.
sub outside_ok {
	my ($run, $name) = @_;
	return fail("$name: from outside") if $run->{ended} ne 'guest-shutdown';
	my @bad = grep { !$_->{good} } Outside::findings($run->{machine});
	ok(!@bad, "$name: from outside")
		or diag(map { "$_->{name}\n  " . join("\n  ", @{ $_->{details} }) . "\n" } @bad);
}

# The CPU stands still and no interrupt will wake it; the machine was neither reset nor switched off.
sub halted_ok {
	my ($run, $name) = @_;
	my $machine = $run->{machine};
	my ($patience, $halted, $flags) = (time + 10);
	do {
		sleep 0.05;
		($flags, $halted) = $machine->monitor('info registers')
			=~ /RFL=([0-9a-f]+).*\bHLT=(\d)/;
	} until $halted || time > $patience;
	ok($halted && !(hex($flags) >> 9 & 1), "$name: the CPU is halted, interrupts are off");
	ok(!grep({ $_->{event} =~ /^(SHUTDOWN|RESET)$/ } @{ $machine->{events} }),
		"$name: the machine was not reset");
}

# The part of the output, console (before the kernel runs) or report, has a match.
sub line_like {
	my ($run, $part, $pattern, $name) = @_;
	my $text = $part eq 'console' ? $run->{console} : join "\n", @{ $run->{report}{lines} };
	ok($text =~ $pattern, $name)
		or diag("nothing in the $part is like $pattern", $part eq 'console' ? ":\n$text" : '');
}

1;
