#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The framebuffer is far above memory: behind 512 GB, where another entry of the PML4 begins.
use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $least = '8000000000';

# The firmware puts PCI memory of 64 bits at a multiple of the space that it is to have for it.
my $run = run_guest(driver => 'farscreen', variant => $least, extra => [
	'-fw_cfg', 'name=opt/ovmf/X-PciMmio64Mb,string=524288',
	'-object', 'memory-backend-ram,id=far,size=16M,share=on',
	'-device', 'ivshmem-plain,memdev=far' ]);
inside_ok($run, 'far screen');
outside_ok($run, 'far screen');
my ($phys) = $run->{console} =~ /^  graphics  .* at 0x([0-9a-f]+)$/m;
cmp_ok(hex($phys // 0), '>=', hex $least, 'keel.efi is told where it is')
	or diag($run->{console});

# Nobody but the self-check has written there.
my $path = "$run->{machine}{dir}/screen";
$run->{machine}->command('pmemsave', val => hex($phys // 0), size => 1280 * 800 * 4,
	filename => $path);
open(my $file, '<:raw', $path) or die "$path: $!\n";
my $pixels = do { local $/; <$file> };
my %colours;
$colours{$_}++ for unpack 'V*', $pixels;
cmp_ok(scalar keys %colours, '>', 2,
	'the self-check has drawn there, in ' . keys(%colours) . ' colours');
done_testing();
