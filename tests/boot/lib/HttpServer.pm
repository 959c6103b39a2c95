# SPDX-License-Identifier: BSD-2-Clause
#
# A server for HTTP boot on this machine's loopback, which a guest with QEMU's user network reaches as 10.0.2.2.
# It knows HEAD and GET of the files it was given, and keeps a list of what was asked for.
package HttpServer;

use strict;
use warnings;

use DiskImage;
use File::Temp qw(tempdir);
use IO::Socket::INET;
use POSIX ();

# Files: name => file, as for DiskImage.pm.
sub new {
	my ($class, %files) = @_;
	my $dir = tempdir('keel-http-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	make_folder("$dir/files", { map { ("/$_" => $files{$_}) } keys %files });
	my $listen = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 8) or die "HttpServer: $!\n";
	my $self = bless { dir => $dir, port => $listen->sockport, owner => $$ }, $class;
	$self->{pid} = fork() // die "HttpServer: fork: $!\n";
	if (!$self->{pid}) {
		$SIG{$_} = 'DEFAULT' for qw(INT TERM HUP PIPE);
		alarm 900;			# whatever becomes of the test
		while (my $client = $listen->accept) {
			answer($dir, $client);
		}
		POSIX::_exit(0);
	}
	return $self;
}

sub answer {
	my ($dir, $client) = @_;
	local $SIG{PIPE} = 'IGNORE';
	# One connection may bring several requests.
	while (my $line = <$client>) {
		my ($method, $name) = $line =~ m{^(GET|HEAD) /(\S*) HTTP/} or return;
		while (my $header = <$client>) {
			last if $header =~ /^\r?$/;
		}
		open(my $log, '>>', "$dir/asked") or return;
		print $log "$name\n";
		close $log;
		my $there = $name !~ /\.\./ && -f "$dir/files/$name";
		my $content = $there ? content_of("$dir/files/$name") : '';
		print $client $there ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 404 Not Found\r\n",
			"Content-Type: application/efi\r\nContent-Length: @{[ length $content ]}\r\n\r\n",
			$method eq 'GET' ? $content : '';
		$client->flush;
	}
}

sub url { return "http://10.0.2.2:$_[0]{port}/$_[1]" }

# The names that were asked for so far, each once.
sub asked {
	my $self = shift;
	return () unless -e "$self->{dir}/asked";
	my %names = map { $_ => 1 } split /\n/, content_of("$self->{dir}/asked");
	return sort keys %names;
}

sub DESTROY {
	my $self = shift;
	return if $self->{owner} != $$;
	local ($?, $!);
	kill 'TERM', $self->{pid};
	waitpid $self->{pid}, 0;
}

1;
