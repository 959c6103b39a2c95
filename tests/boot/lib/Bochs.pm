# SPDX-License-Identifier: BSD-2-Clause
#
# A second emulator: Bochs boots a disk image. It has a CPU, page tables and TLB of its own, and so
# shares no error with QEMU. Debian's package has a debugger in it, which has to be told to go on,
# and no display but one for terminals: script(1) provides the terminal. The firmware is OVMF with
# code and variables in one file, as a ROM; it finds neither QEMU's fw_cfg nor a MADT.
package Bochs;

use strict;
use warnings;

use File::Temp qw(tempdir);
use POSIX ();

my $log_lines = 20;			# of what Bochs says in the end

# Why there is nothing to be done here, or nothing.
sub obstacle {
	my ($found) = grep { -x "$_/bochs" } split /:/, $ENV{PATH};
	return 'there is no Bochs on this machine (Debian: bochs, bochs-term)' unless $found;
	return 'Bochs has no display for terminals here (Debian: bochs-term)'
		unless grep { -e } glob '/usr/lib/*/bochs/plugins/libbx_term_gui.so';
	return 'there is no script(1) to give Bochs a terminal'
		if system 'script --version >/dev/null 2>&1';
	return 'there is no OVMF here that fits into a ROM of Bochs' unless defined firmware();
	return;
}

# OVMF in one file, where there is one that fits into a ROM: Bochs 2 has room for 2 MB, 3 for 4 MB.
sub firmware {
	my $rom = `ovmf/firmware rom 2>/dev/null`;
	chomp $rom;
	my ($version) = `bochs --help 2>&1 </dev/null` =~ /Bochs x86 Emulator (\d+)\./;
	my $room = ($version // 2) >= 3 ? 4 << 20 : 2 << 20;
	return $rom ne '' && -s $rom <= $room ? $rom : undef;
}

sub save {
	my ($path, $content) = @_;
	open(my $file, '>:raw', $path) or die "$path: $!\n";
	print $file $content;
	close $file or die "$path: $!\n";
}

sub load {
	my ($path) = @_;
	open(my $file, '<:raw', $path) or return '';
	local $/;
	return <$file> // '';
}

# The 512 bytes of an option ROM that does nothing: Bochs insists on one for its VGA.
sub empty_rom {
	my $rom = pack 'n C C x507', 0x55aa, 1, 0xcb;
	return $rom . pack 'C', -unpack('%8C*', $rom) & 0xff;
}

# Runs a command for so many seconds at most, even when this process is killed; a signal ends both.
# When script(1) ends, its terminal hangs up, and with it goes what it had started.
sub run_command {
	my ($limit, @command) = @_;
	my $pid = fork() // die "fork: $!\n";
	if (!$pid) {
		open(STDIN, '<', '/dev/null');
		{ no warnings 'exec'; exec 'timeout', '-k', 5, $limit, @command; }
		print STDERR "timeout: $!\n";
		POSIX::_exit(127);
	}
	my $end = sub {
		kill 'TERM', $pid;
		waitpid $pid, 0;
		die "SIG$_[0]\n";
	};
	local @SIG{qw(INT TERM HUP)} = ($end) x 3;
	waitpid $pid, 0;
	return $?;
}

# Boots image on that model of a CPU (see bochs --help cpu), and waits for the end. Returns serial,
# what came over the serial port; ended, "guest-shutdown" where the guest has switched the machine
# off, else what Bochs gave as its reason; log, the last lines of what Bochs itself said.
sub run {
	my %options = (model => 'corei7_skylake_x', memory => 512, limit => 600, @_);
	my $dir = tempdir('keel-bochs-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	my $rom = firmware();
	save("$dir/vga.rom", empty_rom());
	save("$dir/rc", "c\n");
	save("$dir/bochsrc", <<"END");
config_interface: textconfig
display_library: term
cpu: model=$options{model}, count=1, ips=50000000, reset_on_triple_fault=0
megs: $options{memory}
romimage: file=$rom
vgaromimage: file=$dir/vga.rom
pci: enabled=1, chipset=i440fx
ata0-master: type=disk, path=$options{image}, mode=volatile, journal=$dir/redolog
boot: disk
com1: enabled=1, mode=file, dev=$dir/serial
sound: driver=dummy
log: $dir/log
panic: action=fatal
END
	my $status = run_command($options{limit}, 'script', '-qec',
		"exec bochs -q -f '$dir/bochsrc' -rc '$dir/rc' >'$dir/terminal' 2>&1 </dev/null",
		'/dev/null');
	my $late = $status >> 8 == 124;
	my $log = load("$dir/log");
	my ($why) = (load("$dir/terminal") . $log)
		=~ /exiting with the following message:\s*\n\[[^]]*\] (.*)/;
	my @log = split /\n/, $log;
	splice @log, 0, -$log_lines if @log > $log_lines;
	$why = $late ? 'time limit' : $why // 'Bochs ended without a word';
	return { serial => load("$dir/serial"), log => join("\n", @log),
		ended => $why =~ /soft power off/ ? 'guest-shutdown' : $why };
}

1;
