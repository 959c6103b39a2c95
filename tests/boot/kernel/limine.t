#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Kernels of Limine's protocol with the adapter of examples/limine behind them: of each base revision, at fixed
# addresses and position-independent, on one CPU and on more. What the adapter cannot serve is said.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use File::Temp qw(tempdir);
use Guest;
use Test::More;
use Verdict;

my $dir = tempdir('keel-limine-XXXXXX', TMPDIR => 1, CLEANUP => 1);

my $conf = "title Limine\nkernel kernel.elf\noptions of the kernel\nmodule \\modules\\one its own\n";
my $end = qr/^limine: done [0-9a-f]+\n|^keel-limine: .*\n/m;

sub kernel_file { return "build/tests/kernels/limine-$_[0].elf" }

# A machine, and these kernels one after the other from the same boot of it.
sub served_ok {
	my ($kernels, $cpus, %options) = @_;
	my $guest = Guest->new(driver => 'twice', waits => 1, smp => $cpus, %options,
		folders => { map { ($_ => { conf => $conf }) } @$kernels },
		files => { '/modules/one' => \'world', map { ("/$_/kernel.elf" => kernel_file($_)) } @$kernels });
	run_ok($guest->tell('as it is', in => $_, until => $end), $_, $cpus, %options) for @$kernels;
}

sub run_ok {
	my ($run, $kernel, $cpus, %options) = @_;
	my ($looked) = $run->{text} =~ /^limine: done ([0-9a-f]+)$/m;
	cmp_ok(hex($looked // 0), '>', 150, "$kernel: the kernel has looked at everything") or diag($run->{text});
	my @wrong = $run->{text} =~ /^limine: wrong: (.*)$/mg;
	is_deeply(\@wrong, [], "$kernel: and all is as the protocol has it");
	my @late = late_cpus($run, $cpus, $kernel);
	my $hexadecimal = sprintf '%x', $cpus - @late;
	line_like($run, 'text', qr/^limine: cpus $hexadecimal$/m, "$kernel: each CPU came, with its argument");
	line_like($run, 'text', qr/^limine: entropy 3$/m, "$kernel: random numbers")
		if ($options{cpu} // 'max') eq 'max';
	my $screens = $options{extra} ? 2 : 1;
	line_like($run, 'text', qr/^limine: screens $screens$/m, "$kernel: each screen");
	my ($date) = map { hex } $run->{text} =~ /^limine: date ([0-9a-f]+)$/m;
	cmp_ok(abs(($date // 0) - time), '<', 86400, "$kernel: the date is today's");
	my ($usable) = map { hex } $run->{text} =~ /^limine: usable ([0-9a-f]+)$/m;
	cmp_ok($usable // 0, '>', 256 << 20, "$kernel: most of 512 MB can be used");
}

served_ok([ 0, 'pie' ], 3, extra => [ '-device', 'secondary-vga' ]);
if ($ENV{EVERYTHING}) {
	served_ok([0], 1);
	served_ok([ 2, 4, 6 ], 2);
	served_ok([ 1, 3, 5 ], 2, cpu => 'qemu64');
	run_ok(run_guest(smp => 255, limit => 600, until => $end, conf => $conf, files => {
		'/modules/one' => \'world', '/EFI/BOOT/kernel.elf' => kernel_file('pie') }), 'pie', 255);
}

# What wrap says of kernels that it cannot take.
sub wrap_says {
	my ($pattern, $what, $flags, $text) = @_;
	open(my $file, '>', "$dir/a.c") or die "$dir/a.c: $!\n";
	print $file $text;
	close $file;
	system("gcc -nostdlib -static -fno-pic -Wl,--build-id=none,-e,f $flags -o $dir/a.elf $dir/a.c") == 0
		or die "a.elf cannot be built\n";
	like(qx(examples/limine/wrap --header $dir/a.elf 2>&1), $pattern, $what);
}
wrap_says(qr/^wrap: .* is linked at ffffffffc0000000: Keel's window is ffffffff80000000 to ffffffff9fffffff\. In its linker script, begin at ffffffff80200000$/,
	'a kernel behind the window', '-Wl,-Ttext=0xffffffffc0000000,-n -mcmodel=kernel', 'void f(void) { }');
wrap_says(qr/is linked at 400000: Keel's window/, 'a program', '', 'void f(void) { }');
wrap_says(qr/not an ELF file for x86-64/, 'an object for 32 bits', '-m32 -r', 'void f(void) { }');
like(qx(examples/limine/wrap --header Makefile 2>&1), qr/^wrap: Makefile is not an ELF file/, 'no ELF file');
like(qx(make -s -C examples/limine 2>&1), qr/say which kernel: make KERNEL=/, 'no kernel');
done_testing();
