#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Kernels that gcc has made: at fixed addresses and position-independent, linked for 1, 2, 16 and
# 256 MB, with that place free and with it taken.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Placed;
use Test::More;

placed_ok('gcc');
done_testing();
