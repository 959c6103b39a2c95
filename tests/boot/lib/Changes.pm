# SPDX-License-Identifier: BSD-2-Clause
#
# Changes to what a kernel finds at its entry, each with the name that the self-check's report has
# to call it by, and a way to try them all. For tests/boot/selfcheck/notices-*.t.
package Changes;

use strict;
use warnings;
no warnings 'portable';			# addresses have 64 bits

use Exporter qw(import);
use Outside;
use Promises qw(@promises);
use SelfCheck;
use Stopped;
use Test::More;
use Time::HiRes qw(time);

use constant {
	SECONDS => 60,			# for one change
	PAGE    => 1 << 12,
	LARGE   => 1 << 21,
	HUGE    => 1 << 30,
	SLOT    => 1 << 39,		# what one entry of the root is responsible for
	ADDRESS => 0x000ffffffffff000,

	# Bits of an entry: see include/keel/paging.h. In a large leaf, the third bit of the PAT
	# index has another place.
	P => 1 << 0, RW => 1 << 1, US => 1 << 2, PWT => 1 << 3, PCD => 1 << 4, A => 1 << 5,
	D => 1 << 6, PS => 1 << 7, PAT => 1 << 7, G => 1 << 8, IGNORED => 1 << 9,
	PAT_LARGE => 1 << 12, NX => 1 << 63,
};

our %row = map { $_->{id} => $_ } @{ Outside::rows() };

our @EXPORT = qw(PAGE LARGE HUGE SLOT ADDRESS P RW US PWT PCD A D PS PAT G IGNORED PAT_LARGE NX
	%row machine constant boot register direct_map free_memory find_leaf entry frame phys
	word place set set_member set_now
	promise all_of change change_entry change_bits fill lead set_byte set_word set_register execute
	member plant element elements_end descriptor descriptor_places copy_boot_info must_end must_die try_all);

my ($machine, @changes);

# The machine in which it happens; options are those of Guest.pm.
sub machine {
	local $ENV{ACCEL} = 'tcg';	# KVM on an odd host is not what this is about
	$machine = Stopped->new(@_);
}

# --- What is there ---

sub constant {
	return $machine->constant($_[0]);
}

# A member of boot_info, and one of the n-th element of what it points to.
sub boot {
	return $machine->get("boot_info.$_[0]");
}

sub element {
	return $machine->get(@_);
}

# Physical address of what follows the last element of an array of boot_info.
sub elements_end {
	my ($type, $count) = @_;
	my ($first, $bytes) = $machine->place("$type.virt", 0);
	return $first - $machine->offset("$type.virt") + boot($count) * $machine->bytes($type);
}

# The physical address of a member.
sub place {
	my ($phys) = $machine->place(@_);
	return $phys;
}

# 8 bytes of physical memory.
sub word {
	return $machine->number($_[0]);
}

# For functions that change something: 8 bytes of physical memory, a member, and a register.
sub set {
	$machine->set_number(@_);
}

sub set_member {
	$machine->set(@_);
}

sub set_now {
	$machine->set_register(@_);
}

# A general register.
sub register {
	return $machine->{registers}{ $_[0] };
}

sub direct_map {
	return $row{DIRECT_MAP}{start} + $_[0];
}

# A 2 MB boundary in the middle of the first range of free memory that has so many bytes, and the
# number of that range.
sub free_memory {
	my ($bytes) = @_;
	my $type = constant('KEEL_MEMORY_TYPE_CONVENTIONAL');
	for my $n (0 .. boot('memory_range_count') - 1) {
		next if element('memory_range.type', $n) != $type
			|| element('memory_range.bytes', $n) < $bytes;
		my $middle = element('memory_range.phys', $n)
			+ (element('memory_range.bytes', $n) >> 1);
		return ($middle - $middle % LARGE, $n);
	}
	die "there is no free memory\n";
}

# Place of the entry for virt at a level. The tables above it have to be there.
sub entry {
	my ($virt, $level) = @_;
	return $machine->entry($virt, $level) // die sprintf "nothing leads to %016x\n", $virt;
}

# What that entry leads to: a frame or a table.
sub frame {
	return $machine->number(entry(@_)) & ADDRESS;
}

# The physical address behind a virtual one.
sub phys {
	return $machine->phys($_[0]);
}

# The first address from virt on in a row with a 4 KiB leaf for which the function is true.
sub find_leaf {
	my ($id, $virt, $function) = @_;
	while ($virt < $row{$id}{last}) {
		# Over what is absent, or mapped with a large leaf, in the largest step that is.
		my $level = 4;
		while ($level > 1) {
			my $entry = $machine->number(entry($virt, $level));
			last if !($entry & P) || $level < 4 && $entry & PS;
			$level--;
		}
		local $_ = $machine->number(entry($virt, $level));
		return $virt if $level == 1 && $_ & P && $function->();
		my $step = 1 << 12 + 9 * ($level - 1);
		$virt = $virt - $virt % $step + $step;
	}
	die "there is no such leaf in $row{$id}{name}\n";
}

