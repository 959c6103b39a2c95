# SPDX-License-Identifier: BSD-2-Clause
#
# A machine that starts a stock Linux, again and again with the same disk and variables: by way of Keel and
# examples/linux, or by Linux' own EFI stub. What comes back (a "run") has
#
#	ended	how it ended, as Qemu.pm says it
#	text	all that came over the serial port
#	facts	what tests/witness/init has told: name => list of values, one for each line
#	plan	by way of Keel: the runtime ranges as boot_info has them, one line each, as init tells them
#	runtime	likewise: where the runtime services are
#	stopped	likewise: the machine, a Stopped
package Witness;

use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits

use DiskImage;
use Exporter qw(import);
use File::Temp qw(tempdir);
use Guest;
use Stopped;
use Test::More;

our @EXPORT = qw(need_linux run_is symbol);

use constant {
	SECONDS => 300,			# for a boot of Linux
	RUNTIME_SERVICES => 88,		# in EFI_SYSTEM_TABLE (UEFI 2.10, 4.3)
};

my $folder = 'build/witness';
my $kernel = 'build/linux.elf';
my $words = 'console=ttyS0 earlyprintk=serial efi=debug panic=-1';

# Skips the test where something is not there.
sub need_linux {
	for my $file (map { "$folder/$_" } qw(vmlinuz initrd.img), @_) {
		plan skip_all => "there is no $file: tests/witness/fetch has not brought it" unless -e $file;
	}
	$ENV{ACCEL} = 'tcg';		# it is stopped by a debugger
}

# Options are those of Qemu.pm.
sub new {
	my ($class, %options) = @_;
	my $dir = tempdir('keel-witness-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	return bless { dir => $dir, options => { memory => '1G', media => 'sata', limit => SECONDS, %options,
		vars => "$dir/vars.fd", keep => 1 } }, $class;
}

sub command_line {
	my (%how) = @_;
	return $words . ($how{do} ? " witness.do=$how{do}" : '') . ($how{options} ? " $how{options}" : '');
}

# The address of a function of examples/linux.
sub symbol {
	my ($name) = @_;
	my ($address) = `nm $kernel` =~ /^([0-9a-f]+) T \Q$name\E$/m;
	return hex($address // die "$kernel has no function $name\n");
}

# After these words of Linux' nothing comes any more.
my $lost = qr/^PANIC: early exception.*\n|^.*end Kernel panic.*\n/m;

sub result {
	my ($guest, $until) = @_;
	$guest->go(SECONDS) if $guest->{gdb};
	my $run = $guest->follow(until => $until ? qr/$until|$lost/ : $lost);
	push @{ $run->{facts}{$1} }, $2 while $run->{text} =~ /^witness: (\w+) *(.*?) *$/mg;
	return $run;
}

# What Keel has planned, in the firmware's order.
sub plan_of {
	my ($stopped) = @_;
	my $map = $stopped->get('boot_info.efi_map') - $stopped->{direct_map};
	my $stride = $stopped->get('boot_info.efi_map_stride');
	my @plan;
	for (my $at = 0; $at < $stopped->get('boot_info.efi_map_bytes'); $at += $stride) {
		my ($type, undef, $phys, $virt, $pages, $attribute) =
			unpack 'V2 Q<4', $stopped->read($map + $at, 40);
		push @plan, sprintf '0x%x 0x%x 0x%x 0x%x 0x%x', $type, $phys, $virt, $pages, $attribute
			if $virt;
	}
	return \@plan;
}

# One file of it all.
sub bundle {
	my ($self, %how) = @_;
	my $file = "$self->{dir}/debian.efi";
	system('tools/keel-bundle', '--kernel', $kernel, '--options', command_line(%how), '--module',
		"$folder/vmlinuz", '--module', "$folder/initrd.img", '-o', $file) == 0 or die "keel-bundle failed\n";
	return $file;
}

# A boot by way of Keel, with single files or as a bundle. do is what init is told, options come to the
# command line. before is called with the machine at the first instruction of examples/linux; change, with
# the physical address of boot_params behind it, when all is ready for Linux. Both may change the machine.
# With calls it goes on to the runtime service at this offset in EFI_RUNTIME_SERVICES, which is told as
# called; then until the output matches, or to its end.
sub by_keel {
	my ($self, %how) = @_;
	my $conf = "title Debian\nkernel \\linux.elf\nmodule \\vmlinuz\nmodule \\initrd.img\n"
		. 'options ' . command_line(%how) . "\n";
	my $image = make_image($self->{dir}, $how{bundle} ? { '/EFI/BOOT/BOOTX64.EFI' => $self->bundle(%how),
		'/keel.conf' => undef } : { '/EFI/BOOT/BOOTX64.EFI' => 'build/keel.efi',
		'/keel.conf' => \$conf, '/linux.elf' => $kernel, '/vmlinuz' => "$folder/vmlinuz",
		'/initrd.img' => "$folder/initrd.img" });
	my $stopped = Stopped->new(kernel => $kernel, image => $image, %{ $self->{options} });
	my $system = $stopped->get('boot_info.efi_system_table_phys');
	my %known = (stopped => $stopped, plan => plan_of($stopped),
		runtime => sprintf '0x%x', $stopped->number($system + RUNTIME_SERVICES));
	$how{before}->($stopped) if $how{before};
	if ($how{change}) {
		my $gdb = $stopped->{gdb};
		$gdb->run_to(symbol('enter'), SECONDS);
		$how{change}->($stopped, $gdb->registers->{rsi} - $stopped->{direct_map});
	}
	if ($how{calls}) {
		my $service = $stopped->number($stopped->phys(hex $known{runtime}) + $how{calls});
		$known{called} = eval { $stopped->{gdb}->run_to($service, SECONDS); 1 };
	}
	return { %{ result($stopped->{guest}, $how{until}) }, %known };
}

# A boot as the firmware itself starts Linux. The disk is there, too, with nothing to start.
sub by_stub {
	my ($self, %how) = @_;
	my $image = make_image($self->{dir}, {});
	my $guest = Guest->new(%{ $self->{options} }, media => 'beside', image => $image, extra => [ '-kernel', "$folder/vmlinuz",
		'-initrd', "$folder/initrd.img", '-append', command_line(%how) ]);
	return result($guest, $how{until});
}

# Values of a fact, one for each line that init has told.
sub run_is {
	my ($run, $fact, $expected, $name) = @_;
	my $good = is_deeply($run->{facts}{$fact} // [], ref $expected ? $expected : [$expected], $name);
	diag(substr $run->{text}, -3000) unless $good;
	return $good;
}

1;
