# SPDX-License-Identifier: Apache-2.0
# "giver" listens and waits for datagrams; told by a line, it passes the listener on (SCM_RIGHTS) to "taker", which is older, and
# closes its own. Prints "ready", then "passed", and waits for the end of its standard input.
use strict;
use warnings;
use Socket;

my ($sendmsg, $recvmsg) = `uname -m` =~ /x86_64/ ? (46, 47) : (211, 212);
$| = 1;

socketpair(my $ours, my $theirs, AF_UNIX, SOCK_DGRAM, 0) or die "socketpair: $!";
my $taker = fork();
if ($taker == 0) {
    $0 = 'taker';
    close($ours);
    my $byte = "\0";
    my $iov = pack('P Q', $byte, 1);
    my $control = "\0" x 24;
    my $message = pack('Q L L P Q P Q l l', 0, 0, 0, $iov, 1, $control, 24, 0, 0);
    syscall($recvmsg, fileno($theirs), $message, 0) >= 0 or die "recvmsg: $!";
    syswrite($theirs, 'y');
    sleep(600);
    exit(0);
}
$0 = 'giver';
socket(my $datagrams, PF_INET, SOCK_DGRAM, 0) or die "socket: $!";
bind($datagrams, sockaddr_in(51820, INADDR_LOOPBACK)) or die "bind: $!";
socket(my $listener, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
bind($listener, sockaddr_in(0, INADDR_LOOPBACK)) or die "bind: $!";
listen($listener, 16) or die "listen: $!";
print "ready\n";
my $order = <STDIN>;

my $byte = 'x';
my $iov = pack('P Q', $byte, 1);
# struct cmsghdr { size_t cmsg_len; int cmsg_level; int cmsg_type; }, SOL_SOCKET 1, SCM_RIGHTS 1.
my $control = pack('Q l l l l', 20, 1, 1, fileno($listener), 0);
my $message = pack('Q L L P Q P Q l l', 0, 0, 0, $iov, 1, $control, 24, 0, 0);
syscall($sendmsg, fileno($ours), $message, 0) >= 0 or die "sendmsg: $!";
sysread($ours, my $answer, 1) or die "no answer: $!";
close($listener);
print "passed\n";
my $end = <STDIN>;
kill('KILL', $taker);
