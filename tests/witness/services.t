#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A program that calls runtime services (services.c) comes to the same with a Linux that Keel has moved them
# for, and with one that was started by its own EFI stub and has moved them itself, on the same firmware.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib tests/witness);
use Test::More;
use Witness;

use constant CALLS => 24;

need_linux('efivarfs.ko', 'efi_test.ko');

for my $firmware (qw(default smm)) {
	my $linux = Witness->new(firmware => $firmware);
	my $run = $linux->by_keel(do => 'services');
	run_is($run, 'complaint', [], "$firmware: by way of Keel Linux complains of nothing");
	$run->{stopped}->stop;
	my $stub = $linux->by_stub(do => 'services');
	run_is($stub, 'complaint', [], "$firmware: by way of its stub neither");
	my @services = @{ $stub->{facts}{service} // [] };
	is(scalar @services, CALLS, "$firmware: all services are called");
	run_is($run, 'service', \@services, "$firmware: they come to the same either way");
	is_deeply([ grep { / bad$/ } @services ], [], "$firmware: and to what they should");
	note(join "\n", @services);
}
done_testing();
