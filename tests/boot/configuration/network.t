#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Started by PXE, from QEMU's own DHCP and TFTP server: there is no volume then, and keel.conf, the
# kernel and its modules come from that server.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use File::Basename qw(dirname);
use File::Copy qw(copy);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use Qemu;
use SelfCheck;
use Test::More;

sub put_file {
	my ($content, $path) = @_;
	return copy($content, $path) || die "$path: $!\n" unless ref $content;
	open(my $file, '>:raw', $path) or die "$path: $!\n";
	print $file $$content;
	close $file or die "$path: $!\n";
}

# Boots from a server with keel.efi and these files: path => file on the host, or a reference to its
# content. boot_file, a path, is where keel.efi is.
sub from_server {
	my ($boot_file, $files, $until) = @_;
	my $dir = tempdir('keel-server-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	my %all = ($boot_file => 'build/keel.efi', %$files);
	for my $path (keys %all) {
		make_path(dirname("$dir/$path"));
		put_file($all{$path}, "$dir/$path");
	}
	my $machine = Qemu->new(server => $dir, boot_file => $boot_file, limit => 120);
	my $ended = $machine->follow(undef, $until);
	$machine->stop;
	my $text = SelfCheck::clean($machine->{serial});
	my %facts;
	push @{ $facts{$1} }, $2 while $text =~ /^tell: (\w+) ?(.*)$/mg;
	return { text => $text, ended => $ended, facts => \%facts,
		report => SelfCheck->new($machine->{serial}, $ended) };
}

sub fact_is {
	my ($run, $name, $expected, $text) = @_;
	is_deeply($run->{facts}{$name}, $expected, $text) or diag($run->{text});
}

sub sum_of {
	my $content = shift;
	$content .= "\0" x (-length($content) % 8);
	my $sum = 0;
	{ use integer; $sum += $_ for unpack 'q<*', $content; }
	return sprintf '%x', $sum;
}

my $end = qr/^# The end\. Please switch .*\n/m;
my $run = from_server('keel.efi', {}, $end);
is($run->{ended}, 'found', 'nothing but keel.efi: the self-check, and the machine waits');
like($run->{text}, qr/^# \d+ passed, 0 failed$/m, 'all checks have passed') or diag($run->{text});

# A folder, and in it what the packets of TFTP make awkward: nothing, whole packets, odd ends.
my ($empty, $whole, $odd) = ('', "\xa5" x (1408 * 512), "odd\n" x 33333 . 'x');
my $tell = 'build/tests/kernels/tell-gcc-exec-2.elf';
$run = from_server('boot/x64/keel.efi', {
	'boot/x64/keel.conf' => \<<'END',
title From the server
	kernel tell.elf
	options a b
	module \empty
	module whole.bin
	module \odd.bin its options
	symbols yes
END
	'boot/x64/tell.elf' => $tell, 'empty' => \$empty, 'boot/x64/whole.bin' => \$whole,
	'odd.bin' => \$odd });
is($run->{ended}, 'guest-shutdown', 'keel.conf, kernel and modules: it runs') or diag($run->{text});
fact_is($run, check => ['0'], 'keel_boot_info_check is content');
fact_is($run, title => ['From the server'], 'the entry');
fact_is($run, options => ['a b'], 'its options');
fact_is($run, data_is_right => ['1'], 'initialized data, cleared memory');
fact_is($run, tell_is_right => ['1'], 'its symbols');
fact_is($run, module_bytes => [ map { sprintf '%x', length } $empty, $whole, $odd ],
	'the modules\' sizes');
fact_is($run, module_sum => [ map { sum_of($_) } $empty, $whole, $odd ], 'their content');
like($run->{facts}{device}[0], qr/^PciRoot\(0x0\).*MAC\(/, 'the boot device, as text');

$run = from_server('keel.efi', { 'keel.conf' => \"title A\nkernel none.elf\n" },
	qr/^BdsDxe: failed to start Boot\w+ "UEFI PXEv4.*Not Found/m);
like($run->{text}, qr/^keel: error: there is no file none\.elf \(relative paths begin at \\\)/m,
	'a file that is missing');
is($run->{ended}, 'found', 'back in the firmware') or diag($run->{text});

$run = from_server('a/keel.efi', { 'EFI/keel/keel.conf' =>
	\"title Check\nselfcheck\noptions finish=poweroff\n" });
ok($run->{report}->passed, "keel.conf in the last place to look: $run->{report}{points} checks")
	or diag($run->{text});
done_testing();
