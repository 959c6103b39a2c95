#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A CPU that cannot forbid execution: the map cannot be built as it is meant.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

refused(run_guest(driver => 'twice', cpu => 'max,-nx'), 'UNSUPPORTED', qr/\bNX\b/i);
done_testing();
