#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The public headers: each can be included alone, by kernels in C and in C++, without a word from the
# compiler; those for assembly, by that.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;

my $dir = tempdir('keel-headers-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $flags = '-Wall -Wextra -Wpedantic -Werror -ffreestanding -Iinclude -c -o /dev/null';
my @languages = ('gcc -x c -std=c11', 'clang -x c++ -std=c++11',
	$ENV{EVERYTHING} ? ('clang -x c -std=c11', 'clang -x c -std=c17', 'clang -x c++ -std=c++20') : ());
my @headers = map { s{^include/}{}r } glob 'include/keel/*.h';

sub compiles {
	my ($compiler, $header, $text) = @_;
	open(my $file, '>', "$dir/source") or die "$dir/source: $!\n";
	print $file "#include <$header>\n$text\n";
	close $file;
	my $said = `$compiler $flags $dir/source 2>&1`;
	ok(!$? && $said eq '', "$header: $compiler") or diag($said);
}

cmp_ok(scalar @headers, '>=', 6, 'there are headers');
for my $header (@headers) {
	compiles($_, $header, 'int something;') for @languages;
}
compiles('gcc -x assembler-with-cpp', "keel/$_.h", '.quad 0') for qw(layout selectors paging);
done_testing();
