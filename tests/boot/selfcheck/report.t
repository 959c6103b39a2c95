#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# What a run found out comes home: it waits in a variable of the firmware until the next boot, which
# writes it to a file on the disk.
use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits
use lib qw(ovmf tests/boot/lib);
use DiskImage;
use Kept;
use Outside;
use Stopped;
use Test::More;

# include/keel/report.h, as it is in memory.
my $vendor = pack 'V v v C8', 0x6b65656c, 0x5c1f, 0x4a7e, 0x9d, 0x32, 0x84, 0x1c, 0x70, 0xe5, 0xb2, 0x9f;
my $written = qr/^  report    written to (\\keel-report-\d+\.txt)$/m;
my $stays = qr/^  note      last report not written: EFI status 0x(\w+)$/m;

# A kernel that leaves nothing behind, started by the driver that prints the memory map.
my $tell = "title Tell\nkernel \\tell.elf\n";
my $selfcheck = "title Self-check\nselfcheck\noptions finish=poweroff\n";
my $machine = Kept->new(
	'/EFI/BOOT/BOOTX64.EFI' => 'build/tests/boot/drivers/dump.efi',
	'/keel.efi' => 'build/keel.efi', '/keel.conf' => \$selfcheck, '/variant' => \'100',
	'/tell.elf' => 'build/tests/kernels/tell-gcc-exec-2.elf');

# All variables of Keel's.
sub own {
	return grep { $_->{vendor} eq $vendor } $machine->variables;
}

sub configure {
	$machine->write_file('/keel.conf', $_[0]) or die "mcopy failed\n";
}