# --- What is changed ---

# The beginning of a point that names a region. Several holes have the same name.
sub name {
	my ($id) = @_;
	return $row{$id}{name} eq 'hole' ? sprintf 'hole %016x', $row{$id}{start} : $row{$id}{name};
}

# What the changes from here on show that the self-check looks at: a name from Promises.pm, or a member
# of boot_info or of what it points to. Returns the name.
my $promise;
my %sections = @promises;
my %kind = map { $_->[0] => $_->[2] // 'promise' } map { @$_ } values %sections;

sub promise {
	($promise) = @_;
	return $promise if $promise =~ /\./ || ($kind{$promise} // '') eq 'promise';
	die "Promises.pm does not know '$promise'\n";
}

# A change, in words and as a function, and how the point begins that has to fail because of it.
sub change {
	my ($what, $name, $change) = @_;
	die "nothing is promised of '$what'\n" unless defined $promise;
	push @changes, { what => $what, name => $name, change => $change, promise => $promise };
}

# After the point that fails because of the last change, the report also has to come to its end:
# what was changed is what a loop counts by.
sub must_end {
	$changes[-1]{ends} = 1;
}

# Nothing can be reported with the last change: it is noticed because the machine resets.
sub must_die {
	$changes[-1]{dies} = 1;
}

# The entry for virt becomes what a function makes of it.
sub change_entry {
	my ($what, $id, $virt, $level, $function) = @_;
	my $place = entry($virt, $level);
	change("$row{$id}{name}: $what", name($id), sub {
		local $_ = $machine->number($place);
		$machine->set_number($place, $function->());
	});
}

# The same for each row of a table, but those whose names match: name, promise and function. Instead of
# a promise there can be the name of one in %own.
sub change_bits {
	my ($what, $id, $virt, $level, $bits, $without, %own) = @_;
	for (@$bits) {
		my ($name, $about, $function) = @$_;
		next if $without && $name =~ $without;
		promise($own{$about} // $about);
		change_entry("$what: $name", $id, $virt, $level, $function);
	}
}

# Another frame or table, with the same bits.
sub lead {
	my ($what, $id, $virt, $level, $phys) = @_;
	change_entry($what, $id, $virt, $level, sub { $_ & ~ADDRESS | $phys });
}

# An entry where there is none.
sub fill {
	my ($what, $id, $virt, $level, $entry) = @_;
	die sprintf "something is at %016x\n", $virt if $machine->number(entry($virt, $level)) & P;
	change_entry(sprintf('%s at %016x', $what, $virt), $id, $virt, $level, sub { $entry });
}

sub set_byte {
	my ($what, $name, $phys, $value) = @_;
	change($what, $name, sub { $machine->set_number($phys, $value, 1) });
}

sub set_word {
	my ($what, $name, $phys, $value) = @_;
	change($what, $name, sub { $machine->set_number($phys, $value) });
}

# A general, flags or segment register.
sub set_register {
	my ($register, $name, $value) = @_;
	change(sprintf('%s is %x', $register, $value), $name,
		sub { $machine->set_register($register, $value) });
}

# What these instructions do: see Stopped.pm. At these physical addresses there are these words
# meanwhile.
sub execute {
	my ($what, $name, $code, %words) = @_;
	change($what, $name, sub {
		my %old = map { $_ => $machine->number($_) } keys %words;
		$machine->set_number($_, $words{$_}) for keys %words;
		$machine->execute($code);
		$machine->set_number($_, $old{$_}) for keys %words;
	});
}

# boot_info again, at a physical address, and RDI leads to it through a virtual one.
sub copy_boot_info {
	my ($what, $name, $phys, $virt) = @_;
	change($what, $name, sub {
		$machine->write($phys, $machine->read($machine->{boot}, $machine->bytes('boot_info')));
		$machine->set_register(rdi => $virt);
	});
}

# A number, or one that is so much more or less than the old one, or differs from it in these bits.
sub another {
	my ($old, $text) = @_;
	my ($how, $number) = $text =~ /^([-+^]?)(0x[0-9a-f]+|\d+)$/ or die "what is '$text'?\n";
	$number = hex $number if $number =~ /^0x/;
	return $how eq '+' ? $old + $number : $how eq '-' ? $old - $number
		: $how eq '^' ? $old ^ $number : $number;
}

# A member of boot_info, or of the n-th element of what it points to; and what to call it.
sub member {
	my ($member, $name, $value, $n, $called) = @_;
	my $what = $called // (defined $n ? "$member of element $n" : $member);
	promise($member);
	my $old = $machine->get($member, $n);
	my $new = another($old, $value);
	die "$what is $value already\n" if $new == $old;
	change("$what: $value", $name, sub { $machine->set($member, $new, $n) });
}

# A count becomes another, and what is there of the array's last element is zero but these members.
sub plant {
	my ($what, $name, $counter, $count, $phys, $type, %members) = @_;
	change($what, $name, sub {
		$machine->set($counter, $count);
		$machine->write($phys, "\0" x $machine->bytes($type));
		for (sort keys %members) {
			$machine->set_number($phys + $machine->offset("$type.$_"), $members{$_},
				$machine->bytes("$type.$_"));
		}
	});
}

# Physical addresses of a member of the descriptors in the firmware's map that are runtime ones, or are
# not.
sub descriptor_places {
	my ($member, $runtime) = @_;
	my ($map, $stride) = (boot('efi_map') - $row{DIRECT_MAP}{start}, boot('efi_map_stride'));
	my $virt = $machine->offset('efi_descriptor.virt');
	return map { $_ + $machine->offset($member) } grep { !!word($_ + $virt) == $runtime }
		map { $map + $_ * $stride } 0 .. boot('efi_map_bytes') / $stride - 1;
}

# A member of the first of these descriptors.
sub descriptor {
	my ($member, $name, $value, $runtime) = @_;
	my ($place) = descriptor_places($member, $runtime);
	my $bytes = $machine->bytes($member);
	promise($member);
	change("$member of a " . ($runtime ? 'runtime' : 'boot services') . " descriptor: $value", $name,
		sub {
		$machine->set_number($place, another($machine->number($place, $bytes), $value), $bytes);
	});
}

# --- Trying them ---

# Nothing is changed: before the first change, and to see that none of them stays, after the last.
sub try_unchanged {
	my ($when) = @_;
	$machine->restore;
	my $ended = $machine->run(undef, 3 * SECONDS);
	my $report = SelfCheck->new($machine->serial, $ended);
	ok($report->passed, "nothing is changed, $when: all checks pass")
		or diag(map { "$_\n" } @{ $report->{problems} }, $report->failures);
}

my $end = qr/^Bail out![^\n]*\n|^1\.\.\d/m;

# Nothing at all comes.
sub try_death {
	my ($change) = @_;
	$machine->restore;
	$change->{change}->();
	my $ended = $machine->run($end, SECONDS);
	ok($ended eq 'guest-reset' && $machine->serial !~ /^ok/m, "the machine resets: $change->{what}")
		or diag("survives: $change->{what}; the end: $ended");
}

# The point that names it comes, or the report ends without it.
sub try_change {
	my ($change) = @_;
	return try_death($change) if $change->{dies};
	my $named = qr/^not ok \d+ - (?:probe: )?\Q$change->{name}\E/m;
	$machine->restore;
	$change->{change}->();
	my $ended = $machine->run($change->{ends} ? $end : qr/$named|$end/m, SECONDS);
	my $text = $machine->serial;
	my $noticed = $text =~ $named;
	return if ok($noticed && (!$change->{ends} || $text =~ $end), "noticed: $change->{what}");
	die "QEMU has ended: " . $machine->complaint . "\n" if $ended eq 'qemu ended';
	my @said = $text =~ /^((?:not ok|Bail out!).*)/mg;
	diag("survives: $change->{what}; " . ($noticed ? 'the report does not come to its end'
		: "no point '$change->{name}...' fails") . "; the end: $ended");
	diag(map { "  $_\n" } @said ? @said : 'nothing fails');
}

# A kernel that is still running when its time is over, as one that counts to 2^52 is, takes nothing
# with it: the next change can be tried.
sub try_time_out {
	$machine->restore;
	is($machine->run(qr/^TAP version/m, SECONDS), 'found', 'a kernel runs');
	$machine->end_time;
	ok(eval { $machine->restore; 1 }, 'its time is over, and the machine can be set back')
		or diag("setting it back: $@");
}

# Every promise of a section has a change.
sub all_of {
	my ($section) = @_;
	my %changed = map { $_->{promise} => 1 } @changes;
	my @missing = grep { $kind{$_} eq 'promise' && !$changed{$_} }
		map { $_->[0] } @{ $sections{$section} };
	die "nothing is changed that these are about: @missing\n" if @missing;
}

# The first one of every second promise, and every tenth of the others, which are others in each region.
sub sample {
	my (%seen, @sample);
	my ($promises, $others) = (0, 0);
	for (@_) {
		my $first = !$seen{ $_->{promise} }++;
		push @sample, $_ if $first ? $promises++ % 2 == 0 : $others++ % 10 == 0;
	}
	return @sample;
}

# A sample of them, with EVERYTHING all, or with NOTICES those whose description or promise matches.
sub try_all {
	my $pattern = $ENV{NOTICES};
	my %seen;
	$seen{ $_->{what} }++ and die "'$_->{what}' is there twice\n" for @changes;
	@changes = defined $pattern ? grep { "$_->{promise}: $_->{what}" =~ $pattern } @changes
		: $ENV{EVERYTHING} ? @changes : sample(@changes);
	plan tests => @changes + 4;
	try_unchanged('before');
	try_time_out();
	my $began = time;
	try_change($_) for @changes;
	note(sprintf '%d changes in %.1f s', scalar @changes, time - $began);
	try_unchanged('after');
	$machine->stop;
}

1;
