# SPDX-License-Identifier: LGPL-2.1-or-later
"""Storm: many connections at once from many loopback addresses, made by a process of its own.

Each connection comes from the next address, sends its bytes (at once, or one each `trickle` seconds), waits for the
other end to close or for `hold` seconds, and is replaced by another one until `count` were made or `seconds` are over.
`reset` closes without reading: the other end sees RST.
"""
import dataclasses
import errno
import heapq
import select
import socket
import struct
import time

from own_process import OwnProcess, run

_IN_FLIGHT = (errno.EINPROGRESS, errno.EAGAIN)


@dataclasses.dataclass
class Plan:
    port: int
    payloads: list            # hex; each connection sends the next one
    parallel: int = 100
    seconds: float = 5
    count: int = 0            # connections; 0: as many as there is time for
    addresses: int = 1        # 127.1.0.1, 127.1.0.2, …
    hold: float = 10          # seconds that a connection stays open at most
    trickle: float = 0        # seconds between two bytes; 0: all at once
    reset: bool = False
    marks: list = dataclasses.field(default_factory=list)   # texts to count in what is answered
    rate: float = 0           # connections per second at most; 0: as many as go


class Storm(OwnProcess):
    """Runs a plan beside the test. Use as a context manager."""

    def __init__(self, log, port, payloads, **options):
        payloads = [payloads] if isinstance(payloads, bytes) else payloads
        super().__init__(__file__, log, Plan(port, [each.hex() for each in payloads], **options))


class _Connection:
    def __init__(self, sock, payload, deadline):
        self.sock = sock
        self.payload = payload
        self.deadline = deadline
        self.connected = False
        self.received = b""


class _Engine:
    def __init__(self, plan):
        self.plan = plan
        self.payloads = [bytes.fromhex(each) for each in plan.payloads]
        self.poll = select.epoll()
        self.open = {}
        self.timers = []   # (when, fd, connection): the next byte, or the end
        self.made = 0
        self.most_open = 0
        self.outcomes = {"closed": 0, "held": 0, "failed": 0, "reset": 0}
        self.marks = {each: 0 for each in plan.marks}

    def run(self):
        begin = time.monotonic()
        end = begin + self.plan.seconds
        while True:
            now = time.monotonic()
            may_open = now < end and (not self.plan.count or self.made < self.plan.count)
            if may_open:
                allowed = self.plan.rate * (now - begin) + 1 if self.plan.rate else float("inf")
                while len(self.open) < self.plan.parallel and self.made < allowed \
                        and (not self.plan.count or self.made < self.plan.count):
                    self.dial(now)
            elif not self.open or now >= end:
                break
            self.serve()
        for connection in list(self.open.values()):
            self.close(connection, "held")
        return {"made": self.made, "most_open": self.most_open, "seconds": time.monotonic() - begin,
                **self.outcomes, "marks": self.marks}

    def dial(self, now):
        number = self.made
        self.made += 1
        address = number % self.plan.addresses
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        try:
            # The port is chosen when both ends are known: many connections from one address.
            sock.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
            sock.bind((f"127.{1 + address // 62500}.{address // 250 % 250}.{address % 250 + 1}", 0))
            failed = sock.connect_ex(("127.0.0.1", self.plan.port))
        except OSError as error:
            failed = error.errno
        if failed and failed not in _IN_FLIGHT:
            sock.close()
            self.outcomes["failed"] += 1
            return
        connection = _Connection(sock, self.payloads[number % len(self.payloads)], now + self.plan.hold)
        self.open[sock.fileno()] = connection
        self.most_open = max(self.most_open, len(self.open))
        self.poll.register(sock.fileno(), select.EPOLLIN | select.EPOLLOUT)
        heapq.heappush(self.timers, (connection.deadline, id(connection), connection))

    def serve(self):
        now = time.monotonic()
        wait = max(0.0, min(0.05, self.timers[0][0] - now if self.timers else 0.05))
        for fd, events in self.poll.poll(wait, 256):
            connection = self.open.get(fd)
            if connection is None:
                continue
            if events & select.EPOLLOUT and not self.write(connection):
                continue
            if events & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR):
                self.read(connection)
        now = time.monotonic()
        while self.timers and self.timers[0][0] <= now:
            _, _, connection = heapq.heappop(self.timers)
            if connection.sock.fileno() < 0:
                continue
            if now >= connection.deadline:
                self.close(connection, "held")
            else:
                self.poll.modify(connection.sock.fileno(), select.EPOLLIN | select.EPOLLOUT)

    def write(self, connection):
        """False when it is closed."""
        trickle = self.plan.trickle
        try:
            if connection.payload:
                sent = connection.sock.send(connection.payload[:1] if trickle else connection.payload)
                connection.payload = connection.payload[sent:]
        except BlockingIOError:
            return True
        except OSError:
            self.close(connection, "closed")
            return False
        if self.plan.reset and not connection.payload:
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close(connection, "reset")
            return False
        if trickle or not connection.payload:
            self.poll.modify(connection.sock.fileno(), select.EPOLLIN)
        if trickle and connection.payload:
            heapq.heappush(self.timers, (time.monotonic() + trickle, id(connection), connection))
        return True

    def read(self, connection):
        try:
            data = connection.sock.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close(connection, "closed")
        elif self.marks and len(connection.received) < 65536:
            connection.received += data

    def close(self, connection, outcome):
        fd = connection.sock.fileno()
        self.poll.unregister(fd)
        del self.open[fd]
        connection.sock.close()
        self.outcomes[outcome] += 1
        for mark in self.marks:
            self.marks[mark] += mark.encode() in connection.received


if __name__ == "__main__":
    run(_Engine, Plan)
