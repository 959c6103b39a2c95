#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Started by HTTP boot: a bundle needs nothing else, and nothing else is looked for.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Bundle;
use Encode qw(encode);
use File::Temp qw(tempdir);
use Guest;
use HttpServer;
use Kept;
use Test::More;
use Verdict;

my $dir = tempdir('keel-http-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $global = pack 'V v v C8', 0x8be4df61, 0x93ca, 0x11d2, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c;

# EFI_LOAD_OPTION (UEFI 2.10, 3.1.3) with a path of one node, a URI (10.3.4.23), and optional data.
sub boot_option {
	my ($url, $options) = @_;
	my $path = pack('C C v a*', 3, 24, 4 + length $url, $url) . pack 'C C v', 0x7f, 0xff, 4;
	return pack('V v', 1, length $path) . encode('UTF-16LE', "HTTP\0") . $path . encode('UTF-16LE', $options);
}

# A machine whose first boot option is that, on a disk with which it cannot start.
sub run_by_http {
	my ($url, $options, @more) = @_;
	my $kept = Kept->new('/nothing' => \'', '/keel.conf' => undef);
	$kept->add_variable('Boot0000', $global, boot_option($url, $options));
	$kept->add_variable('BootOrder', $global, pack 'v', 0);
	return run_guest($kept->options, media => 'beside', limit => 240, @more, extra => [
		'-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile=' ]);
}

my $module = 'm' x 100_000;
my $bundle = bundle_ok($dir, 'bundle', "title Mine\nkernel tell.elf\nmodule m.bin\n",
	{ 'tell.elf' => 'build/tests/kernels/tell-gcc-exec-2.elf', 'm.bin' => \$module });
my $server = HttpServer->new('my.efi' => $bundle, 'keel.efi' => 'build/keel.efi', 'keel.conf' => \"title Beside\nselfcheck\n");

my $run = run_by_http($server->url('my.efi'), '');
is($run->{ended}, 'guest-shutdown', 'a bundle runs') or diag($run->{text});
fact_is($run, title => 'Mine', 'its own entry');
fact_is($run, module_sum => sum_of($module), 'its own module');
like($run->{facts}{device}[0] // '', qr/Uri\(\Qhttp:\E/, 'it came by HTTP');
is("@{[ $server->asked ]}", 'my.efi', 'nothing else was asked for');

SKIP: {
	skip 'only with everything', 3 unless $ENV{EVERYTHING};
	$run = run_by_http($server->url('keel.efi'), 'entry=Beside', until => qr/^keel: error: .*\n/m);
	like($run->{error} // '', qr/^load options: entry=Beside, but there is no keel\.conf: .*needs a bundle/, 'an entry: what it needs')
		or diag($run->{text});
	$run = run_by_http($server->url('keel.efi'), 'kernel=tell.elf', until => qr/^keel: error: .*\n/m);
	like($run->{error} // '', qr/^there is no file tell\.elf: keel\.efi did not come from a volume, .*put it into a bundle/,
		'a kernel: what it needs') or diag($run->{text});
	is("@{[ $server->asked ]}", 'keel.efi my.efi', 'keel.conf beside them was never asked for');
}
done_testing();
