#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# All memory that docs/protocol.md gives to the kernel is the kernel's: it is overwritten, the firmware
# still answers, and nobody else writes there. Also where the network card that keel.efi came by gets
# frames from its network all the time; EVERYTHING=1 tries one more card. That a change would be found is
# tried, too.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use File::Temp qw(tempdir);
use Guest;
use IO::Socket::INET;
use Test::More;

use constant { ROUNDS => 100, FRAMES => 20 };

my $dir = tempdir('keel-frames-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $kernel = 'build/tests/kernels/reclaim.elf';
my $conf = "title Reclaim\nkernel reclaim.elf\nmodule reclaim.elf\n";

sub reclaimed {
	my ($run, $what) = @_;
	like($run->{text}, qr/^reclaim: all is overwritten$/m, "$what: the kernel goes on");
	like($run->{text}, qr/^reclaim: GetTime succeeds$/m, "$what: so does the firmware");
	like($run->{text}, qr/^reclaim: nothing has changed$/m, "$what: what was written is there");
	is($run->{ended}, 'guest-shutdown', "$what: and ResetSystem switches the machine off")
		or diag($run->{text});
}

my @disk = (memory => '256M', files => { '/EFI/BOOT/reclaim.elf' => $kernel });
reclaimed(run_guest(conf => $conf, @disk), 'from a disk');

# A byte somewhere in free memory, by QEMU's debugger.
my $guest = Guest->new(conf => "${conf}options wait\n", debug => 1, input => 1, @disk);
my $gdb = $guest->gdb;
$guest->go(120);
is($guest->ended(qr/^reclaim: waits\r?$/m), 'found', 'changed: the kernel waits');
$guest->{machine}->command('stop');
$gdb->write(0x4000008, 'x');
$guest->{machine}->command('cont');
$guest->{machine}->type('.');
like($guest->follow->{text}, qr/^reclaim: changed at 0{9}4000008$/m, 'changed: the kernel finds it');
$guest->stop;

# A broadcast that nobody asked for, as large as it can be.
my $frame = "\xff" x 6 . "\x52\x54\0\xaa\xbb\xcc" . "\x88\xb5" . 'frame.' x 250;

sub udp {
	return IO::Socket::INET->new(Proto => 'udp', LocalAddr => '127.0.0.1', @_) // die "UDP: $@\n";
}

sub from_network {
	my ($card, $rom) = @_;
	my ($here, $there) = (udp(), udp());
	my @ports = map { $_->sockport } $here, $there;
	close $there;
	my $guest = Guest->new(server => { 'keel.conf' => \"${conf}options wait\n", 'reclaim.elf' => $kernel },
		memory => '256M', card => $card, rom => $rom, wire => \@ports, input => 1, limit => 300,
		extra => [ '-object', "filter-dump,id=dump,netdev=net,file=$dir/$card" ]);
	is($guest->ended(qr/^reclaim: waits\r?$/m), 'found', "$card: the kernel waits")
		or return diag($guest->{machine}{serial});
	my $to = pack_sockaddr_in($ports[1], inet_aton('127.0.0.1'));
	for (1 .. ROUNDS) {
		$here->send($frame, 0, $to) for 1 .. FRAMES;
		# QEMU has looked at its network when it has answered.
		$guest->{machine}->monitor('info status');
	}
	$guest->{machine}->type('.');
	reclaimed($guest->follow, $card);
	open(my $dump, '<:raw', "$dir/$card") or die "$dir/$card: $!\n";
	local $/;
	my $frames = () = <$dump> =~ /\Q$frame\E/g;
	cmp_ok($frames, '>=', ROUNDS, "$card: frames came as far as to the card, $frames");
}

from_network('virtio-net-pci', 0);
SKIP: {
	skip 'the other card is for EVERYTHING', 1 unless $ENV{EVERYTHING};
	my ($rom) = glob '/usr/{lib,share}/{ipxe/qemu,ipxe,qemu}/efi-e1000.rom';
	skip 'QEMU has no iPXE for e1000 here (Debian: ipxe-qemu)', 1 unless $rom;
	from_network('e1000', 1);
}
done_testing();
