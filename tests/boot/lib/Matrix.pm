# SPDX-License-Identifier: BSD-2-Clause
#
# Machines on which Keel has to work: the one table of them, and how a row is tried. Each boots the
# same image, passes its self-check, and bears looking at from outside.
package Matrix;

use strict;
use warnings;

use Bochs;
use Exporter qw(import);
use Guest;
use Keys;
use Outside;
use SelfCheck;

our @EXPORT = qw(rows try_row table wrong_outside);

# The memory of modules that the firmware's map does not have by itself: see drivers/addmemory.c.
my @modules = ('-m', 'slots=3,maxmem=16G', map { (
	'-object', "memory-backend-ram,id=module$_->[0],size=256M",
	'-device', "pc-dimm,memdev=module$_->[0],addr=$_->[1]") }
	[ 0, '0x100000000' ], [ 1, '0x110000000' ], [ 2, '0x180000000' ]);
my $apic = 'smbios-entry-point-type=64';

# What varies, the row's name, quick (part of make test) or full (make test-all; also what another
# test of make test covers already), and options of Guest.pm; also bochs (that emulator instead of QEMU, and this
# model of its CPUs), refused (what keel.efi gives as its reason to go
# back to the firmware), says (what the self-check has to report besides), secure (Secure Boot is on, keel.efi signed), hole (no memory may lie
# between 4 GB and 1 TB, or the row is not what it is called).
my @rows = (
	[ 'boot medium', 'SATA disk', 'full', media => 'sata' ],
	[ 'boot medium', 'NVMe disk', 'quick', media => 'nvme' ],
	[ 'boot medium', 'virtio disk', 'full', media => 'virtio' ],
	[ 'boot medium', 'USB stick on xHCI', 'quick', media => 'usb', image => 'build/keel.img' ],
	[ 'boot medium', 'CD', 'full', media => 'cd', image => 'build/keel.iso' ],
	[ 'boot medium', 'network (PXE)', 'full', server => {} ],
	[ 'firmware', 'OVMF, 4 MB', 'full' ],
	[ 'firmware', 'OVMF, 2 MB', 'quick', firmware => '2m' ],
	[ 'firmware', 'OVMF with SMM, Secure Boot off', 'full', firmware => 'smm' ],
	[ 'firmware', 'OVMF with SMM, Secure Boot on, own keys', 'full', secure => 1 ],
	[ 'firmware', 'U-Boot', 'full', firmware => 'u-boot', machine => 'pc', media => 'ide' ],
	[ 'emulator', 'Bochs, Skylake-X', 'full', bochs => 'corei7_skylake_x' ],
	[ 'emulator', 'Bochs, Tiger Lake', 'full', bochs => 'tigerlake' ],
	[ 'machine', 'q35', 'full', machine => 'q35' ],
	[ 'machine', 'pc (i440FX), IDE disk', 'full', machine => 'pc', media => 'ide' ],
	[ 'CPU', 'qemu64: no 1 GB pages, SMEP, SMAP, UMIP', 'full', cpu => 'qemu64' ],
	[ 'CPU', 'Nehalem', 'full', cpu => 'Nehalem' ],
	[ 'CPU', 'Skylake-Server', 'quick', cpu => 'Skylake-Server' ],
	[ 'CPU', 'EPYC', 'full', cpu => 'EPYC' ],
	[ 'CPU', 'max: 1 GB pages, SMEP, SMAP, UMIP, LA57', 'full', cpu => 'max' ],
	[ 'CPU', 'max without 1 GB pages', 'full', cpu => 'max,-pdpe1gb' ],
	[ 'CPU', 'max without SMAP', 'full', cpu => 'max,-smap' ],
	[ 'CPU', 'max without LA57', 'full', cpu => 'max,-la57' ],
	[ 'CPU', 'max without NX', 'full', cpu => 'max,-nx', refused => qr/\bNX\b/ ],
	# The self-check asks for them: cpus started.
	[ 'CPUs, started by Keel', '1', 'full', smp => 1 ],
	[ 'CPUs, started by Keel', '4', 'full', smp => 4 ],
	[ 'CPUs, started by Keel', '64', 'full', smp => 64, limit => 300 ],
	[ 'CPUs, started by Keel', '255', 'full', smp => 255, limit => 1800 ],
	[ 'memory', '128 MB', 'quick', memory => '128M' ],
	[ 'memory', '512 MB', 'full', memory => '512M' ],
	[ 'memory', '3 GB', 'full', memory => '3G' ],
	[ 'memory', '6 GB', 'full', memory => '6G' ],
	[ 'memory', '64 GB', 'full', memory => '64G' ],
	[ 'memory', '1 TB', 'full', memory => '1T', cpu => 'max,phys-bits=42,vendor=GenuineIntel',
		limit => 600 ],
	[ 'memory', '1040 GB, most of it behind AMD\'s hole below 1 TB', 'full', memory => '1040G',
		cpu => 'EPYC,phys-bits=42', limit => 600, hole => 1 ],
	[ 'memory', '4 TB', 'full', memory => '4T', cpu => 'max,phys-bits=44', limit => 900 ],
	[ 'memory', '16 TB', 'full', memory => '16T', cpu => 'max,phys-bits=45',
		machine => "q35,$apic", limit => 1800 ],
	[ 'memory', 'two nodes, a hole in the second', 'full', memory => '6G', numa => [ '1G', '5G' ],
		smp => 2 ],
	[ 'memory', 'two nodes of 600 GB, holes below 4 GB and 1 TB', 'full', memory => '1200G',
		numa => [ '600G', '600G' ], smp => 2, cpu => 'EPYC,phys-bits=42', limit => 600, hole => 1 ],
	[ 'memory', 'persistent, and for a specific purpose', 'quick', driver => 'addmemory',
		extra => \@modules, says => qr/^# +RW- WB 127\d\.\d MB:/m ],
);

# As hashes: group, name, quick, and the rest as options.
sub rows {
	my $all = shift;
	my @hashes = map { my ($group, $name, $when, @options) = @$_;
		{ group => $group, name => $name, quick => $when eq 'quick', options => {@options} } } @rows;
	return $all ? @hashes : grep { $_->{quick} } @hashes;
}

# Why the row cannot be tried on this machine; nothing if it can.
sub obstacle {
	my $options = shift;
	return Bochs::obstacle() if $options->{bochs};
	return Keys::obstacle() if $options->{secure};
	my $image = $options->{image};
	return "there is no $image" if $image && !-r $image;
	my $firmware = $options->{firmware} // 'default';
	return 'there is no such firmware here' if system "ovmf/firmware $firmware >/dev/null 2>&1";
	return;
}

# Tries a row: good, result (for the table), details (of what is not good).
sub try_row {
	my $row = shift;
	my %options = %{ $row->{options} };
	my $missing = obstacle(\%options);
	return { skip => $missing, result => "not tried: $missing" } if $missing;
	return judge_bochs(Bochs::run(image => 'build/qemu.img', model => $options{bochs}))
		if $options{bochs};
	my ($refused, $says, $hole, $secure) = delete @options{qw(refused says hole secure)};
	my $keys = $secure && Keys->new;
	%options = ($keys->machine, limit => 240, keel => $keys->sign('build/keel.efi'),
		files => { '/keel.conf' => undef }, %options) if $secure;
	my $run = run_guest(%options);
	return $refused ? judge_refusal($run, $refused)
		: judge($run, $says, $hole, ($options{firmware} // '') eq 'u-boot');
}

sub judge_refusal {
	my ($run, $refused) = @_;
	my $good = $run->{ended} eq 'back in the firmware' && ($run->{error} // '') =~ $refused;
	return { good => $good, result => $good ? 'refused, with the reason' : 'FAILED',
		details => [ "it ended with '$run->{ended}'", $run->{text} ] };
}

# What is wrong from outside. A firmware with an empty Memory Attributes Table, as U-Boot's is, has
# runtime code that stays writable and executable.
sub wrong_outside {
	my ($machine, $no_attributes) = @_;
	return grep {
		my $finding = $_;
		my @elsewhere = grep { !/^\d+ leaves|\(EFI region\)$/ } @{ $finding->{details} };
		!$finding->{good} && !($no_attributes && !@elsewhere
			&& $finding->{name} =~ /^(nothing|no frame) .*executable/);
	} Outside::findings($machine);
}

sub in_hole {
	my $machine = shift;
	my $leaves = Outside::leaves($machine, Outside::rows());
	return grep { !$_->{good} } Outside::none($leaves, 'no memory between 4 GB and 1 TB', sub {
		my $leaf = shift;
		return $leaf->{row}{id} eq 'DIRECT_MAP' && $leaf->{phys} >> 32
			&& !($leaf->{phys} >> 40);
	});
}

sub judge {
	my ($run, $says, $hole, $u_boot) = @_;
	my ($machine, $ended) = @$run{qw(machine ended)};
	# U-Boot cannot switch the machine off at run time, and resets it. Without finish=poweroff the
	# machine waits.
	my $over = $ended =~ ($u_boot ? qr/^guest-reset$/ : qr/^(guest-shutdown|waits)$/);
	my $report = SelfCheck->new($run->{text}, $over ? 'guest-shutdown' : $ended);
	my @bad = $over ? wrong_outside($machine, $u_boot) : ();
	push @bad, in_hole($machine) if $over && $hole;
	my $silent = $says && $report->{text} !~ $says;
	my $good = $report->passed && !@bad && !$silent;
	my @log = split /\n/, $report->{text};
	splice @log, 0, -25 if @log > 25;
	return { good => $good, result => $good ? count($report) : 'FAILED',
		details => [ @{ $report->{problems} }, $report->failures, $machine->complaint,
			$silent ? "the report has nothing like $says" : (),
			(map { ($_->{name}, @{ $_->{details} }) } @bad), $report->passed ? () : @log ] };
}

# From inside only: Bochs has no monitor that could be asked from outside.
sub judge_bochs {
	my $run = shift;
	my $report = SelfCheck->new($run->{serial}, $run->{ended});
	return { good => $report->passed, result => $report->passed ? count($report) : 'FAILED',
		details => [ @{ $report->{problems} }, $report->failures, $run->{log} ] };
}

# How the points of a good report divide.
sub count {
	my $report = shift;
	my $skipped = grep { /^ok .* # SKIP / } @{ $report->{lines} };
	my $blamed = grep { /^not ok .* # TODO / } @{ $report->{lines} };
	my $passed = $report->{points} - $skipped - $blamed;
	return "$passed passed" . ($skipped ? ", $skipped skipped" : '')
		. ($blamed ? ", $blamed with findings about the firmware" : '');
}

# What the rows have come to, as a table in Markdown.
sub table {
	my ($text, $group) = ("| | | |\n|---|---|---|\n", '');
	for my $row (@_) {
		$text .= '| ' . ($row->{group} eq $group ? '' : $row->{group})
			. " | $row->{name} | $row->{outcome}{result} |\n";
		$group = $row->{group};
	}
	return $text;
}

1;
