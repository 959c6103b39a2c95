#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What draws and then halts writes out write-combining buffers before HLT, which leaves them as they are
# (SDM vol. 3A 11.3.1): the last words on the screen may be in them. No emulator shows that.
use strict;
use warnings;
use Test::More;

# These draw nothing. An example does where a file of it knows the framebuffer.
my %draws_nothing = map { $_ => 1 } qw(
	efi/handover/start_page.S
	examples/limine/adapter.c
	examples/rust/main.rs
	tests/payload/other_cpu_code.S
	tests/payload/user_code.S
);

sub source_of {
	my ($path) = @_;
	open(my $file, '<', $path) or die "$path: $!\n";
	local $/;
	return <$file> =~ s{/\*.*?\*/|//[^\n]*}{}gsr;
}

sub example_draws {
	my ($folder) = $_[0] =~ m{^(examples/[^/]+)/};
	return grep { source_of($_) =~ /\bframebuffer\b/ } glob "$folder/*.{c,h,cpp,rs} $folder/*/src/*.rs";
}

my $halt = qr/\bcli\b\W+hlt\b/;
my (%halts, %fenced);
for my $path (sort glob '{efi,efi/*,tests/payload,tests/payload/*,examples/*}/*.{c,h,S,cpp,rs}') {
	my $source = source_of($path);
	next unless $source =~ $halt;
	$halts{ (split m{/}, $path)[0] }++;
	next if $draws_nothing{$path} || $path =~ /^examples/ && !example_draws($path);
	# Function by function.
	my @bare = grep { /$halt/ && !/\bsfence\b.*\bhlt\b/s } split /^\}/m, $source;
	is(scalar @bare, 0, "$path: SFENCE, then HLT");
	$fenced{$path} = 1;
}
is_deeply([ sort keys %halts ], [qw(efi examples tests)], 'there are some everywhere, and they are found');
is_deeply([ grep { /^examples/ } sort keys %fenced ],
	[ map { "examples/$_" } qw(hello/hello.c lesson/serial.c linux/console.c) ], 'the examples that draw are looked at');
done_testing();
