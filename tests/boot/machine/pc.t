#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The older machine (i440FX), with two CPUs: no PCI Express, ACPI power-off at another port.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Verdict;

boot_ok(machine => 'pc', smp => 2);
