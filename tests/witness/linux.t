#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A stock Linux takes over what Keel has made of the firmware, on some machines: it finds each runtime range
# where Keel has planned it, uses the firmware's variables, which outlive a reset by the firmware, starts the
# other CPU, and complains of nothing.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib tests/witness);
use Test::More;
use Witness;

use constant RESET_SYSTEM => 104;	# in EFI_RUNTIME_SERVICES (UEFI 2.10, 4.5)

need_linux('efivarfs.ko');

# Where it is right, Linux is content with the firmware.
sub linux_ok {
	my ($run, $machine) = @_;
	is($run->{ended}, 'guest-shutdown', "$machine: Linux comes to its end") or diag(substr $run->{text}, -3000);
	run_is($run, 'map', $run->{plan}, "$machine: the runtime ranges are where Keel has planned them, all of them");
	run_is($run, 'runtime', $run->{runtime}, "$machine: so are the services");
	run_is($run, 'complaint', [], "$machine: Linux complains of nothing");
	run_is($run, 'failed', [], "$machine: nothing fails");
	run_is($run, 'screen', 'EFI VGA', "$machine: it has a screen");
	run_is($run, 'end', '', "$machine: all is told");
}

my %machines = (
	'OVMF, 256 MB' => { memory => '256M' },
	'OVMF, 6 GB'   => { memory => '6G' },
	'OVMF with SMM' => { firmware => 'smm' },
	'i440fx'       => { machine => 'pc', media => 'ide' },
);
for my $machine (sort keys %machines) {
	my $linux = Witness->new(%{ $machines{$machine} });
	my $run = $linux->by_keel(do => 'create,rewrite,delete');
	linux_ok($run, $machine);
	run_is($run, 'variable', [ '07 00 00 00 first', '07 00 00 00 second and longer', 'none' ],
		"$machine: a variable is created, rewritten and deleted");
	run_is($run, 'cpus', '0', "$machine: there is one CPU");
	$run->{stopped}->stop;
}

my $bundle = Witness->new->by_keel(bundle => 1);
linux_ok($bundle, 'as a bundle');
$bundle->{stopped}->stop;

my $two = Witness->new(smp => 2);
# While a debugger waits nobody reads what Linux says, so it is quiet.
my $first = $two->by_keel(do => 'create,reboot', options => 'quiet reboot=efi', calls => RESET_SYSTEM);
ok($first->{called}, 'OVMF, 1 GB, 2 CPUs: reboot=efi calls ResetSystem, where Keel has put it');
is($first->{ended}, 'guest-reset', 'and that resets the machine');
run_is($first, 'variable', '07 00 00 00 first', 'a variable is created');
$first->{stopped}->stop;
my $second = $two->by_keel(do => 'look,delete');
linux_ok($second, 'after that');
run_is($second, 'variable', [ '07 00 00 00 first', 'none' ], 'the variable has outlived the reset');
run_is($second, 'cpus', '0-1', 'both CPUs are up');
cmp_ok($second->{facts}{variables}[0] // 0, '>', 10, 'all variables are listed');
done_testing();
