#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A large machine.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Verdict;

boot_ok(memory => '64G');
