#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Firmware that lets memory be used only for what it was allocated for, and a CPU of which nothing is
# as one would like to have it.
use strict;
use warnings;
use lib qw(ovmf tests/boot);
use Driven;
use Test::More;

for my $driver (qw(protect)) {
	my $run = driven($driver, '');
	inside_ok($run, $driver);
	outside_ok($run, $driver);
	$run->{machine}->stop;
}
done_testing();
