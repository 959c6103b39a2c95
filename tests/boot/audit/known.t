#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The audit's verdict on each firmware for QEMU that is on this machine, with EVERYTHING also on OVMF of
# Debian's other releases and on that of Bochs. A known one, by its hash, has exactly the findings of its
# file in tests/verdicts; that of an unknown one is printed.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Bochs;
use DiskImage;
use Guest;
use SelfCheck;
use Test::More;
use Verdict;

# hash => the findings of its file. The hash is the first line that is no remark.
my %known;
for my $path (glob 'tests/verdicts/*.txt') {
	open(my $file, '<', $path) or die "$path: $!\n";
	chomp(my ($hash, @findings) = grep { !/^#/ } <$file>);
	is($known{$hash}, undef, "$path is the only verdict on $hash");
	$known{$hash} = join ' ', sort @findings;
}
cmp_ok(scalar keys %known, '>=', 4, 'there are verdicts');

# Each is tried once, by whatever name it comes.
my %tried;

# smm: whether it writes its variables in SMM; run: boots it and returns what it came to.
sub known_ok {
	my ($name, $path, $smm, $run) = @_;
	my $hash = substr digest_of($path), 0, 16;
	return if $tried{$hash}++;
	my $came = $run->();
	like($came->{report}{text}, qr/^# This board's UEFI: \d+ findings/m, "$name: there is a verdict")
		or diag(@{ $came->{report}{problems} });
	my $findings = found_by($came);
	diag("$name ($hash) is not known: ", $findings || 'no findings') unless defined $known{$hash};
	is($findings, $known{$hash} // $findings, "$name ($hash): its findings are known")
		or diag(map { "$_\n" } grep { /finding/ } @{ $came->{report}{lines} });
	# With U-Boot audit.efi is left out.
	my $converted = $name eq 'u-boot' ? qr/ # SKIP no audit\.efi/ : qr/$/m;
	line_like($came, 'report', qr/^ok \d+ - firmware: a driver is notified, and its pointers are converted$converted/m,
		"$name: ConvertPointer");
	# QEMU counts SMIs where Intel's CPUs do.
	my ($smis) = $came->{report}{text} =~ /^# call SetVariable .* smis_most=(\d+)$/m;
	is($smis ? 'SMIs' : 'none', $smm ? 'SMIs' : 'none', "$name: SMIs in SetVariable");
}

# What ovmf/firmware finds, and how each is started; without EVERYTHING the first ones only.
my @firmware = (
	[ 'default' ],
	[ 'u-boot', machine => 'pc', media => 'ide' ],
	[ 'smm' ],
	[ '2m' ],
);
splice @firmware, 2 unless $ENV{EVERYTHING};
for (@firmware) {
	my ($name, %options) = @$_;
	my ($path) = map { s/\n.*//sr } `ovmf/firmware $name 2>/dev/null`;
	SKIP: {
		skip "$name is not on this machine", 4 unless defined $path && -r $path;
		known_ok($name, $path, $name eq 'smm', sub { run_guest(firmware => $name, %options) });
	}
}

# Other releases of Debian. Those with Secure Boot need system management mode, and the smaller ones
# of them no S3; a link leads to one that is there by another name, too.
if ($ENV{EVERYTHING}) {
	my @no_s3 = ('-global', 'ICH9-LPC.disable_s3=1');
	system 'tests/verdicts/fetch';
	for my $code (grep { !-l } glob 'build/firmware/*/usr/share/OVMF/OVMF_CODE*.fd') {
		my ($vars) = map { s/CODE(_4M)?.*/"VARS" . ($1 \/\/ '') . ".fd"/er } $code;
		my $smm = $code =~ /secboot/;
		my @options = $smm ? (firmware => 'smm', extra => \@no_s3) : ();
		known_ok($code, $code, $smm, sub {
			local @ENV{qw(OVMF_CODE OVMF_VARS)} = ($code, $vars);
			return run_guest(@options);
		});
	}
}

# Bochs, with the image that QEMU boots.
SKIP: {
	my $obstacle = $ENV{EVERYTHING} ? Bochs::obstacle() : 'it takes long';
	skip "Bochs: $obstacle", 4 if $obstacle;
	known_ok('Bochs', Bochs::firmware(), 0, sub {
		my $run = Bochs::run(image => 'build/qemu.img');
		return { report => SelfCheck->new($run->{serial}, $run->{ended}) };
	});
}
done_testing();
