#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# An installed Keel: what is there and what is gone again; keel-run boots a kernel from a folder that has
# nothing to do with Keel, while the sources cannot be seen; the headers are found by pkg-config; the manual
# page tells every option.
use strict;
use warnings;
use Cwd qw(getcwd);
use File::Temp qw(tempdir);
use Test::More;

my $keel = getcwd;
my $dir = tempdir('keel-install-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $root = "$dir/root";
my $prefix = "$root/opt/my keel";

sub content_of {
	open(my $file, '<', $_[0]) or die "$_[0]: $!\n";
	local $/;
	return scalar <$file>;
}

sub make {
	my ($target) = @_;
	return qx(env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES make -s $target DESTDIR='$root' PREFIX='/opt/my keel' 2>&1);
}

sub tree {
	my @files = split /\n/, qx(cd '$prefix' 2>/dev/null && find . ! -type d | LC_ALL=C sort);
	return map { s{^\./}{}r } @files;
}

is(make('install'), '', 'make install says nothing');
my @headers = sort glob 'include/keel/*.h';
is_deeply([ tree() ], [ sort @headers, (map { "bin/$_" } qw(keel-bundle keel-debug keel-image keel-run keel-screenshot keelmap)),
	(map { "lib/keel/$_" } qw(audit.efi keel.efi keel.so selfcheck.elf)),
	(map { "lib/keel/ovmf/$_" } qw(CommandLine.pm Console.pm KernelDisk.pm Qemu.pm SelfCheck.pm debug firmware
		image run screenshot)),
	(map { "lib/keel/tools/$_" } qw(Pe.pm bundle-check finish-pe keel-bundle)),
	qw(share/man/man1/keel-bundle.1 share/man/man1/keelmap.1 share/pkgconfig/keel.pc) ], 'and puts there what it has to');
is(system('cmp', '-s', "$prefix/lib/keel/keel.efi", 'build/keel.efi'), 0, 'keel.efi is the one that was built');
for my $library (glob 'ovmf/*.pm') {
	my ($name) = $library =~ m{(\w+)\.pm$};
	ok(-e "$prefix/lib/keel/ovmf/$name.pm", "$name.pm, which programs use, is there");
}

# Where nothing of the sources is to be seen: an empty folder lies over them, for these commands only.
my $hidden = "unshare -rm sh -ec 'mount -t tmpfs none \"\$0\"; cd \"\$1\"; shift; exec \"\$@\"' '$keel'";
mkdir "$dir/project";
system("cp build/hello.elf '$dir/project'");
sub from_afar {
	my ($command) = @_;
	return qx($hidden '$dir/project' $command 2>&1 </dev/null);
}
SKIP: {
	skip 'there are no name spaces for mounts here', 5 if system("$hidden '$dir/project' true 2>/dev/null");
	like(from_afar("ls '$keel'"), qr/\A\z/, 'the sources are out of sight');
	like(from_afar("'$prefix/bin/keel-run' --kernel hello.elf --options afar"),
		qr/^Hello from a kernel on Keel!\n  command line: afar$/m, 'keel-run boots a kernel');
	is(from_afar("'$prefix/bin/keel-bundle' --kernel hello.elf -o hello.efi"), '', 'keel-bundle makes a bundle');
	like(from_afar("'$prefix/bin/keel-run' --help"), qr/\Ausage: keel-run /, 'and knows its name');
	like(from_afar("'$prefix/bin/keel-image' x"), qr/\Ausage: keel-image /, 'keel-image, too');
	if ($ENV{EVERYTHING}) {
		like(from_afar("'$prefix/bin/keel-debug' --batch --kernel hello.elf --limit 300 --command 'info symbol \$pc'"),
			qr/^kernel_main in section \.text/m, 'keel-debug stops at its first instruction');
		from_afar("'$prefix/bin/keel-screenshot' --kernel hello.elf --at-end hello.png");
		ok(-s "$dir/project/hello.png", 'keel-screenshot takes a picture');
	}
}
like(qx('$prefix/bin/keelmap' --version), qr/^keelmap \d|^Keel \d|^\d/, 'keelmap runs');

SKIP: {
	skip 'there is no pkg-config', 3 if system('command -v pkg-config >/dev/null');
	local $ENV{PKG_CONFIG_PATH} = "$prefix/share/pkgconfig";
	local $ENV{PKG_CONFIG_SYSROOT_DIR} = $root;
	chomp(my $version = content_of('VERSION'));
	like(qx(pkg-config --modversion keel), qr/^\Q$version\E(\+[0-9a-f]+)?$/, 'pkg-config knows the version');
	like(qx(pkg-config --cflags keel), qr{-I\Q$root/opt/my\E\\? keel/include}, 'and where the headers are');
	like(qx(pkg-config --variable=efi keel), qr{/opt/my\\? keel/lib/keel/keel\.efi$}, 'and keel.efi');
}

# A manual page has the options of --help, each once, whichever macros it is written with.
for my $program (qw(keelmap keel-bundle)) {
	my %options = map { $_ => 1 } qx('$prefix/bin/$program' --help) =~ /(?:^|usage: \S+|^ +keel-bundle) +--([a-z][\w-]+)/mg;
	my $path = "$prefix/share/man/man1/$program.1";
	my $page = content_of($path) =~ s/\\-/-/gr;
	is_deeply([ sort $page =~ /^\.(?:It Fl -|BI? --)([\w-]+)/mg ], [ sort keys %options ], "$program.1 tells of all options");
	SKIP: {
		skip 'there is no groff', 1 if system('command -v groff >/dev/null');
		is(qx(groff -mandoc -ww -Tutf8 '$path' 2>&1 >/dev/null), '', 'groff reads it without a word');
	}
}

open(my $other, '>', "$prefix/lib/keel/of somebody else") or die $!;
like(make('uninstall'), qr{\A\Q$prefix\E/lib/keel is left: there are other files in it\n\z},
	'make uninstall says what it leaves');
is_deeply([ tree() ], ['lib/keel/of somebody else'], 'which is what it has not put there');
unlink "$prefix/lib/keel/of somebody else";
is(make('uninstall'), '', 'once more says nothing');
ok(!-e "$prefix/lib/keel" && !-e "$prefix/include/keel", 'and takes the folders');
done_testing();
