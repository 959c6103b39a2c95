#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What cannot be started: keel.efi says why, in words that help, gives back every page, and the
# firmware goes on. One boot for all that load options can ask for, a sample of the broken kernels among it
# (EVERYTHING=1: all; unit/broken_kernels.t has all on the host); one for all broken keel.conf's.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use DiskImage;
use File::Temp qw(tempdir);
use Guest;
use Test::More;
use Verdict;

my $dir = tempdir('keel-broken-XXXXXX', TMPDIR => 1, CLEANUP => 1);
system('tests/kernels/broken', '--all', $dir) == 0 or BAIL_OUT('no broken kernels');
my %message = map { chomp; split /: /, $_, 2 } qx(tests/kernels/broken --messages);
my @broken = sort keys %message;
@broken = @broken[grep { $_ % 8 == 0 } 0 .. $#broken] unless $ENV{EVERYTHING};
my $tell = 'build/tests/kernels/tell-gcc-exec-2.elf';

# What GRUB would start: 32 bits, and a Multiboot2 header.
my $multiboot = pack('a4 C4 x8 v2 V x40', "\x7fELF", 1, 1, 1, 0, 2, 3, 1)
	. pack('V4 v2 V', 0xe85250d6, 0, 24, -(0xe85250d6 + 24) & 0xffffffff, 0, 0, 8);
my $for_i386 = '\multiboot.elf is refused: it is an ELF file for i386, of 32 bits: build it for x86-64 '
	. '(gcc -m64, clang --target=x86_64-elf)';

# A driver that says it is for a CPU of 32 bits: OVMF loads it, and does not start it.
my $for_32_bits = content_of('build/tests/boot/drivers/stays.efi');
substr($for_32_bits, 4 + unpack('x60 V', $for_32_bits), 2) = pack('v', 0x14c);

# Load options; the status; the reason; a note before it, or beside it; whether the driver that was started
# stays.
my @cases = (
	[ 'kernel=\none.elf', 'NOT_FOUND', 'there is no file \none.elf (relative paths begin at \)' ],
	[ 'kernel=none.elf', 'NOT_FOUND', 'there is no file none.elf (relative paths begin at \)' ],
	[ '@keel.efi kernel=\none.elf', 'NOT_FOUND',
		'there is no file \none.elf (relative paths begin at \)',
		'load options: the firmware hands over all of the boot entry' ],
	[ 'kernel=\folder', 'UNSUPPORTED', '\folder is a folder, not a file' ],
	[ 'kernel=\empty.elf', 'LOAD_ERROR', '\empty.elf is refused: it is empty' ],
	[ 'kernel=\tell.elf module=\none', 'NOT_FOUND',
		'there is no file \none (relative paths begin at \)' ],
	[ 'kernel=\tell.elf module=\folder symbols=yes', 'UNSUPPORTED', '\folder is a folder, not a file' ],
	[ 'kernel=\tell.elf module=\large', 'OUT_OF_RESOURCES',
		'no memory for \large: 28160 pages of 4 KiB' ],
	[ 'kernel=\multiboot.elf', 'LOAD_ERROR', $for_i386 ],
	[ 'kernel=\multiboot.elf quiet', 'LOAD_ERROR', $for_i386 ],
	[ 'driver=\none.efi selfcheck', 'NOT_FOUND', 'there is no file \none.efi (relative paths begin at \)' ],
	[ 'driver=\folder selfcheck', 'UNSUPPORTED', '\folder is a folder, not a file' ],
	[ 'driver=\empty.elf selfcheck', 'LOAD_ERROR',
		'\empty.elf cannot be loaded by the firmware: expected a UEFI driver for x86-64' ],
	[ 'driver=\tell.elf selfcheck', 'UNSUPPORTED',
		'\tell.elf cannot be loaded by the firmware: expected a UEFI driver for x86-64' ],
	[ 'driver=\keel.efi selfcheck', 'UNSUPPORTED',
		'\keel.efi is an application: expected a boot or runtime driver' ],
	[ 'driver=\i386.efi selfcheck', 'UNSUPPORTED',
		'\i386.efi cannot be loaded by the firmware: expected a UEFI driver for x86-64' ],
	[ 'driver=\quits.efi selfcheck', 'BUFFER_TOO_SMALL', '\quits.efi has started, and gives an error' ],
	[ 'driver=\audit.efi kernel=\none.elf', 'NOT_FOUND',
		'there is no file \none.elf (relative paths begin at \)', undef, 0 ],
	[ 'driver=\stays.efi kernel=\none.elf', 'NOT_FOUND',
		'there is no file \none.elf (relative paths begin at \)',
		'\stays.efi stays in memory, and is at work: EFI status 0x8000000000000003', 1 ],
	[ 'keel.efi kernel=', 'INVALID_PARAMETER', qr/^load options: .*kernel/ ],
	[ 'kernel=\tell.elf colour=red', 'INVALID_PARAMETER', qr/^load options: .*colour/ ],
	[ 'kernel="\tell.elf', 'INVALID_PARAMETER', qr/^load options: .*quote/ ],
	[ 'kernel=\tell.elf selfcheck', 'INVALID_PARAMETER', qr/^load options: / ],
	[ 'entry=Nothing', 'INVALID_PARAMETER', qr/^load options: .*Nothing/ ],
);
for my $name (@broken) {
	my $path = "\\broken\\$name.elf";
	push @cases, [ "kernel=$path" . ($name =~ /^symbols/ ? ' symbols=yes' : ''), 'LOAD_ERROR',
		"$path is refused: $message{$name}" ];
}

my $result = run_guest(driver => 'options', memory => '128M', limit => 900,
	conf => "title Something\nselfcheck\n", files => {
	'/options' => \join('', map { "$_->[0]\n" } @cases), '/tell.elf' => $tell,
	'/empty.elf' => \'', '/multiboot.elf' => \$multiboot, '/i386.efi' => \$for_32_bits,
	'/audit.efi' => 'build/audit.efi', (map { ("/$_.efi" => "build/tests/boot/drivers/$_.efi") } qw(quits stays)),
	'/folder/file' => \'', '/large' => \("\0" x (110 << 20)),
	map { ("/broken/$_.elf" => "$dir/$_.elf") } @broken });
is($result->{ended}, 'guest-shutdown', 'the firmware goes on after all of them');
my @tries = @{ $result->{tries} };
is(scalar @tries, 2 * @cases, @cases . ' tries, and all of them again');
sub as_expected {
	my ($try, $status, $reason) = @_;
	my $error = $try->{error} =~ s/ \(EFI status 0x\w+\)$//r;
	return $try->{status} eq $STATUS{$status} &&
		(ref $reason ? $error =~ $reason : $error eq $reason);
}

for my $n (0 .. $#cases) {
	my ($options, $status, $reason, $note, $stays) = @{ $cases[$n] };
	my ($first, $second) = map { $_ // { status => 'none', error => '', text => '' } }
		@tries[$n, $n + @cases];
	my $good = ok(as_expected($first, $status, $reason) && as_expected($second, $status, $reason),
		$options);
	$good &= like($second->{text}, qr/^ {2}note {6}\Q$note\E$/m, "$options: the note") if $note;
	# A driver for run time lies in memory that was set aside and never counts as free; and with it OVMF
	# makes tables of its own anew. Where it has gone, its place is taken by the next one.
	my @places = map { $_->{text} =~ /^  driver    \S+, \d+ bytes, at (0x\w+)$/m } $first, $second;
	$good &= !defined $stays ? is($second->{after}, $second->{before}, "$options: no page is lost")
		: $stays ? isnt($places[1], $places[0], "$options: the driver stays")
		: is($places[1], $places[0] // 'somewhere', "$options: the driver is gone");
	diag("expected $status: $reason\n", $second->{text}) unless $good;
}

my $note = qr/^  note      \\multiboot\.elf has a Multiboot2 header, for another loader: docs\/porting\.md says/m;
for my $n (grep { $cases[$_][0] =~ /multiboot/ } 0 .. $#cases) {
	my $noted = ($tries[$n]{text} // '') =~ $note;
	is(!!$noted, $cases[$n][0] !~ /quiet/, "$cases[$n][0]: what it is for is " . ($noted ? 'noted' : 'not said'));
}

# A keel.conf that is wrong, by the line that is.
my @confs = (
	[ "title A\n" => qr/^\\0\\keel\.conf, line 1: .*kernel/ ],
	[ "title A\nkernel \\tell.elf\nkernal x\n" => qr/^\\1\\keel\.conf, line 3: .*kernal/ ],
	[ "\xff\xfet\0i\0" => qr/^\\2\\keel\.conf, line 1: .*UTF-16/ ],
);
my $guest = Guest->new(driver => 'twice', waits => 1,
	folders => { map { ($_ => { conf => $confs[$_][0] }) } 0 .. $#confs });
for my $n (0 .. $#confs) {
	my ($text, $words) = @{ $confs[$n] };
	my $refusal = $guest->tell('as it is', in => $n);
	subtest $text =~ s/[^ -~]+/ /gr => sub { refused($refusal, 'INVALID_PARAMETER', $words) };
}
done_testing();
