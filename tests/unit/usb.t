#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# ovmf/usb, which destroys what is on a stick: what it refuses, and with which words; that it writes
# all of the image and nothing else; that it notices a stick that lost something. Files stand for
# devices: a lsblk of the test's own, first in PATH, tells about them, and a blockdev of its own is
# where a stick can forget.
use strict;
use warnings;
use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;

my $dir = tempdir('keel-usb-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my ($stick, $image) = ("$dir/sdk", "$dir/image");
my $mib = 1 << 20;

sub file_with {
	my ($path, $content, $mode) = @_;
	open(my $file, '>:raw', $path) or die "$path: $!\n";
	print $file $content;
	close $file or die "$path: $!\n";
	chmod $mode // 0644, $path;
}

sub content_of {
	open(my $file, '<:raw', $_[0]) or die "$_[0]: $!\n";
	local $/;
	return scalar <$file>;
}

# No two pieces are alike, and the last one is not whole.
my $content = join '', map { pack 'V', $_ * 2654435761 & 0xffffffff } 1 .. 700_001;
my $old = "\x5a" x (4 * $mib);
mkdir "$dir/bin";
file_with("$dir/bin/lsblk", "#!/bin/sh\ncat '$dir/lsblk.json'\n", 0755);
file_with("$dir/bin/blockdev", "#!/bin/sh\necho \"\$@\" >>'$dir/blockdev.log'\n. '$dir/forget'\n", 0755);
file_with($image, $content);

# Runs it. The machine has a disk of its own and one stick, of which %is tells what is unusual.
# The exit status, what it said, and whether the stick is as it was.
sub run {
	my %is = (device => $stick, answer => 'sdk', forget => '', before => '', %{ $_[0] });
	my $forget = delete $is{forget};
	my ($device, $answer, $before) = delete @is{qw(device answer before)};
	my %disk = (type => 'disk', size => 4 * $mib, 'log-sec' => 512, rm => JSON::PP::true,
		ro => JSON::PP::false, vendor => 'Acme    ', model => 'Pocket Disk',
		serial => 'A1B2', mountpoints => [ undef ]);
	my $machine = { %disk, path => '/dev/sda', rm => JSON::PP::false, mountpoints => [ '/' ] };
	file_with("$dir/lsblk.json", encode_json({ blockdevices => [ $machine,
		{ %disk, path => $stick, children => [ { %disk, path => "${stick}1", type => 'part' } ],
			%is } ] }));
	file_with("$dir/forget", $forget);
	file_with($_, $old) for $stick, "${stick}1";
	unlink "$dir/blockdev.log";
	file_with("$dir/answer", "$answer\n");
	my $text = qx{PATH="$dir/bin:\$PATH" $before ovmf/usb '$image' $device <'$dir/answer' 2>&1};
	return { status => $? >> 8, text => $text, untouched => content_of($stick) eq $old };
}

my %child = (path => "${stick}1", type => 'part', size => $mib);
symlink $stick, "$dir/by-id";
my @refused = (
	[ 'no device', { device => '' }, qr/say which stick: make usb DEV=/ ],
	[ 'nothing there', { device => "$dir/sdz" }, qr/sdz: there is no such device$/ ],
	[ 'no block device', { device => $image }, qr/image is not a block device/ ],
	[ 'a partition', { device => "${stick}1" }, qr/sdk1 is not a whole disk but a part of $stick:/ ],
	[ 'a CD drive', { type => 'rom' }, qr/sdk is not a disk \(lsblk calls it 'rom'\)/ ],
	[ 'a fixed disk', { rm => JSON::PP::false }, qr/sdk is not removable/ ],
	[ 'the same, said by an older lsblk', { rm => '0' }, qr/sdk is not removable/ ],
	[ 'mounted itself', { mountpoints => [ '/mnt' ] }, qr/sdk is mounted at \/mnt: umount / ],
	[ 'a partition of it mounted', { children => [ { %child, mountpoints => [ undef, '/media/x' ] } ] },
		qr/sdk1 is mounted at \/media\/x: umount ${stick}1$/ ],
	[ 'something in a partition mounted', { children => [ { %child, mountpoints => [ undef ],
			children => [ { path => '/dev/mapper/secret', type => 'crypt',
				mountpoints => [ '/home' ] } ] } ] },
		qr/\/dev\/mapper\/secret is mounted at \/home/ ],
	[ 'used as swap', { children => [ { %child, mountpoints => [ '[SWAP]' ] } ] },
		qr/sdk1 is in use as swap: swapoff / ],
	[ 'a byte too small', { size => length($content) - 1 },
		qr/room for 2800003 bytes, and the image needs 2800004/ ],
	[ 'no medium', { size => 0 }, qr/room for 0 bytes.*is there a medium in it\?/ ],
	[ 'larger sectors than the image\'s', { 'log-sec' => 4096 },
		qr/sdk has sectors of 4096 bytes, and the image is for 512: make usb SECTOR=4096 DEV=/ ],
	[ 'write-protected', { ro => JSON::PP::true }, qr/sdk is write-protected/ ],
	[ 'another name typed', { answer => 'sda' }, qr/'sda' is not 'sdk': nothing was written$/ ],
	[ 'only yes typed', { answer => 'yes' }, qr/'yes' is not 'sdk'/ ],
	[ 'nothing typed', { answer => '' }, qr/'' is not 'sdk'/ ],
);
for (@refused) {
	my ($name, $is, $message) = @$_;
	my $run = run($is);
	ok($run->{status} == 1 && $run->{text} =~ /ovmf\/usb: .*$message/m && $run->{untouched},
		"$name: refused") or diag("exit status $run->{status}: $run->{text}");
}

# Root may write anywhere, so somebody else has to try.
SKIP: {
	my $other = $> ? '' : 'setpriv --reuid 65534 --clear-groups';
	chmod 0755, $dir;
	skip 'nobody can run it here', 1
		if $other && system("$other perl -c ovmf/usb >/dev/null 2>&1") != 0;
	my $run = run({ before => "chmod 0444 $stick; PATH=\"$dir/bin:\$PATH\" $other" });
	ok($run->{status} == 1 && $run->{text} =~ /you may not write to $stick: try it as root/
		&& $run->{untouched}, 'no right to write: refused') or diag($run->{text});
}

my $good = run({});
is($good->{status}, 0, 'a good stick: written') or diag($good->{text});
like($good->{text}, qr/^$stick: Acme Pocket Disk, 4\.2 MB, serial number A1B2$/m,
	'it says which stick that is');
like($good->{text}, qr/Everything on it will be lost.*type its name \(sdk\)/, 'it asks');
like($good->{text}, qr/writing +100 %\n.*comparing +100 %\n.*byte by byte/s, 'it shows how far it is');
is(content_of("$dir/blockdev.log"), "--flushbufs $stick\n", 'it reads back from the stick itself');
my $after = content_of($stick);
ok(substr($after, 0, length $content) eq $content, 'all of the image is there');
ok(substr($after, length $content) eq substr($old, length $content), 'and nothing beyond it is touched');
ok(content_of("${stick}1") eq $old, 'nor anything else');
my $linked = run({ device => "$dir/by-id" });
is($linked->{status}, 0, 'named by a link: written') or diag($linked->{text});
like($linked->{text}, qr/type its name \(sdk\)/, 'and called by its own name');

# An image for the other kind of disk.
file_with($image, "\0" x 4096 . 'EFI PART' . $content);
my $small = run({});
like($small->{text}, qr/sdk has sectors of 512 bytes, and the image is for 4096: /,
	'an image for larger sectors than the stick\'s: refused');
ok($small->{untouched}, 'and nothing was written');
is(run({ 'log-sec' => 4096 })->{status}, 0, 'on a stick with such sectors: written');
file_with($image, $content);

# Sticks that are not what they say.
my $flip = 'printf X | dd of=%s bs=1 seek=%d conv=notrunc status=none';
for my $at (0, 1_048_576, 2_800_003) {
	my $run = run({ forget => sprintf $flip, $stick, $at });
	is($run->{status}, 1, "byte $at is lost: noticed");
	like($run->{text}, qr/byte $at of $stick is not what was written/, 'it says which');
}
my $cut = run({ forget => "truncate -s $mib $stick" });
is($cut->{status}, 1, 'the second half is lost: noticed');
like($cut->{text}, qr/reading $stick failed after 1048576 bytes/, 'it says where');
my $beyond = run({ forget => sprintf $flip, $stick, 2_800_004 });
is($beyond->{status}, 0, 'a byte beyond the image does not matter');
my $blind = run({ forget => 'exit 1' });
is($blind->{status}, 1, 'what is in memory cannot be dropped: nothing is claimed');
like($blind->{text}, qr/not compared/, 'it says so');
done_testing();
