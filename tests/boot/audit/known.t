#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# The audit's verdict on each firmware for QEMU that is on this machine. A known one, by its hash, has
# exactly the findings of its file in tests/verdicts; that of an unknown one is printed.
use strict;
use warnings;
use Digest::SHA;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

# How each is started; without EVERYTHING the first ones only.
my @firmware = (
	[ 'default' ],
	[ 'u-boot', machine => 'pc', media => 'ide' ],
	[ 'smm' ],
	[ '2m' ],
);
splice @firmware, 2 unless $ENV{EVERYTHING};

# hash => the findings of its file. The hash is the first line that is no remark.
my %known;
for my $path (glob 'tests/verdicts/*.txt') {
	open(my $file, '<', $path) or die "$path: $!\n";
	chomp(my ($hash, @findings) = grep { !/^#/ } <$file>);
	$known{$hash} = join ' ', sort @findings;
}
cmp_ok(scalar keys %known, '>=', 4, 'there are verdicts');

for (@firmware) {
	my ($name, %options) = @$_;
	my ($path) = map { s/\n.*//sr } `ovmf/firmware $name 2>/dev/null`;
	SKIP: {
		skip "$name is not on this machine", 3 unless defined $path && -r $path;
		my $hash = substr Digest::SHA->new(256)->addfile($path, 'b')->hexdigest, 0, 16;
		my $run = run_guest(firmware => $name, %options);
		my $text = $run->{report}{text};
		like($text, qr/^# This board's UEFI: \d+ findings/m, "$name: there is a verdict");
		my $findings = found_by($run);
		diag("$name ($hash) is not known: ", $findings || 'no findings') unless defined $known{$hash};
		is($findings, $known{$hash} // $findings, "$name ($hash): its findings are known");
		# QEMU counts SMIs where Intel's CPUs do. Only this build writes its variables in SMM.
		my ($smis) = $text =~ /^# call SetVariable .* smis_most=(\d+)$/m;
		is($smis ? 'SMIs' : 'none', $name eq 'smm' ? 'SMIs' : 'none', "$name: SMIs in SetVariable");
	}
}
done_testing();
