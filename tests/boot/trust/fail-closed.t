#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Whether Secure Boot is on: whatever the firmware answers, what is on the disk is started only where it is
# known to be off.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $guest = Guest->new(driver => 'secureboot', waits => 1, conf => "title A\nkernel tell.elf\n",
	files => { '/tell.elf' => 'build/tests/kernels/tell-gcc-exec-2.elf' });
# Variant => what the kernel is told where it is started (enum keel_secure_boot).
for ([ 'off', 1 ], [ 'missing', 0 ], [ 'setup', 2 ]) {
	my ($variant, $state) = @$_;
	# The driver's function stays where it is in SetVirtualAddressMap: the kernel cannot switch off then.
	my $run = $guest->tell($variant, until => qr/^tell: end\r?\n/m);
	fact_is($run, secure_boot => $state, "$variant: the kernel on the disk is started, and told");
}
for my $variant (qw(on error two wide half)) {
	my $run = $guest->tell($variant);
	like($run->{error} // '', qr/^\\keel\.conf is not read: Secure Boot is on/, "$variant: it is not") or diag($run->{text});
}
done_testing();
