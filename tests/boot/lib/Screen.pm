# SPDX-License-Identifier: BSD-2-Clause
#
# Reads what Keel has written on the screen, in the font of include/keel/font.h, from QEMU's
# picture of it. For keel.efi's own words a pixel that is white is lit, all others are not: text of the
# firmware is grey, so that nothing of it is taken for Keel's.
package Screen;

use strict;
use warnings;

# The number of such a #define.
sub constant {
	my ($source, $name) = @_;
	$source =~ /^#define KEEL_FONT_$name\s+(\d+)/m or die "Screen: no $name in the font\n";
	return $1;
}

# The font: columns and rows of a character, how much lower descenders stand, and the character for
# each picture, which is a string of '#' and '.', row by row with the descent.
sub font {
	open(my $file, '<', 'include/keel/font.h') or die "include/keel/font.h: $!\n";
	local $/;
	my $source = <$file>;
	my %font = map { lc $_ => constant($source, $_) } qw(ROWS COLUMNS DESCENT);
	my ($descenders) = $source =~ /^#define KEEL_FONT_DESCENDERS "(\w+)"/m;
	my $code = ord ' ';
	for my $rows ($source =~ /^\t\{ (0x.*?) \},/mg) {
		my $character = chr $code++;
		my @lines = map { substr sprintf('%08b', hex), -$font{columns} } split /, /, $rows;
		my @blank = ('0' x $font{columns}) x $font{descent};
		@lines = index($descenders, $character) < 0 ? (@lines, @blank) : (@blank, @lines);
		$font{characters}{ join '', @lines } = $character;
	}
	return \%font;
}

# QEMU's picture: width, a line of '0' and '1' for each row of pixels, and all colours. $lit tells for the three
# bytes of a colour whether it is that of text. Most rows are like others: between the lines, and where a dot
# has several pixels.
sub picture {
	my ($machine, $lit) = @_;
	my $path = "$machine->{dir}/screen.ppm";
	$machine->command('screendump', filename => $path);
	open(my $file, '<:raw', $path) or die "$path: $!\n";
	local $/;
	my ($width, $height, $pixels) = <$file> =~ /^P6\n(\d+) (\d+)\n255\n(.*)$/s
		or die "Screen: $path is not a picture\n";
	my (%is_lit, %line);
	my @lines = map {
		$line{$_} //= join '', map { $is_lit{$_} //= $lit->($_) ? 1 : 0 } unpack '(a3)*', $_
	} unpack "(a" . 3 * $width . ")$height", $pixels;
	return ($width, \@lines, [ keys %is_lit ]);
}

# The line of text whose top left corner is there; what is no character of the font is "?".
sub line_at {
	my ($font, $picture, $left, $top, $dot) = @_;
	my $cell_width = ($font->{columns} + 1) * $dot;
	my $line = '';
	for (my $x = $left; $x + $cell_width <= length $picture->[0]; $x += $cell_width) {
		my $cell = '';
		for my $row (0 .. $font->{rows} + $font->{descent} - 1) {
			$cell .= substr $picture->[$top + $row * $dot], $x + $_ * $dot, 1
				for 0 .. $font->{columns} - 1;
		}
		$line .= $font->{characters}{$cell} // '?';
	}
	$line =~ s/ +$//;
	return $line;
}

# The text of keel.efi from the top left corner on, a line each. $columns is how many characters would
# fit on the screen at least, as in efi/lib/panic_screen.c.
sub text {
	my ($machine, $columns) = (@_, 100);
	my $font = font();
	my ($width, $lines) = picture($machine, sub { $_[0] eq "\xff\xff\xff" });
	my $dot = int($width / ($columns * ($font->{columns} + 1))) || 1;
	my $height = ($font->{rows} + $font->{descent} + 1) * $dot;
	my @text;
	for (my $y = 0; $y + $height <= @$lines; $y += $height) {
		push @text, line_at($font, $lines, 0, $y, $dot);
	}
	return join "\n", @text;
}

# The self-check's screen: lines, a list, result, what is written in large letters at the bottom, and
# how large a dot is. Its background is dark, everything else is lit. The numbers are those of
# tests/payload/screen.c.
sub report {
	my $machine = shift;
	my ($margin, $band, $want_columns, $want_lines) = (6, 12, 105, 40);
	my $font = font();
	my ($width, $lines, $colours) = picture($machine, sub { grep { $_ >= 0x50 } unpack 'C3', $_[0] });
	my ($cell_width, $cell_height) = ($font->{columns} + 1, $font->{rows} + 3);
	my ($across, $down) = (int($width / ($want_columns * $cell_width)),
		int(@$lines / ($want_lines * $cell_height)));
	my $dot = ($across < $down ? $across : $down) || 1;
	my $left = ($margin + $band + $cell_width) * $dot;
	my $bottom = @$lines - (2 * $cell_height + $margin) * $dot;
	my $large = sub { line_at($font, $lines, $left, $_[0], 2 * $dot) };
	my $title = $large->($margin * $dot) eq 'Keel self-check';
	my @text = $title ? 'Keel self-check' : ();
	for (my $y = ($margin + ($title ? 2 * $cell_height : 0)) * $dot;
			$y + $cell_height * $dot <= $bottom; $y += $cell_height * $dot) {
		push @text, line_at($font, $lines, $left, $y, $dot);
	}
	pop @text while @text && $text[-1] eq '';
	return { lines => \@text, result => $large->($bottom), dot => $dot, colours => $colours };
}

1;
