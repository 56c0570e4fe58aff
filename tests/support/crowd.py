# SPDX-License-Identifier: LGPL-2.1-or-later
"""Crowd: thousands of viewers of one track, made by a process of its own.

Each reads the playlist every two seconds and then the newest segment, on one connection that it keeps. Some are slow: they
ask for all segments at once and read one byte a second.
"""
import dataclasses
import heapq
import select
import socket
import time

from own_process import OwnProcess, run


@dataclasses.dataclass
class Audience:
    port: int
    folder: str        # "/live/1_abcd1234/v32"
    viewers: int
    slow: int
    seconds: float
    every: float = 2


class Crowd(OwnProcess):
    """Use as a context manager."""

    def __init__(self, log, port, folder, **options):
        super().__init__(__file__, log, Audience(port, folder, **options))


class _Viewer:
    def __init__(self, number, is_slow):
        self.number = number
        self.is_slow = is_slow
        self.sock = None
        self.left = -1          # bytes of the answer to come; -1: its head
        self.head = b""
        self.body = bytearray()
        self.asked = 0.0
        self.is_playlist = False
        self.last = b""


class _Engine:
    def __init__(self, plan):
        self.plan = plan
        self.poll = select.epoll()
        self.by_fd = {}
        self.timers = []
        self.latencies = []
        self.counts = {"playlists": 0, "segments": 0, "bytes": 0, "errors": 0, "reconnects": 0, "slow_bytes": 0}
        self.buffer = bytearray(1 << 20)

    def run(self):
        begin = time.monotonic()
        total = self.plan.viewers + self.plan.slow
        for number in range(total):
            viewer = _Viewer(number, number >= self.plan.viewers)
            # They come over a whole period, not at once.
            heapq.heappush(self.timers, (begin + self.plan.every * number / total, number, viewer))
        end = begin + self.plan.seconds
        while time.monotonic() < end:
            wait = max(0.0, min(0.1, self.timers[0][0] - time.monotonic())) if self.timers else 0.1
            for fd, _ in self.poll.poll(wait, 512):
                if fd in self.by_fd:
                    self.read(self.by_fd[fd])
            while self.timers and self.timers[0][0] <= time.monotonic():
                self.tick(heapq.heappop(self.timers)[2])
        self.latencies.sort()
        slowest = self.latencies[int(len(self.latencies) * 0.99)] if self.latencies else None
        return {**self.counts, "open": len(self.by_fd), "p99": slowest}

    def tick(self, viewer):
        now = time.monotonic()
        if viewer.sock is None and not self.dial(viewer):
            heapq.heappush(self.timers, (now + self.plan.every, viewer.number, viewer))
            return
        if not viewer.is_slow:
            heapq.heappush(self.timers, (now + self.plan.every, viewer.number, viewer))
            if viewer.asked == 0:
                self.ask(viewer, "index.m3u8", True)
            return
        heapq.heappush(self.timers, (now + 1, viewer.number, viewer))
        try:
            got = viewer.sock.recv(1)
            self.counts["slow_bytes"] += len(got)
            if not got:
                self.leave(viewer)
        except BlockingIOError:
            pass
        except OSError:
            self.leave(viewer)

    def dial(self, viewer):
        sock = socket.socket()
        if viewer.is_slow:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sock.bind((f"127.3.{viewer.number // 250}.{viewer.number % 250 + 1}", 0))
        try:
            sock.connect(("127.0.0.1", self.plan.port))
        except OSError:
            self.counts["errors"] += 1
            sock.close()
            return False
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        viewer.sock = sock
        if viewer.is_slow:
            request = f"GET {self.plan.folder}/index.m3u8 HTTP/1.1\r\nHost: k\r\n\r\n"
            sock.send((request * 100).encode())
        else:
            self.by_fd[sock.fileno()] = viewer
            self.poll.register(sock.fileno(), select.EPOLLIN)
        return True

    def ask(self, viewer, name, is_playlist):
        viewer.asked = time.monotonic()
        viewer.is_playlist = is_playlist
        viewer.head, viewer.left = b"", -1
        viewer.body.clear()
        try:
            viewer.sock.send(f"GET {self.plan.folder}/{name} HTTP/1.1\r\nHost: k\r\n\r\n".encode())
        except OSError:
            self.leave(viewer)

    def read(self, viewer):
        try:
            count = viewer.sock.recv_into(self.buffer)
        except BlockingIOError:
            return
        except OSError:
            count = 0
        if count == 0:
            return self.leave(viewer)
        data = memoryview(self.buffer)[:count]
        if viewer.left < 0:
            viewer.head += bytes(data)
            end = viewer.head.find(b"\r\n\r\n")
            if end < 0:
                return None
            head = viewer.head[:end].lower()
            if not head.startswith(b"http/1.1 200"):
                self.counts["errors"] += 1
                return self.leave(viewer)
            at = head.index(b"content-length:") + 15
            viewer.left = int(head[at:].split(b"\r\n")[0])
            data = memoryview(viewer.head)[end + 4:]
        viewer.left -= len(data)
        if viewer.is_playlist:
            viewer.body += data
        self.counts["bytes"] += len(data)
        if viewer.left > 0:
            return None
        self.latencies.append(time.monotonic() - viewer.asked)
        viewer.asked = 0
        if not viewer.is_playlist:
            self.counts["segments"] += 1
            return None
        self.counts["playlists"] += 1
        newest = [line for line in bytes(viewer.body).split(b"\n") if line and not line.startswith(b"#")][-1]
        if newest != viewer.last:
            viewer.last = newest
            self.ask(viewer, newest.decode(), False)
        return None

    def leave(self, viewer):
        fd = viewer.sock.fileno()
        if fd in self.by_fd:
            self.poll.unregister(fd)
            del self.by_fd[fd]
        viewer.sock.close()
        viewer.sock = None
        viewer.asked = 0
        self.counts["reconnects"] += 1


if __name__ == "__main__":
    run(_Engine, Audience)
