#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# A runtime driver misbehaves (drivers/unruly.c): the audit names what it does, and nothing else; the
# map stays right, every other service is tried, and the report is in the flash, with the finding in it.
# Without EVERYTHING one of each kind.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use Guest;
use Kept;
use Test::More;
use Verdict;

my $guest = Guest->new(driver => 'resident', waits => 1,
	files => { '/resident.efi' => 'build/tests/boot/drivers/unruly.efi', '/audit.efi' => 'build/audit.efi' });

# What a deed has to be called. "strict": it is seen only where the strict part was asked for. "dead":
# the service is not called again. "driver": what is done to audit.efi. "first": also where not everything is
# tried.
my @deeds = (
	[ 'nothing', [], 'first' ],
	# As OVMF of 2022 has it, with no code of the driver's in the Memory Attributes Table.
	[ 'unlisted-code', [qw(exceeds-rights mat-forbids-code)] ],
	[ 'reads-boot', ['touches-boot-services'] ],
	[ 'writes-boot', ['touches-boot-services'], 'first' ],
	[ 'runs-boot', ['touches-boot-services'] ],
	[ 'reads-old', ['touches-old-address'] ],
	[ 'writes-old', ['touches-old-address'] ],
	[ 'reads-page-zero', ['touches-page-zero'] ],
	[ 'writes-loader', ['touches-free-memory'] ],
	[ 'writes-nvs', ['touches-reserved'] ],
	[ 'reads-unlisted', ['touches-unlisted'] ],
	[ 'writes-code', ['exceeds-rights'] ],
	[ 'changes-code', [qw(code-changed exceeds-rights)], 'first' ],
	[ 'runs-data', ['exceeds-rights'] ],
	[ 'deep-stack', ['stack-deep'] ],
	[ 'overruns-stack', [qw(service-faults)], 'dead' ],
	[ 'loses-stack', ['service-faults'], 'dead', 'first' ],
	[ 'interrupts-on', ['interrupts-on'] ],
	[ 'direction', ['direction-flag'] ],
	[ 'cr0', ['control-registers'] ],
	[ 'cr4', ['control-registers'] ],
	[ 'dr7', ['debug-registers'] ],
	[ 'efer', ['msrs'] ],
	[ 'pat', ['msrs'] ],
	[ 'gs-base', ['msrs'] ],
	[ 'gdt', ['descriptor-tables'], 'first' ],
	[ 'idt', ['descriptor-tables'] ],
	[ 'fcw', ['fpu'] ],
	[ 'mxcsr', ['fpu'] ],
	[ 'spoils-register', ['registers'] ],
	[ 'undefined', ['service-faults'], 'dead' ],
	[ 'general-protection', ['service-faults'], 'dead' ],
	[ 'divides', ['service-faults'], 'dead' ],
	[ 'reads-nowhere', ['service-faults'], 'dead' ],
	[ 'reads-kernel-hole', ['service-faults'], 'dead' ],
	[ 'svam-reads-page-zero', ['svam-page-zero'] ],
	[ 'svam-reads-boot', ['svam-boot-services'], 'first' ],
	[ 'svam-writes-acpi', ['svam-other-memory'] ],
	[ 'svam-reads-new', ['svam-new-looked-up'] ],
	[ 'svam-writes-new', ['svam-new-address'] ],
	[ 'time-fails', ['time-fails'] ],
	[ 'time-rubbish', ['time-range'] ],
	[ 'time-backwards', ['time-backwards'] ],
	[ 'no-resolution', ['time-capabilities'] ],
	[ 'set-time-fails', ['set-time-fails'] ],
	[ 'wakeup-fails', ['wakeup-fails'] ],
	[ 'offered-and-missing', ['properties-offered'] ],
	[ 'refused', ['variable-refused'] ],
	[ 'out-of-room', ['variable-full'] ],
	[ 'lost', ['variable-content'], 'first' ],
	[ 'not-deleted', ['variable-delete'] ],
	[ 'mixes-vendors', [qw(variable-delete variable-mixed)] ],
	[ 'wrong-attributes', ['variable-content'] ],
	[ 'wrong-content', ['variable-content'] ],
	[ 'wrong-size', ['variable-size'] ],
	[ 'twice', ['variable-names'] ],
	[ 'leaves-out', ['variable-names'] ],
	[ 'never-ends', ['variable-endless'] ],
	[ 'info-rubbish', ['variable-info'] ],
	[ 'no-room', ['variable-full'] ],
	[ 'capsule-fails', ['capsule-query'] ],
	[ 'takes-null', ['wrong-arguments'], 'strict' ],
	# It takes times that do not exist just so.
	[ 'set-time-lost', [qw(set-time-lost wrong-arguments)], 'strict' ],
	[ 'excluded-and-there', ['properties-excluded'], 'strict', 'first' ],
	# Nothing is created then, and that is no finding. It says that it is not there, as it should.
	[ 'not-to-be-asked', [], 'strict' ],
	[ 'no-appending', ['variable-attributes'], 'strict' ],
	[ 'count-stands', ['monotonic-count'], 'strict' ],
	[ 'twice-virtual', ['svam-twice'], 'strict' ],
	# Their checksum was made before.
	[ 'pointers-stay', [qw(crc-stale svam-pointers)] ],
	[ 'event-lost', ['event-lost'], 'driver' ],
	[ 'event-twice', ['event-twice'], 'driver' ],
	[ 'converts-nothing', ['convert-pointer'], 'driver' ],
	[ 'converts-wrongly', ['convert-pointer'], 'driver', 'first' ],
	[ 'refuses-to-convert', ['convert-pointer'], 'driver' ],
	[ 'converts-nowhere', ['wrong-arguments'], 'driver' ],
	[ 'mat-absent', ['mat-absent'] ],
	[ 'mat-empty', ['mat-size'] ],
	[ 'mat-stride', ['mat-size'] ],
	[ 'mat-unaligned', ['mat-alignment'] ],
	[ 'mat-no-pages', ['mat-alignment'] ],
	[ 'mat-unsorted', ['mat-order'] ],
	[ 'mat-overlaps', ['mat-overlap'], 'first' ],
	[ 'mat-outside', ['mat-outside'] ],
	[ 'mat-other-type', ['mat-type'] ],
	[ 'mat-no-rights', ['mat-rights'] ],
	[ 'mat-leaves-out', ['mat-coverage'] ],
);

