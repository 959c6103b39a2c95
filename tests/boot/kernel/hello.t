#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The example that people begin with: it shows what it was given, on the serial port and on the
# screen, is short, and is built by either compiler with nothing but its own folder and the headers.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use DiskImage;
use File::Temp qw(tempdir);
use Guest;
use Screen;
use Test::More;

my $dir = tempdir('keel-hello-XXXXXX', TMPDIR => 1, CLEANUP => 1);

# By compiler: a copy of the folder, somewhere else. Those that are not there build nothing.
my %kernel = ('as make builds it' => 'build/hello.elf');
for my $compiler (qw(gcc clang)) {
	SKIP: {
		skip "there is no $compiler", 1 if system("command -v $compiler >/dev/null");
		system("mkdir $dir/$compiler && cp examples/hello/* $dir/$compiler 2>/dev/null") ;
		my $output = `env -u MAKEFLAGS -u MAKELEVEL make -s -C $dir/$compiler KEEL='$ENV{PWD}' CC=$compiler 2>&1`;
		is($output, '', "$compiler builds a copy of the folder without a word");
		$kernel{$compiler} = "$dir/$compiler/build/hello.elf";
	}
}

# An entry for each kernel, one after the other from the same boot.
my $guest = Guest->new(driver => 'twice', waits => 1,
	conf => join('', map { "title $_\nkernel \"\\$_.elf\"\noptions  first=1 second\n"
		. "module \\files\\one some words\nmodule \\files\\two\n" } sort keys %kernel),
	files => { '/files/one' => \"123456789", '/files/two' => \'', map { ("/$_.elf" => $kernel{$_}) } keys %kernel });

sub boots {
	my ($what) = @_;
	my $run = $guest->tell("as it is;entry=\"$what\"");
	is($run->{ended}, 'guest-shutdown', "$what: it is switched off by ResetSystem")
		or diag($run->{text});
	my ($said) = $run->{text} =~ /^Hello from a kernel on Keel!\n(.*)/ms;
	my @lines = split /\n/, $said // '';
	is($lines[0], '  command line: first=1 second', "$what: the command line");
	is($lines[1], '  module \files\one: 9 bytes, options: some words', "$what: a module");
	is($lines[2], '  module \files\two: 0 bytes, options: ', "$what: an empty one");
	my @regions = map { /^  ([0-9a-f]{16})  (.+): [1-9]\d* KiB$/ ? "$1 $2" : "? $_" }
		@lines[3 .. $#lines];
	is_deeply(\@regions, [
		'ffff800000000000 direct map', 'ffffea0000000000 kernel stacks',
		'fffffe0000000000 cpu_entry_area', 'ffffff0000000000 %esp fixup stacks',
		'ffffffef00000000 EFI region', 'ffffffff80000000 kernel text',
		'ffffffffff000000 fixmap', 'ffffffffff600000 vsyscall',
	], "$what: every region in which something is mapped");
}

boots($_) for sort keys %kernel;

my $run = $guest->tell('as it is;kernel="\as make builds it.elf" options=gpqy');
like(Screen::text($run->{machine}),
	qr/\AHello from a kernel on Keel!\n  command line: gpqy\n  ffff800000000000  direct map: /,
	'the screen shows it, too');
$guest->stop;

my $source = content_of('examples/hello/hello.c');
$source =~ s{/\*.*?\*/}{}gs;
my $lines = grep { /\S/ } split /\n/, $source;
cmp_ok($lines, '<', 100, 'it has less than a hundred lines of C');
done_testing();
