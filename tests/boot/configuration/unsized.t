#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Servers that do not tell the size of a file, and firmware that does not ask or does not hand it on:
# keel.conf, kernel and modules arrive whole. One boot for all of them.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

use constant MB => 1 << 20;

# What is awkward: nothing at all, as much as the memory that it is read into first, one byte less and
# more, and files that end like the fillings of unsized.c.
my $odd = join '', map { chr $_ % 251 } 1 .. 65536 + 5;
my @modules = ('', 'x', 'e' x MB, 'l' x (MB - 1), 'm' x (MB + 1), $odd x 45,
	"a\xa5" . "\xa5" x 5000, "b\x5a" . "\x5a" x 5000, "\xa5" x 4096, "\x5a" x 4096,
	"c\xa5\x5a\xa5\x5a", "\xa5" x (2 * MB));
my $conf = "title From the server\nkernel tell.elf\noptions a b\n"
	. join '', map { "module \\m$_\n" } 0 .. $#modules;
my $guest = Guest->new(driver => 'server', waits => 1, files => {
	'/srv/boot/keel.conf' => \$conf,
	'/srv/boot/tell.elf' => 'build/tests/kernels/tell-gcc-exec-2.elf',
	map { ("/srv/m$_" => \$modules[$_]) } 0 .. $#modules });

for my $variant ($ENV{EVERYTHING} ? qw(ipxe wrapped oack data ipxe26) : qw(ipxe wrapped)) {
	my $run = $guest->tell($variant);
	subtest $variant => sub {
		is($run->{ended}, 'guest-shutdown', 'the kernel runs') or diag($run->{text});
		fact_is($run, title => 'From the server', 'the entry');
		fact_is($run, data_is_right => '1', 'initialized data, cleared memory');
		fact_is($run, module_bytes => [ map { sprintf '%x', length } @modules ],
			'the modules\' sizes');
		fact_is($run, module_sum => [ map { sum_of($_) } @modules ], 'their content');
	};
}

# What cannot be had, and that nothing is lost of it.
my %refused = (
	'ipxe;kernel=none.elf' => qr/^keel: error: there is no file none\.elf /m,
	'data;kernel=none.elf' => qr/^keel: error: there is no file none\.elf /m,
	'ipxe;kernel=\folder' =>
		qr/^keel: error: \\folder cannot be opened: the server does not answer, or /m,
	'data;kernel=\folder' => qr/^ {2}note {6}the server told the size of \\folder, and does not send it: a folder\?
keel: error: \\folder is refused: .* cannot be read/m,
	'data;kernel=tell.elf module=\folder' =>
		qr/^ {2}note .* a folder\?\nkeel: error: \\folder cannot be read/m,
	'none;kernel=none.elf' =>
		qr/^ {2}note {6}the server refuses none\.elf, or the firmware cannot read from it\n/m,
);
for my $case (sort keys %refused) {
	my $run = $guest->tell($case);
	line_like($run, 'text', $refused{$case}, $case);
	is($run->{tries}[1]{after}, $run->{tries}[1]{before}, "$case: no page is lost");
}
my $run = $guest->tell('none');
is($run->{ended}, 'waits', 'none: the self-check runs, which needs no file') or diag($run->{text});
line_like($run, 'text', qr/^# \d+ passed, 0 failed$/m, 'none: all checks have passed');
done_testing();
