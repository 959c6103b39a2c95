#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The crate of examples/rust has every member of boot_info, and of what it points to, where the C header has
# it, and the same constants.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;

plan skip_all => 'there is no rustc' if system('command -v rustc >/dev/null && rustc --version >/dev/null 2>&1');
my $dir = tempdir('keel-rust-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $said = qx(rustc --edition 2021 -D warnings --crate-type rlib --crate-name keel -o $dir/libkeel.rlib \\
	examples/rust/keel/src/lib.rs 2>&1 && \\
	rustc --edition 2021 -D warnings --extern keel=$dir/libkeel.rlib -o $dir/offsets tests/unit/rust_offsets.rs 2>&1);
is($?, 0, 'the crate compiles') or BAIL_OUT($said);

sub lines_of {
	my %lines = map { /^(\S+)\t(.*)$/ ? ($1 => $2) : () } split /\n/, qx($_[0]);
	return %lines;
}

my %rust = lines_of("$dir/offsets");
my %c = lines_of('build/tests/boot/offsets');
cmp_ok(scalar keys %rust, '>', 150, 'it has much to compare');
is_deeply({ map { $_ => $c{$_} } grep { !/^KEEL_/ || $rust{$_} } keys %c }, \%rust, 'each member is where C has it');

# Text constants of the two headers.
sub content_of {
	open(my $file, '<', $_[0]) or die "$_[0]: $!\n";
	local $/;
	return scalar <$file>;
}
my $info = content_of('include/keel/boot_info.h');
my ($magic) = $info =~ /KEEL_BOOT_INFO_MAGIC\s+KEEL_U64\(0x(\w+)\)/;
my ($version) = $info =~ /KEEL_BOOT_INFO_VERSION (\d+)/;
my $crate = content_of('examples/rust/keel/src/info.rs');
is($crate =~ /BOOT_INFO_MAGIC: u64 = 0x([\w]+);/ ? $1 =~ s/_//gr : '', $magic, 'the magic');
like($crate, qr/BOOT_INFO_VERSION: u32 = $version;/, 'the version');
my %requests = content_of('include/keel/request.h') =~ /^#define KEEL_((?:REQUEST|CPUS|PLACE)_[A-Z]+)[ \t]+(\w+)/mg;
my %notes = content_of('examples/rust/keel/src/request.rs') =~ /^pub const (\w+): u32 = (\w+);/mg;
is_deeply({ map { $_ => hex($notes{$_} =~ s{_}{}gr) } keys %notes },
	{ map { $_ => hex $requests{$_} } keys %requests }, 'the requests');
done_testing();
