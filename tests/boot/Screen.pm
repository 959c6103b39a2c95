# SPDX-License-Identifier: BSD-2-Clause
#
# Reads what Keel has written on the screen, in the font of include/keel/font.h, from QEMU's
# picture of it: a pixel that is white is lit, all others are not. Text of the firmware is grey, so
# that nothing of it is taken for Keel's.
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

# QEMU's picture: width, and a line of '0' and '1' for each row of pixels.
sub picture {
	my $machine = shift;
	my $path = "$machine->{dir}/screen.ppm";
	$machine->command('screendump', filename => $path);
	open(my $file, '<:raw', $path) or die "$path: $!\n";
	local $/;
	my ($width, $height, $pixels) = <$file> =~ /^P6\n(\d+) (\d+)\n255\n(.*)$/s
		or die "Screen: $path is not a picture\n";
	my @lines = map {
		join '', map { $_ eq "\xff\xff\xff" ? 1 : 0 } unpack '(a3)*', $_
	} unpack "(a" . 3 * $width . ")$height", $pixels;
	return ($width, @lines);
}

# The text from the top left corner on, a line each; what is no character of the font is "?".
# $columns is how many characters would fit on the screen at least, as in efi/panic_screen.c.
sub text {
	my ($machine, $columns) = (@_, 100);
	my $font = font();
	my ($width, @lines) = picture($machine);
	my ($cell_width, $cell_height) = ($font->{columns} + 1,
		$font->{rows} + $font->{descent} + 1);
	my $dot = int($width / ($columns * $cell_width)) || 1;
	my @text;
	for (my $y = 0; $y + $cell_height * $dot <= @lines; $y += $cell_height * $dot) {
		my $line = '';
		for (my $x = 0; $x + $cell_width * $dot <= $width; $x += $cell_width * $dot) {
			my $cell = '';
			for my $row (0 .. $font->{rows} + $font->{descent} - 1) {
				$cell .= substr $lines[$y + $row * $dot], $x + $_ * $dot, 1
					for 0 .. $font->{columns} - 1;
			}
			$line .= $font->{characters}{$cell} // '?';
		}
		$line =~ s/ +$//;
		push @text, $line;
	}
	return join "\n", @text;
}

1;
