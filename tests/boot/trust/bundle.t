#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A bundle, without Secure Boot: it starts what is in it, modules stay where the firmware has put them, and
# nothing on the disk counts.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib tools);
use Bundle;
use DiskImage;
use File::Temp qw(tempdir);
use Guest;
use Pe;
use Test::More;
use Verdict;

my $dir = tempdir('keel-bundle-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my ($odd, $page, $empty) = ("odd\n" x 3333, "\xa5" x 8192, '');
my $conf = <<'END';
options from outside
title Tell
kernel \boot\tell.elf
options own
module odd.bin some text
module \sub\page.bin
module empty
module odd.bin again
symbols yes
title Check
selfcheck
options finish=poweroff
driver audit.efi
module odd.bin
module \sub\page.bin
module odd.bin
END
my %files = ('boot/tell.elf' => 'build/tests/kernels/tell-gcc-exec-2.elf', 'odd.bin' => \$odd,
	'sub/page.bin' => \$page, 'empty' => \$empty,
	'audit.efi' => 'build/audit.efi');
my $bundle = bundle_ok($dir, 'outside', $conf, \%files);
my $closed = bundle_ok($dir, 'closed', $conf =~ s/^options from outside\n//r, \%files);

# A file in which something went wrong after it was made, where nobody looks at signatures.
my $damaged = content_of($bundle);
substr($damaged, Pe->new($bundle)->section('.bundle')->{offset} + 8, 4) = pack 'V', 9;

# On the disk, where a plain keel.efi would find them.
my $guest = Guest->new(driver => 'twice', waits => 1, keel => $bundle, conf => "title Disk\nselfcheck\n",
	folders => { damaged => { keel => \$damaged } }, files => { '/boot/tell.elf' => \'not a kernel', '/closed.efi' => $closed });

my $run = $guest->tell('nothing');
is($run->{ended}, 'guest-shutdown', 'the default entry: it runs') or diag($run->{text});
line_like($run, 'console', qr/^  config    the bundle's keel\.conf$/m, 'Keel says where keel.conf is');
fact_is($run, check => '0', 'keel_boot_info_check is content');
fact_is($run, title => 'Tell');
fact_is($run, options => 'own');
fact_is($run, tell_is_right => '1', 'its symbols');
fact_is($run, module_bytes => [ map { sprintf '%x', length } $odd, $page, $empty, $odd ], 'the modules\' sizes');
fact_is($run, module_sum => [ map { sum_of($_) } $odd, $page, $empty, $odd ], 'their content');

$run = $guest->tell('nothing;entry=Check');
inside_ok($run, 'the self-check, with modules in the image and one that is named twice');
line_like($run, 'report', qr/^ok \d+ - firmware: a driver is notified, and its pointers are converted$/m,
	'and a driver in it, which was started');

$run = $guest->tell('nothing;options=more options="and more"');
fact_is($run, options => 'own more and more', 'options from outside follow those of the entry');

$run = $guest->tell('nothing', in => 'damaged');
refused($run, 'LOAD_ERROR', qr/^this image's bundle is damaged: its version is 9, this keel\.efi knows 1; make it again/);
$guest->stop;

# Refused, twice each, and every page is given back.
my @refused = (
	[ 'kernel=\boot\tell.elf', qr/^load options: this image is a bundle, and this comes from outside .*'kernel=\\boot\\tell\.elf'/ ],
	[ 'options=a module=\odd.bin', qr/^load options: this image is a bundle, .*'module=\\odd\.bin'/ ],
	[ 'selfcheck', qr/^load options: this image is a bundle, .*'selfcheck'/ ],
	[ 'entry=Disk', qr/^load options: no entry is titled 'Disk'/ ],
	[ 'entry=Tell options=more', qr/^load options: 'options=more' is refused: this image is a bundle, and its keel\.conf does not say 'options from outside'/ ],
);
$run = run_guest(keel => $closed, driver => 'options', files => { '/options' => \join '', map { "$_->[0]\n" } @refused });
my @tries = @{ $run->{tries} };
is(scalar @tries, 2 * @refused, 'each of them returned, twice') or diag($run->{text});
for my $n (0 .. $#refused) {
	like($tries[$n]{error}, $refused[$n][1], "$refused[$n][0]: refused") or diag($tries[$n]{text});
	my ($before, $after) = @{ $tries[$n + @refused] // {} }{qw(before after)};
	is($after, $before, '... and no page is lost');
}
done_testing();
