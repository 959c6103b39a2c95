# SPDX-License-Identifier: BSD-2-Clause
#
# Measurements as a picture: panels side by side, both axes logarithmic.
package Plot;
use strict;
use warnings;

my ($width, $height) = (400, 260);	# of a panel's inside
my ($left, $top, $gap, $bottom) = (70, 50, 90, 55);

sub log10 { return log($_[0]) / log(10); }

# The powers of ten that enclose the values.
sub decades {
	my @logs = map { log10($_) } @_;
	my ($low, $high) = (sort { $a <=> $b } @logs)[0, -1];
	$low = $low < 0 ? -int(-$low + 0.999999) : int($low);
	return ($low, int($high + 0.999999));
}

sub label {
	my $power = shift;
	my %prefix = (0 => '', 3 => 'k', 6 => 'M', 9 => 'G');
	return '0.' . '0' x (-$power - 1) . '1' if $power < 0;
	return 10 ** ($power % 3) . $prefix{ $power - $power % 3 };
}

sub panel {
	my ($x0, $name, $points) = @_;
	my ($x_low, $x_high) = decades(map { $_->[0] } @$points);
	my ($y_low, $y_high) = decades(map { $_->[1] } @$points);
	my $x = sub { $x0 + $width * (log10($_[0]) - $x_low) / ($x_high - $x_low) };
	my $y = sub { $top + $height - $height * (log10($_[0]) - $y_low) / ($y_high - $y_low) };
	my $svg = '';

	for my $power ($x_low .. $x_high) {
		my $at = $x->(10 ** $power);
		$svg .= sprintf "<line stroke='#dddddd' x1='%.1f' y1='%d' x2='%.1f' y2='%d'/>\n", $at, $top,
			$at, $top + $height;
		$svg .= sprintf "<text x='%.1f' y='%d' text-anchor='middle'>%s</text>\n", $at,
			$top + $height + 18, label($power);
	}
	for my $power ($y_low .. $y_high) {
		my $at = $y->(10 ** $power);
		$svg .= sprintf "<line stroke='#dddddd' x1='%d' y1='%.1f' x2='%d' y2='%.1f'/>\n", $x0, $at,
			$x0 + $width, $at;
		$svg .= sprintf "<text x='%d' y='%.1f' text-anchor='end'>%s</text>\n", $x0 - 8, $at + 4,
			label($power);
	}
	my @places = map { sprintf '%.1f,%.1f', $x->($_->[0]), $y->($_->[1]) } @$points;
	$svg .= "<polyline fill='none' stroke='#1f6feb' stroke-width='2' points='@places'/>\n";
	$svg .= sprintf "<circle fill='#1f6feb' cx='%s' cy='%s' r='3.5'/>\n", split /,/ for @places;
	$svg .= sprintf "<text x='%d' y='%d' text-anchor='middle'>%s</text>\n", $x0 + $width / 2,
		$top + $height + 42, $name;
	return $svg;
}

# Plot::write(FILE, title, [name, [[x, y], ...]], ...)
sub write {
	my ($file, $title, @panels) = @_;
	my $total = $left + @panels * ($width + $gap) - $gap + 30;
	my $tall = $top + $height + $bottom;
	open my $out, '>', $file or die "Plot: $file: $!\n";
	print $out "<svg xmlns='http://www.w3.org/2000/svg' width='$total' height='$tall' ",
		"viewBox='0 0 $total $tall' font-family='sans-serif' font-size='13'>\n",
		"<rect width='100%' height='100%' fill='white'/>\n",
		"<text font-size='16' x='$left' y='26'>$title</text>\n";
	print $out panel($left + $_ * ($width + $gap), @{ $panels[$_] }) for 0 .. $#panels;
	print $out "</svg>\n";
	close $out or die "Plot: $file: $!\n";
	return;
}

1;
