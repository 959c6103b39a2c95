#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# ovmf/debug, in gdb's batch mode: it stops at the kernel's first instruction, with symbols of the
# kernel and of the loader in their right places, whichever kernel it is.
use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits
use Cwd qw(getcwd);
use File::Basename qw(dirname);
use File::Spec;
use File::Temp qw(tempdir);
use Test::More;

my $keel = getcwd;
my $dir = tempdir('keel-debug-test-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $direct_map = '0xffff800000000000';

sub debug {
	my ($commands, @options) = @_;
	my @command = ("$keel/ovmf/debug", '--batch', '--limit', 600, '--log', "$dir/log", @options,
		map { ('--command', $_) } @$commands);
	open(my $pipe, '-|', @command, ) or die "ovmf/debug: $!\n";
	my $text = do { local $/; <$pipe> };
	close $pipe;
	return ($text, $? >> 8);
}

# The first bytes of efi_main, as the file has them.
my ($code) = `gdb -batch -nx -ex 'x/gx efi_main' build/keel.so` =~ /:\s+(0x[0-9a-f]{16})$/m;

# QEMU ends a step at once, with no instruction executed, when a timer wants the CPU's attention just
# then, whether or not the guest lets itself be interrupted.
my @step = ('while $pc == $info->entry_virt', 'stepi', 'end');

sub stops {
	my ($kernel, $symbol, $more, @options) = @_;
	my ($text, $status) = debug([ 'info symbol $pc', 'p $pc == $info->entry_virt',
		'info symbol efi_main', 'info address efi_main', 'p/x $loader', 'p $info->size',
		"x/gx $direct_map + (unsigned long)&efi_main", 'p $slide != 0', @step,
		'info symbol $pc', @$more ], @options);
	my $said = sub {
		my ($what, $pattern) = @_;
		like($text, $pattern, "$kernel: $what");
	};
	is($status, 0, "$kernel: it ends well");
	$said->('it has stopped at the entry', qr/^\Q$symbol\E in section \.text of .*\Q$kernel\E$/m);
	$said->('which is what boot_info says', qr/^\$1 = 1$/m);
	$said->('symbols of the loader', qr/^efi_main in section \.text of .*keel\.so$/m);
	$said->('boot_info can be read', qr/^\$3 = [1-9]\d+$/m);
	$said->('the loader is where its symbols are', qr/^0xffff8\w+.*:\s+\Q$code\E$/m);
	$said->('the kernel goes on', qr/^\Q$symbol\E \+ \d+ in section \.text of /m);
	my $slides = $kernel =~ /pie/ ? 1 : 0;
	$said->('it has slid or not', qr/^\$4 = $slides$/m);
	my ($efi_main) = $text =~ /"efi_main" is a function at address 0x(\w+)/;
	my ($loader) = $text =~ /^\$2 = 0x(\w+)$/m;
	cmp_ok(hex($efi_main // 0), '>', hex($loader // ~0), "$kernel: efi_main lies in keel.efi");
	return $text;
}

my $text = stops('selfcheck.elf', 'kernel_entry', [ 'loader', 'p/x system->Hdr.Signature', 'next' ]);
like($text, qr/^Breakpoint \d+, efi_main \(image=0x\w+, system=0x\w+\) at efi\/main\.c/m,
	'the command loader stops at efi_main');
like($text, qr/^\$5 = 0x5453595320494249$/m, 'with its arguments');
stops('hello.elf', 'kernel_main', [], '--kernel', 'build/hello.elf', '--options', 'a b') if $ENV{EVERYTHING};
# Linked for a place that this machine does not have: it slides.
stops('tell-gcc-pie-256.elf', 'start', [], '--kernel', 'build/tests/kernels/tell-gcc-pie-256.elf',
	'--memory', '128M');

# From where the user stands; with what the guest's serial port gets while gdb has the terminal.
{
	chdir $dir or die "$dir: $!\n";
	my @options = ('--kernel', '../' . File::Spec->abs2rel("$keel/build/tests/kernels/listen.elf", dirname $dir),
		'--module', 'log.gdb:with text', '--symbols', '--set', 'title Mine');
	open(my $module, '>', 'log.gdb') or die "log.gdb: $!\n";
	close $module;
	($text) = debug([ 'info symbol $pc', "shell printf 'hi\\004' >log.in", 'continue' ], @options);
	like($text, qr/^kernel_main in section \.text of /m, 'elsewhere: it stops at the entry');
	open(my $log, '<', 'log') or die "log: $!\n";
	my $told = do { local $/; <$log> =~ s/\r//gr };
	like($told, qr/^listen: title Mine\n.*^listen: with with text\nlisten: symbols yes\n/ms, 'elsewhere: all is told');
	like($told, qr/^listen: byte 68\nlisten: byte 69\nlisten: byte 04\n/m, 'elsewhere: keys for the kernel');
	chdir $keel or die "$keel: $!\n";
}

# A kernel that Keel refuses is never reached.
open(my $bad, '>:raw', "$dir/bad.elf") or die "$dir/bad.elf: $!\n";
print $bad pack 'a4 C3 x9 S<2 L< Q< x40', "\x7fELF", 2, 1, 1, 2, 62, 1, 0xffffffff80200000;
close $bad;
(undef, my $status) = debug([ 'info symbol $pc' ], '--kernel', "$dir/bad.elf");
isnt($status, 0, 'a kernel that is refused is an error');
done_testing();
