# SPDX-License-Identifier: LGPL-2.1-or-later
"""SlowProxy: a TCP forwarder in front of an HTTP service, which can hold back its answers."""
import socket
import threading
import time


class SlowProxy:
    """Forwards to the port of a service. Use as a context manager.

    delay: seconds that answers are held back; may change at any time, and counts from then on.
    """

    def __init__(self, port):
        self._target = ("127.0.0.1", port)
        self.delay = 0
        self.requests = 0          # pieces that were sent to the service
        self._sockets = []
        self._end = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._end.set()
        for each in [self._listener, *self._sockets]:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()

    def _accept(self):
        while True:
            try:
                inside, _ = self._listener.accept()
            except OSError:
                return
            try:
                outside = socket.create_connection(self._target)
            except OSError:
                inside.close()
                continue
            self._sockets += [inside, outside]
            threading.Thread(target=self._forward, args=(inside, outside, False), daemon=True).start()
            threading.Thread(target=self._forward, args=(outside, inside, True), daemon=True).start()

    def _forward(self, one, other, is_answer):
        try:
            while data := one.recv(65536):
                if is_answer:
                    begin = time.monotonic()
                    while self.delay and time.monotonic() < begin + self.delay and not self._end.is_set():
                        self._end.wait(0.05)
                else:
                    self.requests += 1
                other.sendall(data)
        except OSError:
            pass
        for each in (one, other):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
