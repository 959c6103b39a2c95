# SPDX-License-Identifier: BSD-2-Clause
#
# Runs keelmap for the tests: the one that is built with sanitizers, whose own exit code is one that
# keelmap never has.
package Keelmap;
use strict;
use warnings;
use Exporter 'import';
use File::Temp 'tempdir';

our @EXPORT = qw(keelmap slurp file lines);

$ENV{ASAN_OPTIONS} = 'exitcode=99';
our $tool = 'build/host/keelmap';
our $dir = tempdir(CLEANUP => 1);

# Exit code, standard output, standard error.
sub keelmap
{
	my @arguments = @_;
	my $pid = fork() // die "fork: $!\n";
	if (!$pid) {
		open(STDOUT, '>', "$dir/out") and open(STDERR, '>', "$dir/err") and
			exec $tool, @arguments;
		die "$tool: $!\n";
	}
	waitpid($pid, 0);
	my $code = $? & 127 ? "signal " . ($? & 127) : $? >> 8;
	return ($code, slurp("$dir/out"), slurp("$dir/err"));
}

sub slurp
{
	my ($path) = @_;
	open(my $handle, '<:raw', $path) or die "$path: $!\n";
	local $/;
	return scalar(<$handle>) // '';
}

# Writes a file; returns its path.
sub file
{
	my ($name, $text) = @_;
	open(my $handle, '>:raw', "$dir/$name") or die "$dir/$name: $!\n";
	print $handle $text;
	close $handle;
	return "$dir/$name";
}

# Without the remarks.
sub lines
{
	my ($output) = @_;
	return grep { !/^#/ } split /\n/, $output;
}

1;
