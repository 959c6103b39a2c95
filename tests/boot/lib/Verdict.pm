# SPDX-License-Identifier: BSD-2-Clause
#
# What a run (see Guest.pm) has to have come to, as test points.
package Verdict;

use strict;
use warnings;

use Exporter qw(import);
use Guest;
use Outside;
use SelfCheck;
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(boot_ok inside_ok outside_ok halted_ok line_like fact_is refused sum_of found_by late_cpus %STATUS);

# EFI_STATUS values (UEFI 2.10, appendix D).
our %STATUS = (
	INVALID_PARAMETER => '8000000000000002',
	NOT_FOUND        => '800000000000000e',
	LOAD_ERROR       => '8000000000000001',
	UNSUPPORTED      => '8000000000000003',
	BUFFER_TOO_SMALL => '8000000000000005',
	OUT_OF_RESOURCES => '8000000000000009',
);

sub show_run {
	my $run = shift;
	diag("it ended with '$run->{ended}'");
	diag($_) for @{ $run->{report}{problems} }, $run->{report}->failures;
	diag($run->{machine}->complaint) if $run->{machine}->complaint ne '';
	my @log = split /\n/, $run->{text};
	splice @log, 0, -40 if @log > 40;
	diag("the last lines on the serial port:\n", map { "  $_\n" } @log);
}

# Every check of the self-check passed, and the machine is switched off; or, where that is expected, it
# ended otherwise.
sub inside_ok {
	my ($run, $name, $end) = @_;
	my $report = $run->{report};
	$report = SelfCheck->new($run->{text}, 'guest-shutdown') if defined $end && $run->{ended} eq $end;
	my $good = ok($report->passed, "$name: from inside, $report->{points} checks");
	show_run($run) unless $good;
	return $good;
}

# QEMU's page walker finds nothing wrong.
sub outside_ok {
	my ($run, $name) = @_;
	return fail("$name: from outside") if $run->{ended} ne 'guest-shutdown';
	my @bad = grep { !$_->{good} } Outside::findings($run->{machine});
	return ok(!@bad, "$name: from outside")
		|| diag(map { "$_->{name}\n  " . join("\n  ", @{ $_->{details} }) . "\n" } @bad);
}

# The test that every configuration has to pass: build/qemu.img boots, its self-check finds nothing
# wrong from inside, and QEMU's page walker finds nothing wrong from outside. Options are those of
# Guest.pm.
sub boot_ok {
	my $run = run_guest(@_);
	plan tests => 2;
	# The guest's own report is a subtest, line by line.
	print "    $_\n" for @{ $run->{report}{lines} };
	inside_ok($run, 'the self-check');
	return fail('from outside: the machine did not get that far')
		if $run->{ended} ne 'guest-shutdown';
	subtest 'from outside' => sub { Outside::check($run->{machine}) };
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

# Of so many CPUs, those that did not come within Keel's second, as it says itself: where there are hundreds,
# two of the host's cores now and then need longer, but not for a tenth of them.
sub late_cpus {
	my ($run, $count, $name) = @_;
	return () if $count <= 64;
	my @late = $run->{text} =~ /^keel: note: CPU (\d+), APIC ID \d+, did not start\r?$/mg;
	cmp_ok(scalar @late, '<', $count / 10, "$name: most of them in time");
	return @late;
}

# A part of the output, console (before the kernel runs), text (all) or report, has a match.
sub line_like {
	my ($run, $part, $pattern, $name) = @_;
	my $text = $part eq 'report' ? join "\n", @{ $run->{report}{lines} } : $run->{$part};
	return ok($text =~ $pattern, $name)
		|| diag("nothing in the $part is like $pattern", $part eq 'report' ? '' : ":\n$text");
}

# What the kernel of tests/kernels/tell has told: a value, or a list of them.
sub fact_is {
	my ($run, $fact, $expected, $name) = @_;
	my $good = is_deeply($run->{facts}{$fact}, ref $expected ? $expected : [$expected], $name // $fact);
	diag($run->{error} // $run->{text}) unless $good;
	return $good;
}

# The sum that this kernel makes of a module: 64-bit words, the last one padded with zeros.
sub sum_of {
	my ($content) = @_;
	$content .= "\0" x (-length($content) % 8);
	my $sum = 0;
	{ use integer; $sum += $_ for unpack 'q<*', $content; }
	return sprintf '%x', $sum;
}

# The audit's findings, by name, in one text.
sub found_by {
	my %found = map { $_ => 1 } $_[0]{report}{text} =~ /^# finding ([\w-]+):/mg;
	return join ' ', sort keys %found;
}

# A run with the driver "twice", or one that does the same: both tries were refused with that status
# and with words that match, and no page was lost.
sub refused {
	my ($run, $status, $words) = @_;
	my @tries = @{ $run->{tries} };
	is($run->{ended}, 'guest-shutdown', 'the firmware goes on afterwards');
	is(scalar @tries, 2, 'keel.efi returned, twice') or show_run($run);
	for (@tries) {
		my $good = is($_->{status}, $STATUS{$status}, "$_->{name} try: status is $status");
		$good &= like($_->{error}, $words, "$_->{name} try: it says why");
		diag($_->{text}) unless $good;
	}
	is($tries[-1]{after}, $tries[-1]{before}, 'no page is lost') if @tries;
}

1;
