# SPDX-License-Identifier: BSD-2-Clause
#
# What the self-check kernel reported: takes what came over the serial port and says whether every
# test point passed. The firmware and Keel write to the same port before it, with escape sequences;
# the report begins at the line "TAP version 14".
package SelfCheck;

use strict;
use warnings;

use TAP::Parser;

# Text as a terminal would leave it: no escape sequences, no carriage returns.
sub clean {
	my ($text) = @_;
	$text =~ s/\e\[[0-9;?=]*[A-Za-z]//g;
	$text =~ s/\r//g;
	return $text;
}

# Takes the serial port's text and how the machine ended. The object has: lines, points and
# skipped (numbers), failed (descriptions), problems (why it did not pass; empty if it did).
sub new {
	my ($class, $serial, $ended) = @_;
	my $text = clean($serial);
	my $self = bless { text => $text, lines => [], points => 0, skipped => 0,
		failed => [], problems => [] }, $class;
	my $problems = $self->{problems};
	my @reports = $text =~ /^TAP version 1[34]$/mg;
	push @$problems, "the machine did not power off: $ended" if $ended ne 'guest-shutdown';
	if (@reports != 1) {
		push @$problems, 'the kernel reported ' . @reports . ' times instead of once';
		return $self;
	}
	my ($report) = $text =~ /^TAP version 1[34]\n(.*)/ms;
	# A guest that was stopped may have sent no more than the beginning of that line.
	$report //= '';
	$self->{lines} = [ split /\n/, $report ];

	my $parser = TAP::Parser->new({ tap => "TAP version 13\n$report" });
	while (my $result = $parser->next) {
		next unless $result->is_test;
		$self->{points}++;
		$self->{skipped}++ if $result->has_skip;
		push @{ $self->{failed} }, $result->as_string unless $result->is_ok;
	}
	push @$problems, $parser->parse_errors;
	push @$problems, 'there is no plan' unless $parser->plan;
	push @$problems, 'there are no test points' unless $self->{points};
	push @$problems, scalar @{ $self->{failed} } . ' of ' . $self->{points} . ' checks failed'
		if @{ $self->{failed} };
	return $self;
}

sub passed {
	return !@{ $_[0]{problems} };
}

# A failed point with the comment and YAML lines that follow it.
sub failures {
	my $self = shift;
	my ($show, @shown) = (0);
	for (@{ $self->{lines} }) {
		$show = /^not ok/ if /^(not )?ok\b|^1\.\./;
		push @shown, $_ if $show;
	}
	return @shown;
}

1;
