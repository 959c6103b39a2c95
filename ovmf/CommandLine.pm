# SPDX-License-Identifier: BSD-2-Clause
#
# What the command lines of ovmf/run, ovmf/debug and ovmf/screenshot have in common: what to boot, and on
# which machine. Mistakes are told with the usage, and end the program.
package CommandLine;

use strict;
use warnings;

use Exporter qw(import);
use File::Basename qw(basename);
use Getopt::Long qw(GetOptionsFromArray :config no_ignore_case);
use KernelDisk;

our @EXPORT = qw(command_line complain end_text mistake);
# keel-run, where that is what it is called: installed (make install).
our $program = basename($0) =~ /^keel-/ ? basename($0) : 'ovmf/' . basename($0);

our $what_to_boot = <<'END';
What to boot, besides an IMAGE (of a disk):
  --kernel ELF      that kernel, with keel.efi, from a disk that is made for it
  --selfcheck       the built-in self-check
  --options TEXT    the command line; may be given more than once
  --module FILE[:TEXT]  a module, with its options; may be given more than once
  --symbols         hand over the kernel's symbols
  --set 'KEY VALUE' any line of keel.conf (docs/configuration.md), such as 'title My kernel', 'timeout 5'
                    or quiet; may be given more than once
  --config FILE     in place of all these: a keel.conf. Its folder stands for the root of the volume:
                    kernels, drivers and modules that it names, and that are there, come along
  --file FILE:/PATH another file on the disk; may be given more than once
END

our $which_machine = <<'END';
The machine:
  --memory SIZE     memory of the guest (512M)
  --smp N           CPUs (1)
  --machine NAME    q35 or pc (q35)
  --cpu NAME        CPU model, as QEMU calls it (max)
  --firmware NAME   default, smm (variables kept in system management mode), 2m (for a smaller flash
                    chip) or u-boot (with --machine pc --media ide)
  --media NAME      what the disk is on: virtio, sata, ide, nvme, usb or cd (virtio)
  --window          show the guest's screen in a window (QEMU's gtk or sdl), which has its keyboard, too
  --limit SECONDS   give up after that long
  -- ARGUMENTS      the rest is for QEMU
With ACCEL=kvm the guest runs in KVM, otherwise it is emulated. OVMF_CODE and OVMF_VARS name other
firmware than the distribution's. Files are looked for where you stand. An emulated guest has one card more
on its PCI bus, pci-testdev: its ROM keeps OVMF from waiting for a TPM.
END

my @of_disk = qw(kernel=s selfcheck options=s@ module=s@ symbols set=s@ config=s file=s@);
my @of_machine = qw(memory=s smp=i machine=s cpu=s firmware=s media=s limit=i);

# How a guest has ended, for people.
my %end_text = (
	'guest-reset'   => 'the guest was reset: by itself, or by a triple fault',
	'guest-panic'   => 'the guest has panicked',
	'host-ui'       => 'its window was closed',
	'back in the firmware' => 'keel.efi has given up, and the firmware has nothing else to start',
	'qemu ended'    => 'QEMU has ended',
);

sub end_text {
	my ($ended, $limit) = @_;
	return "the guest did not power off within $limit seconds" if $ended eq 'time limit';
	return $end_text{$ended} // "the guest has ended with '$ended'";
}

sub complain {
	print STDERR "$program: ", $_[0] =~ s/\n*$/\n/r;
	exit($_[1] // 1);
}

# Of the command line.
sub mistake {
	complain((defined $_[0] ? "$_[0]\n" : '') . "$program --help lists the options", 2);
}

# The window that this QEMU can open.
sub window {
	my $how = "log in with ssh -X, or say '-- -vnc 127.0.0.1:0' and look at it with a VNC viewer, or take a"
		. " picture with ovmf/screenshot";
	complain("--window: there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set): $how")
		if ($ENV{DISPLAY} // '') eq '' && ($ENV{WAYLAND_DISPLAY} // '') eq '';
	my %known = map { $_ => 1 } split /\n/, qx(qemu-system-x86_64 -display help 2>/dev/null);
	my ($window) = grep { $known{$_} } qw(gtk sdl);
	return $window // complain('--window: this QEMU has neither gtk nor sdl: install qemu-system-gui (Debian,'
		. " Ubuntu) or qemu-ui-gtk (Fedora, Arch); or $how");
}

# Takes @ARGV apart: the program's own options besides those above (as Getopt::Long calls them => a
# reference), and at most so many other arguments. Returns disk, what kernel_disk() takes, or undef if there is
# nothing to make one for; machine, options for Qemu.pm; rest, the other arguments.
sub command_line {
	my ($usage, $most, %own) = @_;
	my @arguments = @ARGV;
	my (%disk, %machine, @extra, $window, $help);
	for my $i (0 .. $#arguments) {
		next unless $arguments[$i] eq '--';
		(undef, @extra) = splice @arguments, $i;
		last;
	}
	my %targets = ('help' => \$help, 'window' => \$window);
	$targets{$_} = \$disk{ s/\W.*//r } for @of_disk;
	$targets{$_} = \$machine{ s/\W.*//r } for @of_machine;
	# A program may take one of those above for itself.
	%targets = (%targets, %own);
	GetOptionsFromArray(\@arguments, %targets) or mistake();
	if ($help) {
		print $usage;
		exit 0;
	}
	mistake("'$arguments[$most]' is one argument too many") if @arguments > $most;
	for my $given (\%disk, \%machine) {
		delete @$given{ grep { !defined $given->{$_} } keys %$given };
	}
	my ($with_config) = grep { $disk{$_} } qw(kernel selfcheck options module symbols set);
	mistake("--$with_config does not go with --config: say it in that file")
		if $disk{config} && $with_config;
	mistake('either --kernel or --selfcheck') if $disk{kernel} && $disk{selfcheck};
	$machine{display} = window() if $window;
	return { disk => %disk ? \%disk : undef, machine => { %machine, extra => \@extra },
		rest => \@arguments };
}

1;
