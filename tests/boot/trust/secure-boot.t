#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Secure Boot on, with keys of one's own: the firmware starts what is signed and unchanged, and what is signed
# starts nothing from outside.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib tools);
use Bundle;
use DiskImage;
use File::Temp qw(tempdir);
use Guest;
use Keys;
use Pe;
use Test::More;
use Verdict;

my $obstacle = Keys::obstacle();
plan skip_all => $obstacle if $obstacle;
my $keys = Keys->new;
my $dir = tempdir('keel-secure-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $signed = $keys->sign('build/keel.efi');
my $tell = 'build/tests/kernels/tell-gcc-exec-2.elf';
my $module = 'm' x 5000;
my $mine = "title Mine\nkernel tell.elf\noptions own\nmodule m.bin\ndriver audit.efi\n";
my %in_bundle = ('tell.elf' => $tell, 'm.bin' => \$module);
my $bundle = bundle_ok($dir, 'bundle', $mine, { %in_bundle, 'audit.efi' => $keys->sign('build/audit.efi') },
	'--sign', $keys->key_and_cert);

# A driver of the tests, signed, in the place of the firmware's own choice.
sub driver { return ('/EFI/BOOT/BOOTX64.EFI' => $keys->sign("build/tests/boot/drivers/$_[0].efi")) }

# --- What the firmware starts ---

# With one bit of that byte of a section turned over; of a section that is not in the bundle, undef.
sub flipped {
	my ($pe, $name) = @_;
	my $section = $pe->section($name);
	my $bytes = $pe->{bytes};
	substr($bytes, $section->{offset} + int($section->{bytes} / 2), 1) ^= "\1";
	return \$bytes;
}

my $pe = Pe->new($bundle);
my @files = ([ 'the signed keel.efi', $signed, 1 ], [ 'the signed bundle', $bundle, 1 ],
	[ 'an unsigned keel.efi', 'build/keel.efi', 0 ],
	map { [ "the bundle with a bit flipped in $_->{name}", flipped($pe, $_->{name}), 0 ] } @{ $pe->{sections} });
my $n = 0;
my $run = run_guest($keys->machine, driver => 'load', limit => 240, files => { driver('load'),
	map { (sprintf('/%02d.efi', $n++) => $_->[1]) } @files });
my %status = $run->{text} =~ /^load: (\d+) status ([0-9a-f]+)$/mg;
is(scalar keys %status, scalar @files, 'the firmware was asked about ' . @files . ' files') or diag($run->{text});
for (0 .. $#files) {
	my ($name, undef, $good) = @{ $files[$_] };
	# EFI_SECURITY_VIOLATION or EFI_ACCESS_DENIED.
	like($status{$_} // '', $good ? qr/^0$/ : qr/^800000000000001a$|^800000000000000f$/,
		"$name: " . ($good ? 'would be started' : 'is refused'));
}

# --- What a signed keel.efi starts ---

my $secure = qr/Secure Boot is on, and this comes from outside of the image \(put it into a bundle with keel-bundle, or turn Secure Boot off\)/;
my @refused = (
	[ 'kernel=\tell.elf', qr/^load options: $secure: 'kernel=\\tell\.elf'/ ],
	[ 'selfcheck module=\m.bin', qr/^load options: $secure: 'module=\\m\.bin'/ ],
	[ 'selfcheck options=finish=poweroff', qr/^load options: $secure: 'options=finish=poweroff'/ ],
	[ 'entry=A', qr/^load options: $secure: 'entry=A'/ ],
	[ 'quiet', qr/^\\keel\.conf is not read: Secure Boot is on, and only what is in the signed image counts/ ],
);
$run = run_guest($keys->machine, driver => 'options', limit => 240, keel => $signed,
	conf => "title A\nkernel tell.elf\nmodule m.bin\n", files => { driver('options'), '/tell.elf' => $tell,
	'/m.bin' => \$module, '/options' => \join '', map { "$_->[0]\n" } @refused });
my @tries = @{ $run->{tries} };
is(scalar @tries, 2 * @refused, 'each of them returned, twice') or diag($run->{text});
for (0 .. $#refused) {
	like($tries[$_]{error} // '', $refused[$_][1], "$refused[$_][0]: refused");
	my ($before, $after) = @{ $tries[$_ + @refused] // {} }{qw(before after)};
	is($after, $before, '... and no page is lost');
}

$run = run_guest($keys->machine, keel => $bundle, limit => 240, conf => "title Disk\nkernel none.elf\n");
is($run->{ended}, 'guest-shutdown', 'the signed bundle runs, whatever is on the disk') or diag($run->{text});
fact_is($run, title => 'Mine', 'its own entry');
fact_is($run, module_sum => sum_of($module), 'its own module');
line_like($run, 'console', qr/^  driver    audit\.efi, \d+ bytes/m, 'its own driver, which is signed, too');

SKIP: {
	skip 'only with everything: the self-check with Secure Boot on, and a server', 4 unless $ENV{EVERYTHING};
	my $unsigned = bundle_ok($dir, 'unsigned', $mine, { %in_bundle, 'audit.efi' => 'build/audit.efi' },
		'--sign', $keys->key_and_cert);
	$run = run_guest($keys->machine, keel => $unsigned, limit => 240, until => qr/^keel: error: .*\n/m);
	like($run->{error} // '', qr/^audit\.efi is not started: the firmware does not trust it \(Secure Boot\)/,
		'a driver that is not signed is not started, though the bundle is') or diag($run->{text});
	$run = run_guest($keys->machine, keel => $signed, limit => 300, files => { '/keel.conf' => undef });
	inside_ok($run, 'the signed keel.efi, nothing else', 'waits');
	line_like($run, 'report', qr/^ok .* agrees with boot_info about Secure Boot$/m, 'it knows that Secure Boot is on');

	$run = run_guest($keys->machine, limit => 240, until => qr/^keel: error: .*\n/m, server => {
		'keel.efi' => $signed, 'keel.conf' => \"title A\nkernel tell.elf\n", 'tell.elf' => $tell });
	like($run->{error} // '', qr/^\\keel\.conf is not read: Secure Boot is on/, 'from a server: keel.conf is refused')
		or diag($run->{text});
}
done_testing();
