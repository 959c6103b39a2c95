#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Each step of the lesson, built in a folder of its own from the files that the text shows, says what the text
# says that it says, on the serial port and on the screen.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Cwd qw(getcwd);
use File::Temp qw(tempdir);
use Guest;
use Screen;
use Test::More;

my $keel = getcwd;
my $dir = tempdir('keel-lesson-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $clean = 'env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES';
system("cp -r examples/lesson/. '$dir' && rm -rf '$dir/build'") == 0 or die "cp failed\n";

# What the text shows below each step, as a pattern: numbers are others.
open(my $file, '<', 'docs/lesson/README.md') or die "$!\n";
my $text = do { local $/; <$file> };
sub expected {
	my ($step) = @_;
	my ($section) = $text =~ /^## Step $step:(.*?)(?=^## |\z)/ms;
	$section =~ s/^```.*?^```$//msg;
	my @lines = map { s/^    //r } grep { /^    / } split /\n/, $section;
	return join '', map { my $line = quotemeta;
		$line =~ s/(?<![A-Za-z])(?:[0-9a-f]{16})/[0-9a-f]{16}/g;
		$line =~ s/\d{4}\\-\d\d\\-\d\d\\ \d\d\\:\d\d\\:\d\d/20\\d\\d-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d/;
		$line =~ s/MB\\:\\ \d+/MB: \\d+/;
		"$line\\n" } @lines;
}

my %built;
sub builds_ok {
	my ($step, $compiler) = @_;
	my $what = "step $step, $compiler";
	my $said = qx($clean make -s -C '$dir' STEP=$step CC=$compiler OUT=$compiler KEEL='$keel' 2>&1);
	is($said, '', "$what: it is built without a word") and $built{"$step-$compiler"} = "$dir/$compiler/step$step.elf";
}

sub step_ok {
	my ($guest, $step, $compiler) = @_;
	my $what = "step $step, $compiler";
	my $pattern = expected($step);
	cmp_ok(length $pattern, '>', 10, "$what: the text shows what it says");
	my $run = $guest->tell("as it is;kernel=\\$step-$compiler.elf", until => qr/^$pattern/m);
	like($run->{text}, qr/^$pattern/m, "$what: it says that") or return;
	like(Screen::text($run->{machine}), qr/\A$pattern/, "$what: on the screen, too") if $step > 1;
}

my @compilers = ('gcc', $ENV{EVERYTHING} && !system('command -v clang >/dev/null') ? 'clang' : ());
for my $compiler (@compilers) {
	builds_ok($_, $compiler) for $ENV{EVERYTHING} ? (1 .. 5) : (4, 5);
}

# All from the same boot.
my $guest = Guest->new(driver => 'twice', waits => 1, smp => 2,
	files => { map { ("/$_.elf" => $built{$_}) } keys %built });
step_ok($guest, split /-/) for sort keys %built;
done_testing();
