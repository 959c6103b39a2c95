#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Firmware that keeps its variables in system management mode: no runtime range is a device.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Verdict;
use Test::More;

plan skip_all => 'there is no OVMF with SMM on this machine'
	if system 'ovmf/firmware smm >/dev/null';
boot_ok(firmware => 'smm');
