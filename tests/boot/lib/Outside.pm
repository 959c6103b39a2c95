# SPDX-License-Identifier: BSD-2-Clause
#
# The map seen from outside: QEMU walks the page tables of the paused guest itself ("info tlb"), and
# what it finds is compared with include/keel/layout.h. Shares no code with Keel's builder, nor with
# the walker of the self-check kernel.
package Outside;

use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits

use Test::More;

use constant {
	PAGE  => 1 << 12,
	LARGE => 1 << 21,
	HUGE  => 1 << 30,
};

# Rows of the layout, in address order: kind, id, start, last, name.
sub rows {
	my @rows = map {
		chomp;
		my ($kind, $id, $start, $last, $name) = split /\t/;
		{ kind => $kind, id => $id, start => hex $start, last => hex $last, name => $name }
	} `build/tests/boot/layout`;
	die "build/tests/boot/layout printed nothing; make it first\n" unless @rows;
	return \@rows;
}

# What the letters say that QEMU prints for the flags of a leaf.
sub flags {
	my ($text) = @_;
	my ($nx, $global, $large, $dirty, undef, $uncached, undef, $user, $write) = map { $_ ne '-' } split //, $text;
	return (execute => !$nx, global => $global, bytes => $large ? LARGE : PAGE, dirty => $dirty,
		uncached => $uncached, user => $user, write => $write);
}

