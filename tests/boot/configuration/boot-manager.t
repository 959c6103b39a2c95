#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The firmware's own boot manager goes on after a kernel that is refused: a dozen boot options, each
# with a broken one but the last.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use File::Temp qw(tempdir);
use Guest;
use Test::More;
use Verdict;

my @broken = qw(empty script class-32 machine-aarch64 cut-in-text rwx shared-page-rx-r overlap-by-a-byte
	out-of-window filesz-above-memsz entry-in-data relocation-absolute);
my $dir = tempdir('keel-broken-XXXXXX', TMPDIR => 1, CLEANUP => 1);
system('tests/kernels/broken', '--all', $dir) == 0 or BAIL_OUT('no broken kernels');
my $run = run_guest(extra => [ '-action', 'reboot=reset' ], driver => 'bootorder', files => {
	'/options' => \join('', map { "kernel=\\$_.elf\n" } @broken, 'tell'),
	'/tell.elf' => 'build/tests/kernels/tell-gcc-exec-2.elf',
	map { ("/$_.elf" => "$dir/$_.elf") } @broken });
cmp_ok(scalar @broken, '>=', 10, 'at least ten broken kernels');
my %message = map { chomp; split /: /, $_, 2 } qx(tests/kernels/broken --messages);
my $n = 0x1000;
for my $name (@broken) {
	my $option = sprintf 'Boot%04X', $n++;
	my $next = sprintf 'Boot%04X', $n;
	my $refused = quotemeta "keel: error: \\$name.elf is refused: $message{$name} (";
	like($run->{text}, qr/starting $option .*?^$refused.*?failed to start $option .*?starting $next /ms,
		"$option, $name: refused, and $next is next");
}
is($run->{ended}, 'guest-shutdown', 'the last one runs') or diag($run->{text});
fact_is($run, check => '0', 'and is content');
done_testing();
