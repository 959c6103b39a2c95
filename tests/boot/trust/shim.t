#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Debian's shim, signed with a key that the firmware has, starts what is signed and has a section .sbat.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Bundle;
use File::Temp qw(tempdir);
use Guest;
use Keys;
use Test::More;
use Verdict;

my $obstacle = Keys::obstacle();
my ($shim) = grep { -r } map { ($_, "build/unpacked$_") } '/usr/lib/shim/shimx64.efi';
$obstacle //= 'there is no shim here (Debian: shim-unsigned)' unless defined $shim;
plan skip_all => $obstacle if $obstacle;
my $keys = Keys->new;
my $dir = tempdir('keel-shim-XXXXXX', TMPDIR => 1, CLEANUP => 1);

# shim begins with the name that it is given in \EFI\BOOT, and goes on with grubx64.efi beside it.
sub through_shim {
	my ($efi, @options) = @_;
	return run_guest($keys->machine, limit => 240, files => { '/EFI/BOOT/BOOTX64.EFI' => $keys->sign($shim),
		'/EFI/BOOT/grubx64.efi' => $keys->sign($efi), '/EFI/BOOT/keel.conf' => undef, '/keel.conf' => undef }, @options);
}

my $bundle = bundle_ok($dir, 'bundle', "title Mine\nkernel tell.elf\n", { 'tell.elf' => 'build/tests/kernels/tell-gcc-exec-2.elf' });
my $run = through_shim($bundle);
is($run->{ended}, 'guest-shutdown', 'a signed bundle runs') or diag($run->{text});
fact_is($run, title => 'Mine', '... with its own entry');

SKIP: {
	skip 'only with everything', 3 unless $ENV{EVERYTHING};
	$run = through_shim('build/keel.efi');
	inside_ok($run, 'a signed keel.efi', 'waits');

	system('objcopy', '-R', '.sbat', $bundle, "$dir/without.efi") == 0 or die "objcopy failed\n";
	$run = through_shim("$dir/without.efi", until => qr/Security Violation/);
	is($run->{ended}, 'found', 'without .sbat: a security violation') or diag($run->{text});
	unlike($run->{text}, qr/^Keel \d/m, '... before anything of it runs');
}
done_testing();
