#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Four CPUs without 1 GB pages, SMEP, SMAP or UMIP.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Verdict;

boot_ok(cpu => 'qemu64', smp => 4);
