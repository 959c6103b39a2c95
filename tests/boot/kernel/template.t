#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The repository to start from, copied to where nothing else is: its own `make test` boots it, with an
# installed Keel while Keel's sources are out of sight, and with Keel as a folder in it.
use strict;
use warnings;
use Cwd qw(getcwd);
use File::Temp qw(tempdir);
use Test::More;

my $keel = getcwd;
my $dir = tempdir('keel-template-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $clean = 'env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u MAKEOVERRIDES';
my $hide = "unshare -rm sh -ec 'mount -t tmpfs none \"\$0\"; cd \"\$1\"; shift; exec \"\$@\"' '$keel'";

sub copy_of_template {
	my ($name) = @_;
	system("cp -r examples/template '$dir/$name' && rm -rf '$dir/$name/build'") == 0 or die "cp failed\n";
	return "$dir/$name";
}

my $said = qx($clean make -s install DESTDIR='$dir/root' PREFIX=/usr 2>&1);
is($?, 0, 'Keel is installed') or diag($said);
my $copy = copy_of_template('installed');
my $from = "$clean PKG_CONFIG_PATH=$dir/root/usr/share/pkgconfig PKG_CONFIG_SYSROOT_DIR=$dir/root";
SKIP: {
	skip 'there is no pkg-config', 4 if system('command -v pkg-config >/dev/null');
	# The package's own prefix is where it would be without DESTDIR.
	system("sed -i 's|^prefix=.*|prefix=$dir/root/usr|' $dir/root/usr/share/pkgconfig/keel.pc") == 0 or die;
	$from = "$clean PKG_CONFIG_PATH=$dir/root/usr/share/pkgconfig";
	my $hidden = system("$hide '$dir' true 2>/dev/null") ? "cd '$copy' &&" : "$hide '$copy'";
	my $text = qx($hidden $from make test 2>&1 </dev/null);
	like($text, qr/^kernel: all is well$/m, 'make test with an installed Keel boots the kernel') or diag($text);
	unlike($text, qr/warning/, 'without a warning');
	like(qx($hidden $from make -n debug), qr{^\Q$dir\E/root/usr/bin/keel-debug --kernel build/kernel\.elf}m,
		'make debug starts its debugger');
	system("sed -i 's/all is well/nothing is well/' '$copy/kernel.c'") == 0 or die;
	like(qx($hidden $from make test 2>&1 </dev/null; echo status \$?), qr/^kernel: nothing is well\n.*^status 2$/ms,
		'make test fails where the kernel does not say it');
}
like(qx(cd '$copy' && $clean PKG_CONFIG_PATH=/none PKG_CONFIG_LIBDIR=/none make 2>&1), qr/There is no Keel: git submodule/,
	'without a Keel that is said');

$copy = copy_of_template('submodule');
symlink $keel, "$copy/keel" or die "$copy/keel: $!\n";
my $what = $ENV{EVERYTHING} ? 'test' : 'all';
my $compiler = system('command -v clang >/dev/null') ? 'gcc' : 'clang';
my $text = qx(cd '$copy' && $clean make $what CC=$compiler 2>&1 </dev/null);
is($?, 0, "make $what with Keel as a folder, by $compiler") or diag($text);
my @targets = sort qx(make -s -C '$copy' help) =~ /^(\w+)\t/mg;
is_deeply(\@targets, [qw(all clean debug help run test)], 'make help lists the targets');
done_testing();
