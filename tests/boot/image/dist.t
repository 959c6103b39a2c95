#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Releases: what tools/dist refuses; and, with everything, that two of them are the same bytes, that what
# is in them works, and that the package for Debian can be made and used.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use DiskImage;
use File::Temp qw(tempdir);
use Guest;
use Test::More;
use Verdict;

plan skip_all => 'this is no git checkout' if system 'git rev-parse --verify -q HEAD >/dev/null 2>&1';
my $dir = tempdir('keel-dist-XXXXXX', TMPDIR => 1, CLEANUP => 1);
chmod 0755, $dir;

# A command's exit status and all that it says.
sub said {
	my ($command) = @_;
	my $text = qx(exec 2>&1; $command);
	return ($? >> 8, $text);
}

# A clone of what is committed, in a folder of that name.
sub clone {
	my ($name) = @_;
	my ($status, $text) = said("git clone -q . $dir/$name && git -C $dir/$name checkout -q --detach");
	die $text if $status;
	return "$dir/$name";
}

my $clone = clone('a');
my ($status, $text) = said("$clone/tools/dist '1 2' $dir/out");
is($status, 2, 'a version with a blank: refused');
like($text, qr/^tools\/dist: '1 2' is no version: /, '... with the reason');
write_content("$clone/new", 'x');
($status, $text) = said("$clone/tools/dist 1.2.3 $dir/out");
is($status, 1, 'with a file that is not committed: refused');
like($text, qr/^tools\/dist: there are changes that are not committed.*^\?\? new$/ms, '... with its name');
unlink "$clone/new";
($status, $text) = said("git -C $clone archive HEAD | (mkdir $dir/bare && tar -x -C $dir/bare); $dir/bare/tools/dist 1.2.3 $dir/out");
is($status, 1, 'outside of a checkout: refused');
like($text, qr/^tools\/dist: this is no git checkout/, '... with the reason');
($status, $text) = said("tools/deb 1.2.3 $dir");
like($text, qr/^tools\/deb: there is no .*keel-1\.2\.3\.tar\.xz: make dist$/m, 'a package without a source: refused');

SKIP: {
	skip 'only with everything', 12 unless $ENV{EVERYTHING};

	# Another folder, user, time zone, umask, number of CPUs.
	my $other = clone('some/where/else');
	my $as = $> ? '' : 'setpriv --reuid 65534 --regid 65534 --clear-groups';
	system("chown -R 65534:65534 $dir/some") if $as;
	($status, $text) = said("TZ=Asia/Tokyo $clone/tools/dist 1.2.3 $dir/a/out");
	is($status, 0, 'the archives are made') or diag($text);
	($status, $text) = said("umask 077; cd /; HOME=/nonexistent TZ=America/Lima GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory "
		. "GIT_CONFIG_VALUE_0='*' $as taskset 1 $other/tools/dist 1.2.3 $dir/some/out");
	is($status, 0, '... and by somebody else, elsewhere') or diag($text);
	my ($source, $binary) = map { "keel-1.2.3$_.tar.xz" } '', '-x86_64';
	is((said("cmp $dir/a/out/$_ $dir/some/out/$_"))[1], '', "$_: the same bytes") for $source, $binary;

	($status, $text) = said("cd $dir && tar -xf a/out/$binary && cd keel-1.2.3-x86_64 && sha256sum -c --quiet SHA256SUMS && "
		. 'find . -type f | wc -l && wc -l <SHA256SUMS');
	my ($files, $sums) = $text =~ /^(\d+)\n(\d+)\n/;
	is(($files // 0) - 1, $sums, 'SHA256SUMS has all files, and is right') or diag($text);
	my $unpacked = "$dir/keel-1.2.3-x86_64";
	my $run = run_guest(keel => "$unpacked/keel.efi", conf => "title Check\nselfcheck\noptions finish=poweroff\n");
	inside_ok($run, 'its keel.efi');
	line_like($run, 'console', qr/^Keel 1\.2\.3$/m, 'it says which version it is');
	($status, $text) = said("$unpacked/tools/keel-bundle --kernel build/hello.elf -o $dir/hello.efi && $unpacked/keelmap --help");
	is($status, 0, 'its tools work where they are') or diag($text);

	skip 'there is no debhelper here', 4 if system 'command -v dh >/dev/null && command -v dpkg-buildpackage >/dev/null';
	($status, $text) = said("tools/deb 1.2.3 $dir/a/out");
	is($status, 0, 'the package is made') or diag($text);
	($status, $text) = said("dpkg-deb -x $dir/a/out/keel_1.2.3_amd64.deb $dir/root");
	is($status, 0, '... and can be unpacked') or diag($text);
	($status, $text) = said("$dir/root/usr/bin/keelmap --help && $dir/root/usr/lib/keel/tools/keel-bundle --kernel build/hello.elf -o $dir/hello.efi");
	is($status, 0, '... and used') or diag($text);
	is(content_of("$dir/root/usr/lib/keel/keel.efi"), content_of("$unpacked/keel.efi"), 'it has the same keel.efi');
}
done_testing();
