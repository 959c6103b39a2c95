#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What draws and then halts writes out write-combining buffers before HLT, which leaves them as they are
# (SDM vol. 3A 11.3.1): the last words on the screen may be in them. No emulator shows that.
use strict;
use warnings;
use Test::More;

# These draw nothing; neither does an example that knows no framebuffer.
my %draws_nothing = map { $_ => 1 } qw(
	efi/handover/start_page.S
	tests/payload/other_cpu_code.S
	tests/payload/user_code.S
);
my $halts = 0;
for my $path (sort glob 'efi/*.[chS] efi/*/*.[chS] tests/payload/*.[chS] tests/payload/*/*.[chS] examples/*/*.[chS]') {
	open(my $file, '<', $path) or die "$path: $!\n";
	local $/;
	my $source = <$file> =~ s{/\*.*?\*/}{}gsr;
	next unless $source =~ /\bcli;?\s+hlt\b/;
	$halts++;
	next if $draws_nothing{$path} || $path =~ /^examples/ && $source !~ /framebuffer/;
	# Function by function.
	my @bare = grep { /\bcli;?\s+hlt\b/ && !/\bsfence\b.*\bhlt\b/s } split /^\}/m, $source;
	is(scalar @bare, 0, "$path: SFENCE, then HLT");
}
cmp_ok($halts, '>=', 6, 'there are some, and they are found');
done_testing();
