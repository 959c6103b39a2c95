#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A CPU without a local APIC: nothing is in its slot, and other CPUs cannot be started.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Verdict;

boot_ok(cpu => 'max,-apic');
