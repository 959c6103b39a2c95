#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Four CPUs, and memory above 4 GB: the memory map is not sorted then.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Verdict;

boot_ok(memory => '6G', smp => 4);