# What was counted where the driver has said.
sub hits {
	my $run = shift;
	my ($phys) = $run->{console} =~ /^unruly: hits at ([0-9a-f]+)$/m or return 'nowhere';
	my $path = "$run->{machine}{dir}/hits";
	$run->{machine}->command('pmemsave', val => hex $phys, size => 8, filename => $path);
	open(my $file, '<:raw', $path) or die "$path: $!\n";
	return unpack 'Q<', do { local $/; <$file> };
}

# The findings of the report that the next boot would write to a file.
sub kept_findings {
	my ($report) = grep { $_->{name} eq 'KeelReport' } Kept::variables_in_flash($_[0]{machine});
	return defined $report ? join ' ', sort $report->{data} =~ /^# finding \w+ ([\w-]+) x/mg : 'no report';
}

for (@deeds) {
	my ($deed, $expected, @words) = @$_;
	my %is = map { $_ => 1 } @words;
	next unless $is{first} || $ENV{EVERYTHING} || $ENV{DEED} && $deed =~ /^$ENV{DEED}$/;
	next if $ENV{DEED} && $deed !~ /^$ENV{DEED}$/;
	my $strict = $is{strict} ? 'strict' : 'default';
	my $driver = $is{driver} ? ' driver=\audit.efi' : '';
	my $run = $guest->tell("$deed;selfcheck$driver options=\"finish=poweroff firmware=$strict\"");
	my $text = $run->{report}{text};
	is(found_by($run), join(' ', sort @$expected), "$deed: it is named, and nothing else")
		or diag(grep { /finding/ } map { "$_\n" } @{ $run->{report}{lines} });
	is("@{ $run->{report}{problems} }", '', "$deed: the map is right, and the run comes to its end");
	cmp_ok(hits($run), '>=', 1, "$deed: it was done") unless $deed eq 'nothing';
	# Where there is no room nothing is written, nor is the report.
	my $writes = $deed !~ /^(?:no-room|info-rubbish)$/;
	is(scalar(() = $text =~ /^# call (?:GetTime|GetVariable|SetVariable|QueryVariableInfo) /mg),
		$deed eq 'no-room' ? 3 : 4, "$deed: the other services were called");
	is(($text =~ /^# call GetTime times=(\d+)/m)[0] // 0, 1, "$deed: this one was not called again")
		if $is{dead};
	line_like($run, 'report', qr/^(?:not )?ok \d+ - firmware: keeps this report for the next boot(?! # SKIP)/m,
		"$deed: the report is kept") if $writes;
	is(kept_findings($run), join(' ', sort @$expected), "$deed: it is in the flash, and names it") if $writes;
}

sub run_with_two_cpus {
	my ($deed, $options, %more) = @_;
	return run_guest(driver => 'resident', variant => $deed, smp => 2,
		files => { '/resident.efi' => 'build/tests/boot/drivers/unruly.efi' },
		conf => "title Self-check\nselfcheck\noptions finish=poweroff $options\n", %more);
}

if ($ENV{EVERYTHING} || ($ENV{DEED} // '') eq 'first-cpu-only') {
	my $run = run_with_two_cpus('first-cpu-only', 'firmware=strict');
	is(found_by($run), 'other-cpu', 'first-cpu-only: it is named, and nothing else');
	is("@{ $run->{report}{problems} }", '', 'first-cpu-only: the map is right');
	cmp_ok(hits($run), '>=', 1, 'first-cpu-only: it was done');
}

# With instructions that take 1024 ns each, five minutes are soon over. Another CPU ends the run.
if ($ENV{EVERYTHING}) {
	my $run = run_with_two_cpus('never-returns', '', limit => 900, until => qr/^Bail out.*\n/m,
		extra => [ '-icount', 'shift=10,sleep=off' ]);
	is($run->{ended}, 'found', 'never-returns: another CPU ends the run');
	line_like($run, 'report', qr/^# finding does-not-return: GetTime: 300 s$/m, 'never-returns: it is named');
	line_like($run, 'report', qr/^Bail out! GetTime did not return within 300 seconds$/m,
		'never-returns: the end says so');
}
done_testing();
