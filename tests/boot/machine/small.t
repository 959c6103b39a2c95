#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Little memory.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Verdict;

boot_ok(memory => '256M');
