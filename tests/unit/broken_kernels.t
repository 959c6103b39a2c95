#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Broken kernels made from good ones: each is refused with the sentence that tests/kernels/broken has
# for it, to the letter. The good ones are not refused; every beginning of one of them is.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;

my $broken = 'tests/kernels/broken';
my $check = 'build/elfcheck';
my $dir = tempdir('keel-broken-XXXXXX', TMPDIR => 1, CLEANUP => 1);

sub output
{
	my @command = @_;
	open(my $pipe, '-|', @command) or die "$command[0]: $!\n";
	my @lines = <$pipe>;
	close $pipe or die "@command[0 .. 1]: failed\n";
	chomp @lines;
	return @lines;
}

my @good = glob 'build/tests/kernels/tell-*.elf';
cmp_ok(scalar @good, '>=', 8, 'there are good kernels');
for (output($check, @good)) {
	my ($megabytes) = /-(\d+)\.elf:/;
	my $place = sprintf '%x', $megabytes << 20;
	my $virt = sprintf 'ffffffff%08x', 0x80000000 + ($megabytes << 20);
	like($_, qr/: good, at $virt, phys $place, [0-9a-f]+ bytes, 3 segments, entry $virt, [1-9]\d* symbols$/,
		(split /:/)[0]);
}
for my $kernel (grep { $ENV{EVERYTHING} ? /gcc-\w+-2\.elf/ : /gcc-exec-2\.elf/ } @good) {
	my ($cut) = output($check, '--cut', $kernel);
	my $bytes = -s $kernel;
	my ($refused, $from) = $cut =~ /: (\d+) of @{[$bytes + 1]} refused, good from (\d+) on$/;
	# What comes last, a string table of sections or the section headers, ends with the file.
	is($refused, $from, "$kernel: refused until it is long enough") or diag($cut);
	cmp_ok($from, '>', $bytes - 64, "$kernel: that is at its end");
}

my @names = output($broken, '--list');
cmp_ok(scalar @names, '>=', 60, scalar(@names) . ' broken kernels');
is(keys %{ { map { $_ => 1 } @names } }, scalar @names, 'each has a name of its own');
output($broken, '--all', $dir);
my %said = map { m{([^/]+)\.elf: (.*)} } output($check, map { "$dir/$_.elf" } @names);
my %message = map { split /: /, $_, 2 } output($broken, '--messages');
is($said{$_}, "refused: $message{$_}", $_) for @names;
done_testing();
