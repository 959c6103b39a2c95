# SPDX-License-Identifier: BSD-2-Clause
#
# The terminal as the guest's console: keys go to its serial port one by one, and what comes from there is
# shown as it is, but for what a firmware sends before its first word, which clears the screen. Control-A
# is for this program, as in qemu -nographic. The terminal is left as it was found, whatever happens but
# a SIGKILL.
package Console;

use strict;
use warnings;

use POSIX qw(:termios_h);

my $control_a = "\x01";
my $before;			# the terminal's settings, while they are others

# Whether somebody sits there, and this program is not in the background.
sub is_there {
	return -t STDIN && -t STDOUT && (POSIX::tcgetpgrp(0) // 0) == getpgrp;
}

sub restore {
	return unless $before;
	$before->setattr(0, TCSANOW);
	undef $before;
	print "\e[0m";		# colours
}

sub take_keys_one_by_one {
	my ($found, $raw) = (POSIX::Termios->new, POSIX::Termios->new);
	$found->getattr(0);
	$raw->getattr(0);
	$raw->setlflag($raw->getlflag & ~(ICANON | ECHO | ISIG | IEXTEN));
	$raw->setiflag($raw->getiflag & ~(ICRNL | INLCR | IGNCR | IXON | ISTRIP));
	$raw->setcc(VMIN, 1);
	$raw->setcc(VTIME, 0);
	# A signal may come at any moment: restore() has to find all of it or nothing.
	$before = $found;
	$raw->setattr(0, TCSANOW);
}

# Connects the terminal with the machine, which has been started with input => 1.
sub new {
	my ($class, $machine) = @_;
	my $self = bless { machine => $machine, start => '', begun => 0, prefix => 0, last => "\n" }, $class;
	$| = 1;
	print "Keys go to the guest's serial port. Control-A X quits, Control-A A is a Control-A.\n";
	for my $signal (qw(INT TERM HUP PIPE QUIT)) {
		my $next = $SIG{$signal};
		$SIG{$signal} = sub {
			restore();
			return $next->(@_) if ref $next;
			$SIG{$signal} = 'DEFAULT';
			kill $signal, $$;
		};
	}
	take_keys_one_by_one();
	$machine->attend(\*STDIN, sub { $self->read_keys });
	return $self;
}

# Returns how the machine ended, if that is what was typed.
sub read_keys {
	my $self = shift;
	sysread(STDIN, my $keys, 4096) or return 'quit';
	my $send = '';
	for my $key (split //, $keys) {
		if ($self->{prefix}) {
			$self->{prefix} = 0;
			return 'quit' if lc $key eq 'x';
			$send .= $control_a if lc $key eq 'a' || $key eq $control_a;
		} elsif ($key eq $control_a) {
			$self->{prefix} = 1;
		} else {
			$send .= $key;
		}
	}
	$self->{machine}->type($send) if $send ne '';
	return undef;
}

sub show {
	my ($self, $text) = @_;
	if (!$self->{begun}) {
		$self->{start} .= $text;
		$self->{start} =~ s/^(?:\e\[[0-9;?=]*[A-Za-z]|[\r\n])+//;
		# The rest of a sequence may still be on its way.
		return if $self->{start} =~ /^(?:\e(?:\[[0-9;?=]*)?)?$/;
		$self->{begun} = 1;
		$text = $self->{start};
	}
	print $text;
	$self->{last} = substr $text, -1;
}

# The terminal as it was, with the cursor at the beginning of a line.
sub end {
	my $self = shift;
	restore();
	print "\n" if $self->{last} ne "\n";
}

END {
	restore();
}

1;
