# SPDX-License-Identifier: BSD-2-Clause
#
# The test that every configuration has to pass: build/qemu.img boots, its self-check finds nothing
# wrong from inside, and QEMU's page walker finds nothing wrong from outside.
package Boot;

use strict;
use warnings;

use Exporter qw(import);
use Outside;
use Qemu;
use SelfCheck;
use Test::More;

our @EXPORT = qw(boot_ok);

# Options are those of Qemu.pm.
sub boot_ok {
	my %options = @_;
	plan tests => 2;
	my $machine = Qemu->new(image => 'build/qemu.img', %options);
	my $ended = $machine->follow;
	my $report = SelfCheck->new($machine->{serial}, $ended);

	# The guest's own report is a subtest, line by line.
	print "    $_\n" for @{ $report->{lines} };
	ok($report->passed, "from inside: $report->{points} checks") or do {
		diag($_) for @{ $report->{problems} }, $report->failures;
		diag($machine->complaint) if $machine->complaint ne '';
		my @log = split /\n/, $report->{text};
		splice @log, 0, -25 if @log > 25;
		diag("the last lines on the serial port:\n", map { "  $_\n" } @log);
	};
	if ($ended eq 'guest-shutdown') {
		subtest 'from outside' => sub { Outside::check($machine) };
	} else {
		fail('from outside: the machine did not get that far');
	}
	$machine->stop;
}

1;
