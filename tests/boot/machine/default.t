#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The plain case: 512 MB, one CPU, q35, every CPU feature that QEMU has.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Verdict;

boot_ok();