# The leaves of the current root, in address order, each with its row. QEMU prints
# "address: frame XGPDACTUW" for each, with '-' for a flag that is not set. X means no-execute. P is the page size bit; for 4 KiB leaves
# QEMU clears it, so that P tells large leaves, but not whether they have 2 MiB or 1 GiB.
#
# A leaf that is not aligned to 1 GiB, both address and frame, has 2 MiB. Of an aligned one, the
# next 2 MiB decide: a leaf in the list that starts there means 2 MiB. If there is none, then what
# follows is either absent or still a part of this leaf; the CPU's own translation tells which.
#
# Of leaves in one row that lead to the same frame with the same flags, one behind the other, there are
# the first and the last: of the 65,536 in espfix all others are like them.
sub leaves {
	my ($machine, $rows) = @_;
	my (@leaves, %flags);
	my ($i, $alike, $before) = (0, 0, '');
	for (split /\n/, $machine->monitor('info tlb')) {
		my ($address, $leads_to) = /^([0-9a-f]{16}): ([0-9a-f]{16} [-XGPDACTUW]{9})$/
			or die "info tlb: this line is not understood: $_\n";
		my $virt = hex $address;
		$alike = 0 if $leads_to ne $before;
		$before = $leads_to;
		$i++, $alike = 0 while $virt > $rows->[$i]{last};
		pop @leaves if ++$alike > 2;
		my ($phys, $flags) = split / /, $leads_to;
		push @leaves, { virt => $virt, phys => hex $phys, text => $_, row => $rows->[$i],
			@{ $flags{$flags} //= [ flags($flags) ] } };
	}
	for my $i (0 .. $#leaves) {
		my $leaf = $leaves[$i];
		next if $leaf->{bytes} != LARGE || ($leaf->{virt} | $leaf->{phys}) % HUGE;
		next if $i < $#leaves && $leaves[$i + 1]{virt} == $leaf->{virt} + LARGE;
		my $answer = $machine->monitor(sprintf 'gva2gpa 0x%x', $leaf->{virt} + LARGE);
		next unless $answer =~ /^gpa: 0x([0-9a-f]+)/;
		$leaf->{bytes} = HUGE if hex $1 == $leaf->{phys} + LARGE;
	}
	return \@leaves;
}

# One finding: no leaf is like that. Shows the first few that are.
sub none {
	my ($leaves, $name, $bad) = @_;
	my @bad = grep { $bad->($_) } @$leaves;
	my @first = @bad > 5 ? @bad[0 .. 4] : @bad;
	my @shown = map { "  $_->{text} ($_->{row}{name})" } @first;
	return { good => !@bad, name => $name,
		details => [ @bad . ' leaves, the first of them:', @shown ] };
}

sub finding {
	my ($good, $name, @details) = @_;
	return { good => !!$good, name => $name, details => \@details };
}

# Ranges of frames that can be executed through any leaf, merged.
sub executable_frames {
	my @frames;
	for (sort { $a->{phys} <=> $b->{phys} } grep { $_->{execute} } @{ $_[0] }) {
		my $end = $_->{phys} + $_->{bytes};
		if (@frames && $_->{phys} <= $frames[-1][1]) {
			$frames[-1][1] = $end if $end > $frames[-1][1];
		} else {
			push @frames, [ $_->{phys}, $end ];
		}
	}
	return @frames;
}

# Control registers as the monitor shows them.
sub registers {
	my $text = $_[0]->monitor('info registers');
	my %value = map { lc } $text =~ /\b(CR[034]|EFER)=([0-9a-f]+)/g;
	return { map { $_ => hex $value{$_} } keys %value };
}

# Everything that is checked, as a list: good, name, and the details of what is not good.
sub findings {
	my $machine = shift;
	my $rows = rows();
	my $leaves = leaves($machine, $rows);

	my $registers = registers($machine);
	my @findings = (
		finding($registers->{cr0} >> 16 & 1, 'CR0.WP is on'),
		finding($registers->{cr4} >> 7 & 1, 'CR4.PGE is on'),
		finding($registers->{efer} >> 11 & 1, 'EFER.NXE is on'));

	my %count = map { $_->{id} => 0 } @$rows;
	$count{ $_->{row}{id} }++ for @$leaves;
	for my $row (@$rows) {
		my $range = sprintf '%016x-%016x %s', @$row{qw(start last name)};
		my $n = $count{ $row->{id} };
		# There are no modules when the kernel starts: their region is empty like a hole.
		my $empty = $row->{kind} eq 'HOLE' || $row->{id} eq 'MODULES';
		push @findings, $empty ? finding(!$n, "$range: nothing is mapped", "$n leaves are")
			: finding($n, "$range: is mapped", 'nothing is');
	}

	my @executable = executable_frames($leaves);
	return (@findings,
		none($leaves, 'every leaf ends in the row that it begins in',
			sub { $_[0]{virt} + ($_[0]{bytes} - 1) > $_[0]{row}{last} }),
		none($leaves, 'nothing is writable and executable',
			sub { $_[0]{write} && $_[0]{execute} }),
		none($leaves, 'no frame that is executable is writable elsewhere', sub {
			my $leaf = shift;
			return 0 unless $leaf->{write};
			my ($start, $end) = ($leaf->{phys}, $leaf->{phys} + $leaf->{bytes});
			return scalar grep { $start < $_->[1] && $_->[0] < $end } @executable;
		}),
		none($leaves, 'user bits only on the vsyscall page, read-only and not executable', sub {
			my $leaf = shift;
			my $vsyscall = $leaf->{row}{id} eq 'VSYSCALL';
			return $leaf->{user} != $vsyscall
				|| $vsyscall && ($leaf->{write} || $leaf->{execute});
		}),
		none($leaves, 'only kernel text, EFI region and the waiting page are executable', sub {
			my $leaf = shift;
			my $last_page = $leaf->{virt} + $leaf->{bytes} - 1 == $leaf->{row}{last};
			return $leaf->{execute} && $leaf->{row}{id} !~ /^(TEXT|EFI)$/
				&& !($leaf->{row}{id} eq 'CPU_ENTRY_AREA' && $last_page);
		}),
		none($leaves, 'the direct map is its base plus the physical address', sub {
			my $leaf = shift;
			return $leaf->{row}{id} eq 'DIRECT_MAP'
				&& $leaf->{virt} - $leaf->{row}{start} != $leaf->{phys};
		}),
		none($leaves, 'all leaves are global', sub { !$_[0]{global} }),
		none($leaves, 'no read-only leaf is marked dirty',
			sub { $_[0]{dirty} && !$_[0]{write} }),
		none($leaves, 'the fixmap is uncached',
			sub { $_[0]{row}{id} eq 'FIXMAP' && !$_[0]{uncached} }));
}

# The findings as test points.
sub check {
	for (findings(shift)) {
		ok($_->{good}, $_->{name}) or diag(join "\n", @{ $_->{details} });
	}
}

1;
