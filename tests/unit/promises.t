#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Every sentence of docs/protocol.md on what a kernel finds has a change that makes a point of the
# self-check fail, or a reason why no kernel can see that it is not so: see tests/boot/lib/Promises.pm. So
# has every member of boot_info.
use strict;
use warnings;
use lib 'tests/boot/lib';
use Promises qw(@promises %members);
use Test::More;

sub content {
	open(my $file, '<', $_[0]) or die "$_[0]: $!\n";
	local $/;
	return <$file>;
}

# The words of a section of the document, without what makes a table.
sub section {
	my ($title) = @_;
	my ($text) = content('docs/protocol.md') =~ /^## \Q$title\E\n(.*?)^## /ms or die "no '$title'\n";
	$text =~ s/^\|[-|]+\|$//mg;
	$text =~ s/\|/ /g;
	return split ' ', $text;
}

my (%kind, @unnamed, @unexplained);
my %section = @promises;
for my $title (sort keys %section) {
	my @here = split ' ', join ' ', map { $_->[1] } @{ $section{$title} };
	my @there = section($title);
	my $n = 0;
	$n++ while $n < @here && $n < @there && $here[$n] eq $there[$n];
	next if ok($n == @here && $n == @there, "'$title' is there, word by word");
	my ($table, $document) = map { join ' ', splice @$_, $n, 10 } \@here, \@there;
	diag("protocol.md goes on with '$document', Promises.pm with '$table'");
}
for my $title (sort keys %section) {
	for (@{ $section{$title} }) {
		my ($name, $text, $kind, $reason) = @$_;
		push @unnamed, $text if ($name eq '') != (($kind // '') eq 'advice');
		push @unexplained, $text if ($kind // '') eq 'unknowable' && $reason !~ /\w/;
		die "'$name' is there twice\n" if $name ne '' && exists $kind{$name};
		$kind{$name} = $kind // 'promise' if $name ne '';
	}
}
is_deeply(\@unnamed, [], 'each has a name, unless it promises nothing');
is_deeply(\@unexplained, [], 'what no kernel can see has a reason');

my $changes = join '', map { content($_) } glob 'tests/boot/selfcheck/notices*.t';
my %changed = map { $_ => 1 } grep { !/\./ } $changes =~ /\bpromise\('([^']+)'/g;
my @promised = grep { $kind{$_} eq 'promise' } keys %kind;
is_deeply([ sort keys %changed ], [ sort @promised ], 'those that can be seen are changed, and no others');
cmp_ok(scalar @promised, '>', 70, 'they are many');

my @members = map { "$_->[0].$_->[1]" }
	map { [ /(\w+), (\w+)/ ] } content('tests/unit/boot_info_frozen.h') =~ /\bMEMBER\((\w+, \w+), \d/g;
my @untouched = grep { $changes !~ /'\Q$_\E'/ } grep { $_ ne 'boot_info.framebuffer' } @members;
is_deeply(\@untouched, [ 'efi_descriptor.pad' ], 'every member is changed, but one');
my %known = map { $_ => 1 } @members;
is_deeply([ grep { !$known{$_} || $members{$_} !~ /\w/ } sort keys %members ], [],
	'what is not known of a member has a reason');
done_testing();
