# SPDX-License-Identifier: BSD-2-Clause
#
# For conditions under which keel.efi has to give up: a disk on which the firmware starts a driver
# (tests/boot/drivers), which changes the world, starts keel.efi, and tells how that went. What
# keel.efi may never do is lose memory, or not return.
package Launch;

use strict;
use warnings;

use Exporter qw(import);
use DiskImage;
use File::Temp qw(tempdir);
use Qemu;
use SelfCheck;
use Test::More;

our @EXPORT = qw(launch refused %STATUS);

# EFI_STATUS values (UEFI 2.10, appendix D).
our %STATUS = (
	INVALID_PARAMETER => '8000000000000002',
	NOT_FOUND        => '800000000000000e',
	LOAD_ERROR       => '8000000000000001',
	UNSUPPORTED      => '8000000000000003',
	BUFFER_TOO_SMALL => '8000000000000005',
	OUT_OF_RESOURCES => '8000000000000009',
);

# Boots with that driver, and with that file as keel.efi; files, path on the disk => file on the host
# or a reference to its content, are beside it; the rest are options of Qemu.pm. Returns
# what came over the serial port, how the machine ended, and for each try: name, status, and the
# free pages before and after; text is what was printed during it, error what keel.efi gave as the
# reason.
sub launch {
	my ($driver, $keel, %options) = @_;
	my $files = delete $options{files} // {};
	my $dir = tempdir('keel-launch-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	make_image($dir, { '/EFI/BOOT/BOOTX64.EFI' => "build/tests/boot/drivers/$driver.efi",
		'/keel.efi' => $keel, %$files });
	my $machine = Qemu->new(image => "$dir/disk.img", %options);
	my $ended = $machine->follow;
	$machine->stop;

	my $text = SelfCheck::clean($machine->{serial});
	my ($from, @tries) = (0);
	while ($text =~ /^launch: (\w+) status ([0-9a-f]+) free (\d+) (\d+)$/mg) {
		my $try = { name => $1, status => $2, before => $3, after => $4,
			text => substr($text, $from, $-[0] - $from) };
		$from = $+[0];
		($try->{error}) = ($try->{text} =~ /^keel: error: (.*)/m, '');
		push @tries, $try;
	}
	diag("it ended with '$ended'; the serial port:\n$text")
		if $ended ne 'guest-shutdown' || (!@tries && $text !~ /^TAP version/m);
	return { serial => $machine->{serial}, text => $text, ended => $ended, tries => \@tries };
}

# Test points for a run with the driver "twice", or one that does the same: both tries were refused
# with that status and with words that match, and no page was lost.
sub refused {
	my ($result, $status, $words) = @_;
	my @tries = @{ $result->{tries} };
	is($result->{ended}, 'guest-shutdown', 'the firmware goes on afterwards');
	is(scalar @tries, 2, 'keel.efi returned, twice');
	for (@tries) {
		my $good = is($_->{status}, $STATUS{$status}, "$_->{name} try: status is $status");
		$good &= like($_->{error}, $words, "$_->{name} try: it says why");
		diag($_->{text}) unless $good;
	}
	is($tries[-1]{after}, $tries[-1]{before}, 'no page is lost') if @tries;
}

1;
