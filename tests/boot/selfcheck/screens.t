#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What one sees on the screen of a machine: the self-check's report, on screens of many sizes, strides
# and pixel formats, with and without failures; on a machine without a serial port, too, where the
# screen is all there is.
use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits
use lib qw(ovmf tests/boot/lib);
use Guest;
use Outside;
use Screen;
use SelfCheck;
use Stopped;
use Test::More;
use Time::HiRes qw(sleep time);
use Verdict;

my $good = 0x4cd964;			# the colour of "All checks passed" in tests/payload/screen.c
my @memory = ('-global', 'VGA.vgamem_mb=64');
my @small = ('-vga', 'none', '-device', 'VGA,xres=640,yres=480');

# The lines of the map as they are in the report on the serial port.
sub map_of {
	my $text = join "\n", @{ $_[0]{lines} };
	my ($map) = $text =~ /^(# start +end .*? hole \(ERR_PTR\) [^\n]*)/ms;
	return map { s/^# //r } split /\n/, $map // 'there is no map in the report';
}

# Is a colour of the screen this one, as exactly as it can show it?
sub is_shown {
	my ($screen, $colour, $tolerance) = @_;
	my @wanted = map { $colour >> $_ & 0xff } 16, 8, 0;
	return !!grep {
		my @shown = unpack 'C3', $_;
		!grep { abs($wanted[$_] - $shown[$_]) > $tolerance } 0 .. 2
	} @{ $screen->{colours} };
}

# Width, height, bits, stride and format, as in tests/boot/drivers/screen.c; and how large a dot is.
my @modes = (
	[ '640 480 32 640 bgrx', 1 ],
	[ '1024 768 16 1056 masks', 1 ],
	[ '3840 2160 32 3840 bgrx', 5 ],
);
push @modes, (
	[ '800 600 32 832 rgbx', 1 ],
	[ '1920 1080 24 1920 masks', 2 ],
	[ '2560 1440 32 2624 masks', 3 ],
) if $ENV{EVERYTHING};
my $guest = Guest->new(driver => 'screen', waits => 1, extra => \@memory);
for (@modes) {
	my ($mode, $dot) = @$_;
	my $run = $guest->tell($mode);
	my $screen = Screen::report($run->{machine});
	my $points = $run->{report}{points};
	inside_ok($run, $mode);
	my $size = join 'x', (split / /, $mode)[0, 1];
	line_like($run, 'console', qr/^  graphics  $size at /m, "$mode: keel.efi knows its size");
	is($screen->{dot}, $dot, "$mode: the size of a dot");
	is($screen->{result}, "All $points checks passed, $run->{report}{skipped} skipped",
		"$mode: the result");
	my @map = map_of($run->{report});
	is_deeply([ @{ $screen->{lines} }[0 .. @map] ], [ 'Keel self-check', @map ], "$mode: title and map")
		or diag(map { "$_\n" } @{ $screen->{lines} });
	my $colour = $mode =~ /rgbx/ ? ($good & 0xff) << 16 | $good & 0xff00 | $good >> 16 : $good;
	ok(is_shown($screen, $colour, $mode =~ / 16 / ? 8 : 0), "$mode: the colour of the result");
}
$guest->stop;

# Polls the screen until that is read; the last that was.
sub wait_for {
	my ($read, $pattern) = @_;
	my $patience = time + 60;
	my $text;
	do {
		sleep 1;	# a look takes time, too
		$text = $read->();
	} until $text =~ $pattern || time > $patience;
	return $text;
}

# Without a serial port: a run, and a panic.
my $quiet = Guest->new(image => 'build/keel.img', serial_port => 0, extra => \@small)->{machine};
my $end = qr/^The end\. Please switch the machine off or reset it\.$/m;
my $shown = wait_for(sub { my $s = Screen::report($quiet); join "\n", @{ $s->{lines} }, $s->{result} }, $end);
like($shown, $end, 'no serial port: the report stays on the screen');
like($shown, qr/^All \d+ checks passed, \d+ skipped$/m, 'no serial port: with the result');
is($quiet->{serial}, '', 'no serial port: indeed');
$quiet->stop;

my $panic = Guest->new(driver => 'stalekey', variant => '100', serial_port => 0,
	extra => \@small)->{machine};
my $halted = qr/^The machine is halted/m;
my $words = wait_for(sub { Screen::text($panic) }, $halted);
like($words, $halted, 'no serial port: a panic is on the screen');
like($words, qr/^keel: fatal: ExitBootServices: EFI status 0x8000000000000002 after \d+ tries/m,
	'no serial port: with its reason');
$panic->stop;

# Failures, on the smallest screen: pages have other rights to execute.
my $stopped = Stopped->new(extra => \@small, limit => 300);
my $nx = 1 << 63;
my %row = map { $_->{id} => $_->{start} } @{ Outside::rows() };

sub run_with {
	my $name = shift;
	for (@_) {
		my $entry = $stopped->entry($_, 1) // die sprintf "%x is not mapped\n", $_;
		$stopped->set_number($entry, $stopped->number($entry) ^ $nx);
	}
	my $ended = $stopped->run(undef, 60);
	is($ended, 'guest-shutdown', "$name: it ends");
	my $report = SelfCheck->new($stopped->serial, $ended);
	my $screen = Screen::report($stopped->{machine});
	$stopped->restore;
	return ($report, $screen);
}

# All words on the screen, without what is between them: a line may end anywhere.
sub words_of {
	return join('', @_) =~ s/\s+//gr;
}

# What the screen says is in the order of the report, each with its values.
sub failures_ok {
	my ($name, $screen, @texts) = @_;
	my $all = words_of(@{ $screen->{lines} });
	my @missing = grep { index($all, words_of($_)) < 0 } @texts;
	ok(@texts && !@missing, "$name: the first " . @texts . ' failures are on the screen')
		or diag(map({ "missing: $_\n" } @missing), map { "$_\n" } @{ $screen->{lines} });
}

sub result_of {
	my $report = shift;
	return @{ $report->{failed} } . " of $report->{points} checks failed, $report->{skipped} skipped";
}

my ($few, $screen) = run_with('one page', $row{DIRECT_MAP} + 0x1000);
is($screen->{result}, result_of($few), 'one page: the result');
failures_ok('one page', $screen, @{ $few->{failed} });
like(words_of(@{ $screen->{lines} }), qr/\Q${\ words_of(map_of($few)) }\E/, 'one page: below the map');

# More than there is room for: the map goes, the first ten failures are there with their values.
my @pages = ($row{VSYSCALL}, $row{CPU_ENTRY_AREA}, $row{DIRECT_MAP} + 0x1000, $row{ESPFIX},
	$stopped->{registers}{rsp} - 8,
	$stopped->constant('KEEL_FIXMAP_TOP') - 0x1000 * $stopped->constant('KEEL_FIXMAP_LOCAL_APIC'));
(my $many, $screen) = run_with('many pages', @pages);
is($screen->{result}, result_of($many), 'many pages: the result');
cmp_ok(scalar @{ $many->{failed} }, '>=', 10, 'many pages: at least ten failures');
my ($again) = join("\n", @{ $many->{lines} }) =~ /^1\.\.\d+\n(.*)/ms;
my @first = grep { / at [0-9a-f]{16}: expected / } map { s/^# //r } split /\n/, $again // '';
splice @first, 10;
failures_ok('many pages', $screen, @first);
is($screen->{lines}[0] =~ /^Keel self-check/, '', 'many pages: nothing else is in the way');

# And with an exception (an undefined instruction) where the report is nearly complete.
my ($virt) = qx(nm build/selfcheck.elf) =~ /^([0-9a-f]+) [tT] use_vsyscall$/m;
$stopped->write(hex($virt) - $row{TEXT} + $stopped->get('boot_info.phys_base'), "\x0f\x0b");
(my $stuck, $screen) = run_with('an exception', @pages);
my ($reason) = join("\n", @{ $stuck->{lines} }) =~ /^Bail out! (exception 6 .*)/m;
ok(defined $reason, 'an exception: the report says so') or diag($stuck->{text});
failures_ok('an exception', $screen, $reason // 'exception');
is($screen->{result}, 'The self-check had to stop', 'an exception: the result');
$stopped->stop;
done_testing();