# What the boot that has printed this text has brought home: one file more than before.
sub home {
	my ($name, $text, @before) = @_;
	my @new = grep { my $path = $_; !grep { $_ eq $path } @before } $machine->files(qr/report/);
	is(scalar @new, 1, "$name: the next boot makes a file") or diag($text);
	my ($path) = $text =~ $written;
	is(($path // 'nothing') =~ tr{\\}{/}r, $new[0], "$name: and says so");
	my $fetched = $machine->fetch($new[0] // 'none');
	return defined $fetched ? content_of($fetched) : '';
}

# Boots until the kernel's first instruction, where the report of the run before is home already; `change`
# gets the stopped machine, and the self-check goes on to its end. Returns how it ended, that report and
# what was printed. How this one went is in the variable then, for the next boot.
sub changed {
	my ($name, $change) = @_;
	my @before = $machine->files(qr/report/);
	my ($old) = own();
	my $stopped = Stopped->new($machine->options);
	is(scalar grep({ $_->{data} eq $old->{data} } own()), 0, "$name: the variable is gone");
	$change->($stopped);
	my $ended = $stopped->run(undef, 60);
	my $text = $stopped->serial;
	$stopped->stop;
	return ($ended, home($name, $text, @before), $text);
}

# --- All is well, and there is neither screen nor serial port -----------------------------------------

my $run = $machine->boot(undef, serial_port => 0);
is($run->{ended}, 'guest-shutdown', 'without screen and serial port: it ends');
is(join(' ', map { $_->{name} } own()), 'KeelReport', 'it leaves this variable, and no other');
my ($variable) = own();
is($variable->{attributes}, 7, 'non-volatile, for boot services and at run time');
cmp_ok(length $variable->{data}, '<', 1024, 'it is small');

# --- A disk that cannot be written to -------------------------------------------------------------------

configure($tell);
$run = $machine->boot(undef, read_only => 1);
like($run->{text}, $stays, 'read-only: it says so');
is(($run->{text} =~ $stays)[0], '8000000000000008', 'read-only: and why');
is($run->{ended}, 'guest-shutdown', 'read-only: the boot goes on');
is_deeply([ own() ], [ $variable ], 'read-only: the variable stays');
if ($ENV{EVERYTHING}) {
	configure($selfcheck);
	$run = $machine->boot(qr/^TAP version 14/m, read_only => 1);
	is_deeply([ own() ], [ $variable ], 'read-only: also when the next run hangs');
	configure($tell);

	my $free = $machine->free_bytes;
	$machine->write_file('/filler', 'x' x $free) or die "mcopy failed\n";
	$run = $machine->boot;
	is(($run->{text} =~ $stays)[0], '800000000000000b', 'full: it says so') or diag($run->{text});
	is_deeply([ $machine->files(qr/report/) ], [], 'full: it leaves no piece of a file');
	is_deeply([ own() ], [ $variable ], 'full: the variable stays');
	$machine->remove_file('/filler');
}

# --- The file -------------------------------------------------------------------------------------------

# The boot that brings it home goes on to a run with failures.
configure($selfcheck);
my ($ended, $report, $console) = changed('the file', sub {
	my $stopped = shift;
	my ($row) = grep { $_->{id} eq 'VSYSCALL' } @{ Outside::rows() };
	my $entry = $stopped->entry($row->{start}, 1);
	$stopped->set_number($entry, $stopped->number($entry) | 1 << 9);	# it is ignored
	$stopped->set('boot_info.exit_tries', 0);
});
is($ended, 'guest-shutdown', 'failures: it ends');
like($report, qr/\A# Keel report\n# All \d+ checks passed, /, 'it begins with the result');
ok(index($report, $variable->{data}) == 0, 'and all that was in the variable');
like($report, qr/^# ticks load=[1-9]\d* setup=[1-9]\d* .*total=[1-9]\d*$/m, 'how long it took');
like($report, qr/^# system    QEMU, Standard PC \(Q35 \+ ICH9, 2009\), pc-q35-[\d.]+$/m, 'the system');
like($report, qr/^# bios      \S.*, .*\d, \d\d\/\d\d\/\d{4}$/m, 'the BIOS');
like($report, qr/^# firmware  .*EDK II, revision [0-9a-f]+, UEFI 2[0-9a-f]{4}$/m, 'the firmware');
like($report, qr/^# cpu       QEMU TCG .*, signature [0-9a-f]+, 40 address bits$/m, 'the CPU');

# The part of a report behind that line, and before it.
my ($map, $table) = map { [ /^(\d+ [0-9a-f]+ \d+ [0-9a-f]+)$/mg ] }
	split /^# Memory Attributes Table$/m, $report;
is_deeply($table, [ $console =~ /^attributes (.*)$/mg ], 'the Memory Attributes Table, line by line');
# Files are opened and closed and memory is taken until boot services end.
my @runtime = grep { /^[56] / || /8[0-9a-f]{15}$/ } @$map;
is_deeply(\@runtime, [ grep { /^[56] / || /8[0-9a-f]{15}$/ } $console =~ /^map (.*)$/mg ],
	'the memory map: runtime ranges, line by line');
cmp_ok(scalar @runtime, '>=', 5, 'as many as there are');

# Rows of which the loader's own memory, which is elsewhere in the report, is no part.
sub keelmap {
	my (@arguments) = @_;
	my @lines = `build/keelmap --format=plan --phys-bits 40 @arguments 2>&1`;
	return [ grep { / (?:direct_map|efi|text) *$/ } @lines ];
}
my %path = map { $_ => "$machine->{dir}/$_.txt" } qw(report map table);
for ([ report => $report ], [ map => join '', map { "$_\n" } $console =~ /^map (.*)$/mg ],
	[ table => join '', map { "$_\n" } $console =~ /^attributes (.*)$/mg ]) {
	write_content($path{ $_->[0] }, $_->[1]);
}
my $plan = keelmap($path{report});
cmp_ok(scalar @$plan, '>', 30, 'keelmap reads it');
is_deeply($plan, keelmap('--attributes', $path{table}, $path{map}),
	'and shows what it shows for map and table that were printed');

# --- Failures, and an exception in the run behind them ------------------------------------------------------

# Something that comes after the exceptions' gates are there.
my ($function) = `nm build/selfcheck.elf` =~ /^(\w+) [tT] check_probes$/m;
($ended, $report) = changed('failures', sub {
	my $stopped = shift;
	$stopped->write($stopped->number($stopped->entry(hex $function, 1)) & 0xffffffffff000
		| hex($function) & 0xfff, "\x0f\x0b");
});
is($ended, 'guest-shutdown', 'exception: it ends');
like($report, qr/\A# Keel report\n# [2-9] of \d+ checks failed, /, 'failures: how many');
like($report, qr/^# not ok \d+ - vsyscall.*: expected \S+, found \S+$/m, 'failures: one of them');
like($report, qr/^# not ok \d+ - .*ExitBootServices was called at .*: expected 0x1, found 0x0$/m, 'failures: the other');

# --- The loader's last words --------------------------------------------------------------------------------

# The driver lets keel.efi come to its last words, which are kept, and the report of the run before is home.
sub last_words {
	my ($name, $last, $driver, $variant) = @_;
	$machine->write_file('/EFI/BOOT/BOOTX64.EFI', content_of("build/tests/boot/drivers/$driver.efi"));
	$machine->write_file('/variant', $variant);
	my @before = $machine->files(qr/report/);
	$run = $machine->boot;
	is($run->{ended}, 'last words', "$name: keel.efi gives up") or diag($run->{text});
	my ($words) = $run->{text} =~ /^(keel: fatal: .*)$/m;
	is_deeply([ map { $_->{data} } own() ], [ "# Keel report\n# $words\n" ], "$name: its words are kept");
	return ($words, home($last, $run->{text}, @before));
}

(my $words, $report) = last_words('panic', 'exception', 'stalekey', '100');
like($report, qr/\A# Keel report\n# Bail out! exception 6 .* RIP 0x$function /, 'exception: it is said');

# The same when it is on its own tables, and the firmware's services have moved.
(my $later_words, $report) = last_words('exception in keel.efi', 'panic', 'svam', 'watched');
like($later_words, qr/^keel: fatal: exception 1 /, 'exception in keel.efi: that is what it was');
like($report, qr/\A# Keel report\n# \Q$words\E\n/, 'panic: they are in the file');
like($report, qr/^# system    QEMU, /m, 'panic: so is the machine');

# --- A run that hangs -----------------------------------------------------------------------------------------

$machine->write_file('/EFI/BOOT/BOOTX64.EFI', content_of('build/tests/boot/drivers/dump.efi'));
my @before = $machine->files(qr/report/);
$run = $machine->boot(qr/^TAP version 14/m);
is($run->{ended}, 'found', 'no end: the self-check runs');
$report = home('exception in keel.efi', $run->{text}, @before);
like($report, qr/\A# Keel report\n# \Q$later_words\E\n/, 'exception in keel.efi: they are in the file');

# A kernel that leaves nothing.
configure($tell);
@before = $machine->files(qr/report/);
$run = $machine->boot;
is($run->{ended}, 'guest-shutdown', 'no end: the boot goes on');
is(scalar own(), 0, 'no end: the variable is gone');
$report = home('no end', $run->{text}, @before);
like($report, qr/\A# Keel report\n# keel: the self-check was started, and nothing is known of its end\n# \w+ /,
	'no end: that is all there is to say, but for the machine');
if (!$ENV{EVERYTHING}) {
	done_testing();
	exit;
}

# --- Nothing to bring home --------------------------------------------------------------------------------

@before = $machine->files(qr/report/);
$run = $machine->boot;
unlike($run->{text}, qr/report/, 'once is enough: nothing is said');
is_deeply([ $machine->files(qr/report/) ], \@before, 'and nothing written');

# --- Hardly any room for variables --------------------------------------------------------------------------

configure($selfcheck);
$machine->fill_variables(7000);
# The firmware puts its store in order several times, a byte of emulated flash after the other.
$run = $machine->boot(undef, limit => 300);
like($run->{text}, qr/^ok \d+ - firmware: keeps .* # SKIP too little room/m,
	'full flash: nothing is kept');
is($run->{ended}, 'guest-shutdown', 'full flash: and that is all');
is(scalar own(), 0, 'full flash: there is no variable');
done_testing();
