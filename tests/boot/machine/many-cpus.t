#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# As many CPUs as share one page of ministacks, and two more: their areas take more than one table.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Verdict;

boot_ok(smp => 66);
