#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# With a TPM 2.0 what is started is measured first: the registers are what the files come to, the log says
# so, too, and the self-check replays it.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Bundle;
use DiskImage;
use File::Temp qw(tempdir);
use Guest;
use Test::More;
use Tpm;
use Verdict;

my $obstacle = Tpm::obstacle();
plan skip_all => $obstacle if $obstacle;
my $dir = tempdir('keel-measured-XXXXXX', TMPDIR => 1, CLEANUP => 1);

# A boot with a TPM of its own.
sub run_measured {
	my %options = @_;
	my $tpm = Tpm->new;
	my $run = run_guest(limit => 240, %options, extra => [ $tpm->extra, @{ $options{extra} // [] } ]);
	$run->{machine}->stop;
	return $run;
}

my $run = run_measured();
inside_ok($run, 'the self-check');
line_like($run, 'report', qr/^ok \d+ - measured boot: registers 8 and 9 are what the event log comes to$/m,
	'it has replayed the log');

my $tell = 'build/tests/kernels/tell-gcc-exec-2.elf';
my ($module, $other) = ('m' x 5000, 'n' x 5000);
my $driver = 'build/audit.efi';
my $conf = "title A\nkernel \\boot\\tell.elf\noptions a b\nmodule m.bin its options\nmodule empty\ndriver d.efi\n";
my @same = (conf => $conf, files => { '/EFI/BOOT/d.efi' => $driver, '/boot/tell.elf' => $tell, '/EFI/BOOT/m.bin' => \$module, '/EFI/BOOT/empty' => \'' });

# The registers hold just this: in 8 the configuration and the kernel's options, in 9 driver, kernel and modules.
sub expect_registers {
	my ($run, $name, $conf, $options, @files) = @_;
	is($run->{ended}, 'guest-shutdown', "$name: it runs") or diag($run->{text});
	fact_is($run, measured => '1', "$name: all was measured");
	fact_is($run, pcr8 => extended($conf, $options), "$name: register 8 is configuration and options");
	fact_is($run, pcr9 => extended(@files), "$name: register 9 is driver, kernel and modules");
}

$run = run_measured(@same);
expect_registers($run, 'from a disk', $conf, 'a b', content_of($driver), content_of($tell), $module, '');

# Each event as it stands in the log: register, type, digests, text.
my $log = pack 'H*', $run->{facts}{log}[0] // '';
my ($at, @events) = (32 + unpack 'x28 V', $log);
while ($at + 12 <= length $log) {
	my ($pcr, $type, $count) = unpack "x$at V V V", $log;
	$at += 12;
	for (1 .. $count) {
		my %bytes = (4 => 20, 11 => 32, 12 => 48, 13 => 64, 18 => 32);
		$at += 2 + $bytes{ unpack "x$at v", $log };
	}
	my $text = unpack "x$at V/a", $log;
	$at += 4 + length $text;
	push @events, [ $pcr, $type, $text ] if $pcr == 8 || $pcr == 9;
}
is_deeply(\@events, [ map { [ $_->[0], 0xd, "$_->[1]\0" ] } [ 8, '\EFI\BOOT\keel.conf' ], [ 8, 'options' ],
	[ 9, 'd.efi' ], [ 9, '\boot\tell.elf' ], [ 9, 'm.bin' ], [ 9, 'empty' ] ], 'the log has an EV_IPL for each, with its path');

SKIP: {
	skip 'only with everything', 12 unless $ENV{EVERYTHING};
	my $bundle = bundle_ok($dir, 'bundle', $conf, { 'd.efi' => $driver, 'boot/tell.elf' => $tell,
		'm.bin' => \$module, 'empty' => \'' });
	expect_registers(run_measured(keel => $bundle), 'a bundle: the same', $conf, 'a b', content_of($driver),
		content_of($tell), $module, '');
	my $changed = $conf =~ s/a b/a c/r;
	my $pie = 'build/tests/kernels/tell-gcc-pie-2.elf';
	expect_registers(run_measured(conf => $changed, files => { '/EFI/BOOT/d.efi' => $driver, '/boot/tell.elf' => $pie,
		'/EFI/BOOT/m.bin' => \$other, '/EFI/BOOT/empty' => \'' }), 'other options, kernel, module: others', $changed, 'a c',
		content_of($driver), content_of($pie), $other, '');
	my $options = 'kernel=\boot\tell.elf options=x';
	my $wide = join '', map { "$_\0" } split //, $options;
	expect_registers(run_measured(driver => 'options', files => { '/boot/tell.elf' => $tell, '/options' => \"$options\n" }),
		'load options', $wide, 'x', content_of($tell));
}
done_testing();
