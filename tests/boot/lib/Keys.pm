# SPDX-License-Identifier: BSD-2-Clause
#
# Keys of one's own for Secure Boot, in a variable store for OVMF, and files that are signed with them.
package Keys;

use strict;
use warnings;

use DiskImage;
use File::Copy qw(copy);
use File::Temp qw(tempdir);

my $owner = '11111111-2222-3333-4444-123456789abc';
my $global = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
my $database = 'd719b2cb-3d3a-4596-a3bc-dad00e67656f';

# Why it cannot be tried here; nothing if it can.
sub obstacle {
	return 'there is no OVMF with Secure Boot on this machine' if system 'ovmf/firmware smm >/dev/null 2>&1';
	for (['openssl', 'openssl'], ['sbsign', 'sbsigntool'], ['cert-to-efi-sig-list', 'efitools'], ['flash-var', 'efitools']) {
		my ($program, $package) = @$_;
		return "there is no $program here (Debian: $package)" if system "command -v $program >/dev/null";
	}
	return;
}

sub run {
	my @command = @_;
	my $text = do {
		open(my $pipe, '-|', 'sh', '-c', 'exec "$@" 2>&1', 'sh', @command) or die "sh: $!\n";
		local $/;
		my $all = <$pipe> // '';
		close $pipe;
		$all;
	};
	die "@command: $text\n" if $?;
}

# New ones: PK, KEK and db are enrolled.
sub new {
	my $class = shift;
	my $dir = tempdir('keel-keys-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	my $self = bless { dir => $dir, n => 0 }, $class;
	my (undef, $template) = split /\n/, `ovmf/firmware smm`;
	copy($template, "$dir/vars.fd") or die "$template: $!\n";
	for my $name (qw(PK KEK db)) {
		run(qw(openssl req -new -x509 -newkey rsa:2048 -nodes -days 3650), '-subj', "/CN=Keel's test, $name/",
			'-keyout', "$dir/$name.key", '-out', "$dir/$name.crt");
		run('cert-to-efi-sig-list', '-g', $owner, "$dir/$name.crt", "$dir/$name.esl");
		run('flash-var', '-g', $name eq 'db' ? $database : $global, "$dir/vars.fd", $name, "$dir/$name.esl");
	}
	return $self;
}

# What keel-bundle wants behind --sign.
sub key_and_cert { return map { "$_[0]{dir}/db.$_" } qw(key crt) }

# A signed copy of a file; its path.
sub sign {
	my ($self, $file) = @_;
	my $to = "$self->{dir}/signed" . ++$self->{n} . '.efi';
	my ($key, $cert) = $self->key_and_cert;
	run('sbsign', '--key', $key, '--cert', $cert, '--output', $to, $file);
	return $to;
}

# Options of Guest.pm for a machine that has the keys, with variables of its own.
sub machine {
	my $self = shift;
	my $vars = "$self->{dir}/vars" . ++$self->{n} . '.fd';
	copy("$self->{dir}/vars.fd", $vars) or die "$vars: $!\n";
	return (firmware => 'smm', vars => $vars);
}

1;
