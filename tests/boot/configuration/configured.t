#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# keel.conf: a kernel from the disk, its command line, its modules, its symbols; and the entry that
# is chosen.
use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits
use lib qw(ovmf tests/boot/lib);
use Guest;
use Test::More;
use Verdict;

my $kernels = 'build/tests/kernels';
my $module_type = '1004';		# KEEL_MEMORY_TYPE_MODULE
my ($empty, $odd, $page) = ('', "odd\n" x 3333 . 'x', "\xa5" x 4096);

my $run = run_guest(
	conf => <<'END',
# Everything that an entry can have.
timeout 0
default  The second one

title The first one
	kernel \none.elf

title The second one
	kernel tell.elf
	options root=/dev/none quiet
	options console="ttyS0,115200" ümläut
	module \empty
	module "/Folder with blanks/odd.bin" named after all
	module page.bin
	symbols yes
END
	files => {
		'/EFI/BOOT/tell.elf' => "$kernels/tell-gcc-exec-2.elf", '/empty' => \$empty,
		'/Folder with blanks/odd.bin' => \$odd, '/EFI/BOOT/page.bin' => \$page,
	},
	extra => [ '-object', 'rng-random,id=rng,filename=/dev/urandom',
		'-device', 'virtio-rng-pci,rng=rng' ]);
is($run->{ended}, 'guest-shutdown', 'it runs, and switches the machine off') or diag($run->{text});
fact_is($run, check => '0', 'keel_boot_info_check is content');
fact_is($run, title => 'The second one', 'the default entry was started');
fact_is($run, path => 'tell.elf');
fact_is($run, options => 'root=/dev/none quiet console="ttyS0,115200" ümläut', 'its options');
fact_is($run, data_is_right => '1', 'initialized data, cleared memory');
fact_is($run, pointers_are_right => '1', 'pointers');
fact_is($run, entry => 'ffffffff80200000');
fact_is($run, phys_base => '0', 'it is at home');
fact_is($run, slide => '0');
fact_is($run, modules => '3');
fact_is($run, module_name => [ '\empty', '/Folder with blanks/odd.bin', 'page.bin' ], 'their names');
fact_is($run, module_options => [ '', 'named after all', '' ], 'their options');
fact_is($run, module_bytes => [ '0', sprintf('%x', length $odd), '1000' ], 'their sizes');
fact_is($run, module_sum => [ map { sum_of($_) } $empty, $odd, $page ], 'their content');
fact_is($run, module_type => [ $module_type, $module_type ], 'their type in the memory map');
fact_is($run, tell_is_right => '1', 'a symbol has the address of what it stands for');
my ($symbols) = qx(readelf -sW $kernels/tell-gcc-exec-2.elf) =~ /'\.symtab' contains (\d+) entries/;
fact_is($run, symbols => sprintf('%x', $symbols), 'all symbols of the file');
like($run->{facts}{device}[0], qr/^PciRoot\(0x0\).*HD\(1,GPT,/, 'the boot device, as text');
fact_is($run, random_source => '1', 'the seed comes from EFI_RNG_PROTOCOL');
my $seed = join ' ', @{ $run->{facts}{random} // [] };

# Slashes, an absolute path, no symbols, in the second place to look; another seed. And the self-check, told
# how to end.
my $guest = Guest->new(driver => 'twice', waits => 1,
	conf => "\x{ef}\x{bb}\x{bf}title Only\r\nkernel /boot/tell.elf\r\n",
	folders => { elsewhere => {}, reboot => { conf => "title Check\nselfcheck\noptions finish=reboot\n" },
		later => { conf => "title Check\nselfcheck\noptions finish=later\tfinish=\n" } },
	files => { '/boot/tell.elf' => "$kernels/tell-clang-pie-2.elf" });
$run = $guest->tell('as it is', in => 'elsewhere');
is($run->{ended}, 'guest-shutdown', 'as Windows writes it, in the root folder') or diag($run->{text});
fact_is($run, title => 'Only');
fact_is($run, options => '', 'no options');
fact_is($run, modules => '0', 'no modules');
fact_is($run, symbols => '0', 'no symbols');
# OVMF of 2023 and later has an EFI_RNG_PROTOCOL that asks the CPU.
like($run->{facts}{random_source}[0] // '', qr/^[12]$/, 'the seed comes from the CPU');
isnt(join(' ', @{ $run->{facts}{random} // [] }), $seed, 'it is another one');
$run = $guest->tell('as it is', in => 'reboot');
is($run->{ended}, 'guest-reset', 'finish=reboot');
$run = $guest->tell('as it is', in => 'later');
like($run->{text}, qr/^# Unknown option, expected finish=poweroff, reboot, warm or halt, or firmware=strict or again: finish=later finish=$/m,
	'finish=later is not known, and said without a tab');
$guest->stop;

# Without any configuration.
$run = run_guest(files => { '/keel.conf' => undef });
is($run->{ended}, 'waits', 'no keel.conf: the self-check, and the machine waits') or diag($run->{text});
like($run->{text}, qr/^# \d+ passed, 0 failed$/m, 'all checks have passed');

# The third place; and the self-check, told how.
$run = run_guest(conf => "title Check\nselfcheck\noptions finish=halt finish=poweroff\nmodule odd.bin\n",
	conf_path => '/EFI/keel/keel.conf', files => { '/EFI/keel/odd.bin' => \$odd });
inside_ok($run, 'the self-check, with a module');
done_testing();
