#!/usr/bin/env perl
# SPDX-License-Identifier: BSD-2-Clause
#
# Reads README and docs as a newcomer does: every block of commands (```sh), in order, in a fresh clone. A
# block whose first line is "# Needs hardware." is not for a machine that nobody sits at; `make test` is
# what runs this. Links lead somewhere, too. And what was built there has the same bytes as what is here.
use strict;
use warnings;
use lib qw(ovmf tests/boot/lib);
use DiskImage;
use File::Basename qw(dirname);
use File::Temp qw(tempdir);
use Test::More;

my $dir = tempdir('keel-documents-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my @documents = ('README.md', 'CONTRIBUTING.md', 'tests/README.md', 'examples/template/README.md',
	sort glob 'docs/*.md docs/*/*.md');

# The files as they are, without what was built: a clone has no more. Its commit is in the version.
my $copied = system("tar -c --exclude=./build . | tar -x --no-same-owner -C '$dir'") >> 8;
is($copied, 0, 'a copy of the source without anything built') or BAIL_OUT('nothing to read');

# What make has told its children is not what a newcomer's shell knows. And it is somewhere else in the world.
sub run {
	my ($document, $command) = @_;
	my $text = qx{cd '$dir' && umask 077 && env -u MAKEFLAGS -u MAKELEVEL -u MAKEOVERRIDES -u SOURCE_DATE_EPOCH \
TZ=Asia/Kathmandu LC_ALL=C.UTF-8 bash -c "\$(cat <<'END'
$command
END
)" 2>&1 </dev/null};
	is($? >> 8, 0, "$document: $command") or diag(substr $text, -2000);
	return $text;
}

my $blocks = 0;
for my $document (@documents) {
	my $text = content_of($document);
	for my $path ($text =~ /\]\((?!https?:|#)([^)#]+)/g) {
		ok(-e dirname($document) . "/$path", "$document: the link to $path leads somewhere");
	}
	while ($text =~ /^```sh\n(.*?)^```$/msg) {
		my @lines = split /\n/, $1;
		$blocks++;
		next if $lines[0] eq '# Needs hardware.';
		for (@lines) {
			my $command = s/\s+# .*//r;
			next if $command =~ /^(#|$)/ || $command eq 'make test';
			run($document, $command);
		}
	}
}
# What the documents only mention.
if ($ENV{EVERYTHING}) {
	like(run('README.md', 'make run KERNEL=build/hello.elf RUN="-- -name x"'), qr/^Hello from a kernel on Keel!$/m,
		'make run with arguments for QEMU');
	like(run('README.md', q{make debug KERNEL=build/hello.elf DEBUG="--batch --command 'info symbol \$pc'"}),
		qr/^kernel_main in section \.text/m, 'make debug, with a dollar sign for gdb');
}
cmp_ok($blocks, '>=', 4, 'there are blocks of commands');

run('README.md', 'make build/keel.img build/keel.iso');
for (qw(build/keel.efi build/keel.img build/keel.iso)) {
	is(digest_of("$dir/$_"), digest_of($_), "$_: built twice, the same bytes");
}
my $binary = content_of("$dir/build/keel.efi");
unlike($binary, qr/\Q$dir\E/, 'keel.efi does not know where it was built');
done_testing();
