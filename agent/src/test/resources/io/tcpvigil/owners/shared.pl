# SPDX-License-Identifier: Apache-2.0
# Makes sockets with several owners: a listener inherited by two workers, accepted connections of which one is held by a
# worker alone, and one that is passed to a process that had nothing to do with it (SCM_RIGHTS). Prints "ready", then waits
# for the end of its standard input.
use strict;
use warnings;
use Socket;
use IO::Handle;

my ($sendmsg, $recvmsg) = `uname -m` =~ /x86_64/ ? (46, 47) : (211, 212);
$| = 1;

socket(my $listener, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
socketpair(my $ours, my $theirs, AF_UNIX, SOCK_DGRAM, 0) or die "socketpair: $!";

# A process that takes a descriptor; it is started first, so that it inherits no connection.
my @children;
my $taker = fork();
if ($taker == 0) {
    close($listener);
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
push(@children, $taker);

bind($listener, sockaddr_in(0, INADDR_LOOPBACK)) or die "bind: $!";
listen($listener, 16) or die "listen: $!";
my $address = getsockname($listener);
my @held;
sub open_pair {
    socket(my $client, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
    connect($client, $address) or die "connect: $!";
    accept(my $server, $listener) or die "accept: $!";
    return ($client, $server);
}

# Passed to the process above and kept; then one that is passed and given up.
my ($client, $server) = open_pair();
push(@held, $client, $server);
my $byte = 'x';
my $iov = pack('P Q', $byte, 1);
# struct cmsghdr { size_t cmsg_len; int cmsg_level; int cmsg_type; }, SOL_SOCKET 1, SCM_RIGHTS 1.
my $control = pack('Q l l l l', 20, 1, 1, fileno($server), 0);
my $message = pack('Q L L P Q P Q l l', 0, 0, 0, $iov, 1, $control, 24, 0, 0);
syscall($sendmsg, fileno($ours), $message, 0) >= 0 or die "sendmsg: $!";
sysread($ours, my $answer, 1) or die "no answer: $!";

# Two workers share the listener and all that is open by then.
for (1 .. 2) {
    my $worker = fork();
    if ($worker == 0) {
        sleep(600);
        exit(0);
    }
    push(@children, $worker);
}

# A worker that holds its connection alone.
my ($far, $near) = open_pair();
my $alone = fork();
if ($alone == 0) {
    close($listener);
    close($_) for @held;
    close($far);
    sleep(600);
    exit(0);
}
push(@children, $alone);
close($near);
push(@held, $far);

# One that is closed by us, and one that nobody accepts.
my ($first, $second) = open_pair();
close($first);
close($second);
socket(my $waiting, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
connect($waiting, $address) or die "connect: $!";

print "ready\n";
my $end = <STDIN>;
kill('KILL', @children);
