#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The lesson's text shows each file of its code, as it is; and tests/lesson notices where it does not.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;

my $dir = tempdir('keel-lesson-XXXXXX', TMPDIR => 1, CLEANUP => 1);
is(qx(tests/lesson), '', 'text and code agree');
is($?, 0, 'all of the code is shown');

open(my $file, '<', 'docs/lesson/README.md') or die "$!\n";
my $text = do { local $/; <$file> };
sub changed {
	open(my $copy, '>', "$dir/text.md") or die "$!\n";
	print $copy $_[0];
	close $copy;
	return qx(tests/lesson '$dir/text.md');
}
like(changed($text =~ s/kernel_main\(const/kernel_Main(const/r), qr/does not have examples\/lesson\/step1\.c as it is/,
	'another letter is noticed');
like(changed($text =~ s/<!-- examples\/lesson\/clock\.c -->//r), qr/does not show examples\/lesson\/clock\.c/,
	'a file that is left out is noticed');
like($text, qr/^## Step $_:/m, "there is a step $_") for 1 .. 5;
done_testing();
