#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# ovmf/run on a terminal, which script(1) makes: keys reach Keel's menu and a kernel that listens, and
# Control-A quits; the terminal is left as it was, also where a signal ends it. Without a terminal it shows
# lines. And ovmf/screenshot of a kernel that goes on running.
use strict;
use warnings;
use Compress::Zlib qw(uncompress);
use Cwd qw(getcwd);
use File::Temp qw(tempdir);
use IO::Select;
use IPC::Open2;
use lib qw(ovmf tests/boot/lib);
use Test::More;
use Time::HiRes qw(sleep time);

my $keel = getcwd;
my $listen = "$keel/build/tests/kernels/listen.elf";
my $dir = tempdir('keel-console-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $seconds = 300;		# for each
chdir $dir or die "$dir: $!\n";

sub write_file {
	my ($path, $text) = @_;
	open(my $file, '>', $path) or die "$path: $!\n";
	print $file $text;
	close $file;
}

# Runs that command in a shell on a terminal; keys is a list of patterns, each with what is typed (or a sub
# that is called) when what is shown matches. Returns all that was shown until the shell ended.
sub on_terminal {
	my ($command, @keys) = @_;
	my $pid = open2(my $screen, my $keyboard, 'script', '-qec', "stty -g; $command; echo status \$?; stty -g",
		'/dev/null');
	my ($shown, $end) = ('', time + $seconds);
	while (time < $end && IO::Select->new($screen)->can_read($end - time)) {
		sysread($screen, $shown, 4096, length $shown) or last;
		while (@keys && $shown =~ $keys[0]) {
			my (undef, $type) = splice @keys, 0, 2;
			ref $type ? $type->($shown) : syswrite $keyboard, $type;
		}
	}
	close $keyboard;
	kill 'TERM', $pid if time >= $end;
	waitpid $pid, 0;
	diag("not seen: $keys[0], in:\n", $shown =~ s/\e/<ESC>/gr) if @keys;
	return $shown =~ s/\r//gr;
}

# The terminal's settings, before and after, are the same.
sub as_it_was {
	my ($shown, $name) = @_;
	my ($before, $after) = $shown =~ /\A([0-9a-f:]{20,})\n.*^([0-9a-f:]{20,})\n\z/ms;
	ok(defined $before && $before eq $after, "$name: the terminal is as it was") or diag($shown);
}

# Down and Enter at the menu, then what a kernel hears: Control-C is for it, and Control-A A is Control-A.
write_file('keel.conf', <<"END");
timeout 600
title First
	kernel first.elf
title Second
	kernel listen.elf
	options a b
	module module.img with text
	symbols yes
END
write_file('module.img', 'module');
system('cp', $listen, "$dir/listen.elf");
my $shown = on_terminal("$keel/ovmf/run --config keel.conf",
	qr/Starts in \d+ s/, "\e[B", qr/^> 2  Second/m, "\r",
	qr/^listen: ready/m, "hi\x03\x01a\r", qr/^listen: byte 0d/m, "\x04");
like($shown, qr/^Keys go to the guest's serial port\. Control-A X quits/m, 'it says how to quit');
like($shown, qr/^listen: title Second\n/m, 'the menu takes keys');
like($shown, qr/^listen: options a b\nlisten: module module\.img\nlisten: with with text\nlisten: symbols yes\n/m,
	'everything in keel.conf has arrived');
like($shown, qr/^listen: byte 68\nlisten: byte 69\nlisten: byte 03\nlisten: byte 01\nlisten: byte 0d\nlisten: byte 04\n/m,
	'the kernel hears what is typed');
unlike($shown, qr/^\e\[\d*[JH]|^\e\[2J/m, 'the firmware does not clear the terminal');
like($shown, qr/note      listen\.elf has Limine requests, for another loader: docs\/porting\.md says/,
	'a kernel that another loader could start is noted');
like($shown, qr/^\e\[0mstatus 0$/m, 'powered off: it ends well');
as_it_was($shown, 'powered off');

$shown = on_terminal("$keel/ovmf/run --kernel $listen", qr/^Keys go to/m, "\x01x");
like($shown, qr/status 0$/m, 'Control-A X: it ends well');
as_it_was($shown, 'Control-A X');
for my $signal (qw(TERM HUP INT)) {
	$shown = on_terminal("sh -c 'echo pid \$\$; exec $keel/ovmf/run --kernel $listen'",
		qr/^Keys go to/m, sub { kill $signal, $_[0] =~ /^pid (\d+)/m });
	like($shown, qr/status 1\d\d$/m, "SIG$signal: it ends");
	as_it_was($shown, "SIG$signal");
}

# Without a terminal: lines, and nothing is read; quiet.
sub without_terminal {
	my ($options, $pattern) = @_;
	my $pid = open(my $pipe, '-|', "exec $keel/ovmf/run --kernel $listen --limit $seconds $options 2>&1") // die;
	my $text = '';
	while (defined(my $part = <$pipe>)) {
		$text .= $part;
		last if $text =~ $pattern;
	}
	return ($text, $pid, $pipe);
}
my $name = "keel-console-$$";
# QEMU's processes of that name; timeout(1) has it on its command line, too.
sub guests {
	my @found;
	for (glob '/proc/[0-9]*/cmdline') {
		open(my $file, '<', $_) or next;
		my $line = <$file> // '';
		push @found, $_ if $line =~ /^qemu-system[^\0]*\0.*\0\Q$name\E\0/s;
	}
	return @found;
}
my ($text, $pid, $pipe) = without_terminal("-- -name $name", qr/^listen: ready\n/m);
like($text, qr/^Keel .*^listen: options \nlisten: symbols no\nlisten: ready\n\z/ms, 'no terminal: lines are shown');
unlike($text, qr/[\e\r]|Control-A/, 'no terminal: and only they');
is(scalar guests(), 1, 'there is a guest');
kill 'KILL', $pid;
close $pipe;
my $patience = time + 60;
sleep 0.1 while guests() && time < $patience;
is(scalar guests(), 0, 'killed: it takes its guest with it');

SKIP: {
	skip 'quiet (EVERYTHING=1)', 1 unless $ENV{EVERYTHING};
	($text, $pid, $pipe) = without_terminal('--set quiet', qr/^listen: ready\n/m);
	kill 'TERM', $pid;
	close $pipe;
	unlike($text, qr/Limine|^Keel/m, 'quiet: no note');
}

# The colours in a picture's upper rows: PNG (ISO 15948) of 8-bit RGB, of which only these filters of rows are
# undone: none, and the differences to the left and to the row above.
sub colours_of {
	my ($path) = @_;
	open(my $file, '<:raw', $path) or return "$path: $!";
	my $png = do { local $/; <$file> };
	my ($at, $data) = (8, '');
	while ($at < length $png) {
		my ($bytes, $type) = unpack "x$at N a4", $png;
		$data .= substr $png, $at + 8, $bytes if $type eq 'IDAT';
		$at += $bytes + 12;
	}
	my ($width, $height, $bits, $kind) = unpack 'x16 N2 C2', $png;
	return "$width x $height, $bits bits, kind $kind" if "$width $height $bits $kind" ne '1280 800 8 2';
	my $rows = uncompress($data) // return 'the data are damaged';
	my (%colours, @above);
	for my $y (0 .. 99) {
		my ($filter, @row) = unpack 'C*', substr $rows, $y * (3 * $width + 1), 3 * $width + 1;
		return "row $y has filter $filter" if $filter > 2;
		for my $x (0 .. $#row) {
			my $base = $filter == 1 ? $x > 2 ? $row[$x - 3] : 0 : $filter ? $above[$x] // 0 : 0;
			$row[$x] = $row[$x] + $base & 255;
		}
		$colours{ sprintf '%02x%02x%02x', @row[3 * $_ .. 3 * $_ + 2] } = 1 for 0 .. $width - 1;
		@above = @row;
	}
	return join ' ', sort keys %colours;
}

# The screen has the colour that the kernel paints it with.
sub is_painted {
	my ($name, @options) = @_;
	unlink "$dir/screen.png";
	is(system("$keel/ovmf/screenshot", '--kernel', $listen, '--limit', $seconds, @options, "$dir/screen.png"), 0,
		"$name: a kernel that goes on running has its picture taken");
	is(colours_of("$dir/screen.png"), '336699', "$name: of what it has painted");
}
is_painted('after what it says', '--after', '^listen: ready');
is_painted('when nothing changes') if $ENV{EVERYTHING};
done_testing();
