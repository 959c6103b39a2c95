#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What ovmf/run, ovmf/debug and ovmf/screenshot make of their command lines: the disk for a kernel, with a
# keel.conf in which every key can be said, from any current folder; mistakes, each with a sentence; and what
# QEMU is asked for. QEMU itself is not started.
use strict;
use warnings;
use Cwd qw(getcwd);
use File::Temp qw(tempdir);
use lib 'ovmf';
use KernelDisk;
use Test::More;

my $keel = getcwd;
my $here = tempdir('keel-command-lines-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $disk_dir = tempdir('keel-command-lines-XXXXXX', TMPDIR => 1, CLEANUP => 1);

sub write_file {
	my ($path, $text) = @_;
	open(my $file, '>', $path) or die "$path: $!\n";
	print $file $text;
	close $file;
}

# Where a user stands: a kernel, modules, a configuration, none of them Keel's.
mkdir "$here/$_" for 'out', 'boot', 'tmp';
write_file("$here/out/my kernel.elf", 'the kernel');
write_file("$here/initrd.img", 'one module');
write_file("$here/out/initrd.img", 'the same module');
write_file("$here/other.img", 'another module');
write_file("$here/odd:name", 'the third');
mkdir "$here/boot/sub";
write_file("$here/boot/d.efi", ', a driver');
write_file("$here/boot/second.elf", 'the second kernel');
write_file("$here/boot/sub/first one.elf", 'the first kernel');
my $own = <<'END';
timeout 3
title A
	kernel \second.elf
	driver \d.efi
	module "/none here" x
title B
	kernel "sub\first one.elf"
END
write_file("$here/boot/own.conf", $own);
chdir $here or die "$here: $!\n";

sub content {
	open(my $file, '<', $_[0]) or return '';
	local $/;
	return scalar <$file>;
}

# A file of the disk that such options make, or all names on it.
my $image;
sub disk {
	my %options = @_;
	system("rm -rf '$disk_dir'/*");
	$image = eval { kernel_disk($disk_dir, %options) };
	return $@ if $@;
	return '';
}
sub on_disk {
	my ($path) = @_;
	local $ENV{MTOOLS_SKIP_CHECK} = 1;
	return qx(mtype -i '$image\@\@1M' '::$path' 2>&1);
}

is(disk(kernel => 'out/my kernel.elf', options => [ 'a b', 'c' ], symbols => 1,
	module => [ 'initrd.img', 'other.img:root=/dev/a:b' ],
	set => [ 'title Mine', 'timeout 5', 'options d', 'quiet' ]), '', 'a disk is made');
is(on_disk('/keel.conf'), <<'END', 'with a keel.conf in which everything is said');
timeout 5
quiet
title Mine
kernel \kernel.elf
options a b
options c
module "\modules\initrd.img"
module "\modules\other.img" root=/dev/a:b
symbols yes
options d
END
is(on_disk('/kernel.elf'), 'the kernel', 'with the kernel');
is(on_disk('/modules/other.img'), 'another module', 'with a module');
is(disk(selfcheck => 1), '', 'the self-check');
is(on_disk('/keel.conf'), "title self-check\nselfcheck\n", 'is one line');
is(disk(set => [ 'kernel \boot\x.elf' ], file => [ 'out/my kernel.elf:/boot/x.elf', 'odd:name:\other' ]), '',
	'a kernel by another name');
is(on_disk('/keel.conf'), "title self-check\nkernel \\boot\\x.elf\n", 'that --set says');
is(on_disk('/boot/x.elf') . on_disk('/other'), 'the kernelthe third', 'and any files');
is(disk(config => 'boot/own.conf'), '', 'a configuration of the user\'s');
is(on_disk('/keel.conf'), $own, 'is taken as it is');
is(on_disk('/second.elf') . on_disk('/sub/first one.elf') . on_disk('/d.efi'), 'the second kernelthe first kernel, a driver',
	'with the files that it names');

# Where the keys stand, Keel itself knows: efi/config/parser.[ch].
my ($of_file) = content("$keel/efi/config/parser.h") =~ /^#define KEYS_OF_FILE((?:.*\\\n)*.*)/m;
my %named = content("$keel/efi/config/parser.c") =~ /^\t\[(KEY_\w+)\] = \{ "(\w+)"/mg;
# "options from outside", which the words behind it tell from an entry's, is for bundles.
my @before = grep { !/^(?:title|options)$/ } map { $named{$_} } $of_file =~ /KEY_BIT\((\w+)\)/g;
is_deeply([ sort keys %KernelDisk::before_title ], [ sort @before ], 'keys that stand before the first title');
cmp_ok(scalar @before, '>=', 3, 'which are found in the source');

# Mistakes.
sub refused {
	my ($pattern, %options) = @_;
	like(disk(%options), $pattern, "refused: $pattern");
}
refused(qr/^there is no file 'none\.elf'$/, kernel => 'none.elf');
refused(qr/^'out' is a folder, not a file$/, kernel => 'out');
refused(qr/^there is no file 'none'$/, kernel => 'other.img', module => ['none']);
refused(qr/^there is no file 'none'$/, kernel => 'other.img', module => ['none:text']);
refused(qr/^initrd\.img and out\/initrd\.img would have the same name on the disk/,
	module => [ 'initrd.img', 'out/initrd.img' ]);
refused(qr/^\/modules\/odd:name: no FAT volume can have a file of that name$/, module => ['odd:name']);
refused(qr/^--options: there is a line break in 'a\nkernel x'$/, options => ["a\nkernel x"]);
refused(qr/^--set: there is a line break/, set => ["timeout 3\r"]);
refused(qr/^--module: there is a line break/, module => ["initrd.img:a\nb"]);
refused(qr/^--set: ' ' has no key$/, set => [' ']);
refused(qr/^--set: there is one entry, and it has one title; --config takes more$/, set => [ 'title A', 'title B' ]);
refused(qr/^there is no file 'none\.conf'$/, config => 'none.conf');
refused(qr/^--file: 'initrd\.img' is not FILE:\/PATH$/, file => ['initrd.img']);

# What the programs say, and what they ask QEMU for: this one only keeps that.
write_file("$here/tmp/qemu-system-x86_64", "#!/bin/sh\n" . <<'END');
if [ "$*" = "-display help" ]; then
	cat "$QEMU_WINDOWS"
	exit
fi
{ tr '\0' ' ' </proc/$PPID/cmdline; echo; printf ' %s' "$@"; } >"$QEMU_LOG"
exit 1
END
chmod 0755, "$here/tmp/qemu-system-x86_64";
$ENV{PATH} = "$here/tmp:$ENV{PATH}";
@ENV{qw(QEMU_LOG QEMU_WINDOWS)} = ("$here/tmp/log", "$here/tmp/windows");
write_file($ENV{QEMU_WINDOWS}, "Available display backend types:\nnone\ncurses\n");
delete @ENV{qw(DISPLAY WAYLAND_DISPLAY)};

# The exit status, and the text without the name of the program; QEMU's arguments are in $asked.
my $asked;
sub program {
	my ($name, @arguments) = @_;
	unlink $ENV{QEMU_LOG};
	my $command = join ' ', "'$keel/ovmf/$name'", map { "'" . s/'/'\\''/gr . "'" } @arguments;
	my $text = qx($command 2>&1 </dev/null);
	my $status = $? >> 8;
	$asked = content($ENV{QEMU_LOG});
	return "$status " . $text =~ s/^ovmf\/$name: //mgr;
}

for my $name (qw(run debug screenshot)) {
	my @file = $name eq 'screenshot' ? 'a.png' : ();
	my $help = program($name, '--help');
	like($help, qr/^0 usage: ovmf\/$name /, "$name --help");
	like($help, qr/^  \Q$_\E /m, "$name --help tells of $_")
		for qw(--kernel --module --symbols --set --config --file --window --limit --);
	my $more = "ovmf/$name --help lists the options\n";
	is(program($name, '--colour', @file), "2 Unknown option: colour\n$more", "$name: an unknown option");
	is(program($name, 'a.img', 'b', 'c'), '2 ' . "'" . (@file ? 'c' : 'b') . "' is one argument too many\n$more",
		"$name: too many arguments");
	is(program($name, '--selfcheck', 'a.img', @file), "2 either an image, or what a disk is made for\n$more",
		"$name: an image and more");
	is(program($name, '--config', 'x', '--symbols', @file),
		"2 --symbols does not go with --config: say it in that file\n$more", "$name: --config and more");
	is(program($name, '--config', 'none', '--kernel', 'other.img', @file) =~ s/^\d //r, $name eq 'debug'
			? "there is no file 'none'\n"
			: "--kernel does not go with --config: say it in that file\n$more",
		"$name: --config and a kernel");
	is(program($name, 'none.img', @file), "1 Qemu: the image or folder 'none.img' cannot be read\n",
		"$name: no such image");
	like(program($name, '--window', '--selfcheck', @file),
		qr/^1 --window: there is no display here \(.*\): log in with ssh -X, or say '-- -vnc /, "$name: no display");
}
is(program('run'), "2 say what to boot\novmf/run --help lists the options\n", 'run: nothing to boot');
is(program('screenshot', '--selfcheck', 'a'),
	"2 say which file to write, as FILE.png\novmf/screenshot --help lists the options\n", 'screenshot: no picture');
is(program('screenshot', '--selfcheck', 'none/a.png'), "1 there is no folder none\n", 'screenshot: no folder');
like(program('screenshot', '--selfcheck', '--after', '(', 'a.png'), qr/^2 --after: '\(' is no regular expression/,
	'screenshot: no pattern');

$ENV{DISPLAY} = ':9';
like(program('run', '--window', '--selfcheck'), qr/^1 --window: this QEMU has neither gtk nor sdl: install /,
	'a QEMU without windows');
for my $window (qw(gtk sdl)) {
	write_file($ENV{QEMU_WINDOWS}, "none\nsdl\n" . ($window eq 'gtk' ? "gtk\n" : ''));
	program('run', '--window', '--kernel', 'other.img');
	like($asked, qr/ -display $window /, "a window of $window");
}
program('run', '--kernel', 'other.img', '--smp', 3, '--', '-name', 'two words');
like($asked, qr/ -display none /, 'otherwise there is none');
like($asked, qr/ -smp 3 .* -name two words$/s, 'the machine, and what is behind --');
like($asked, qr/^timeout -k 5 0 /, "one's own kernel has no limit");
program('run', '--kernel', 'other.img', '--limit', 7);
like($asked, qr/^timeout -k 5 37 /, 'unless it is asked for');
program('run', '--check', '--selfcheck');
like($asked, qr/^timeout -k 5 150 /, 'the self-check has one');
program('debug', '--kernel', "$keel/build/hello.elf");
like($asked, qr/^timeout -k 5 0 .* -S /s, 'debug: no limit either');
program('screenshot', '--selfcheck', 'a.png');
like($asked, qr/^timeout -k 5 150 /, 'a picture has one');
done_testing();
