# SPDX-License-Identifier: LGPL-2.1-or-later
"""Relay: a TCP forwarder, so that a connection comes from another address or falls silent."""
import socket
import threading


class Relay:
    """Forwards what it is sent to a port, from `source`. Use as a context manager."""

    def __init__(self, port, source="127.0.0.2"):
        self._target = ("127.0.0.1", port)
        self._source = source
        self._flows = threading.Event()
        self._flows.set()
        self._sockets = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._flows.set()
        for each in [self._listener, *self._sockets]:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()

    def silence(self):
        """Holds back what the encoder sends; its connection stays open."""
        self._flows.clear()

    def _accept(self):
        while True:
            try:
                inside, _ = self._listener.accept()
                outside = socket.create_connection(self._target, source_address=(self._source, 0))
            except OSError:
                return
            self._sockets += [inside, outside]
            for one, other in ((inside, outside), (outside, inside)):
                threading.Thread(target=self._forward, args=(one, other), daemon=True).start()

    def _forward(self, one, other):
        try:
            while data := one.recv(65536):
                self._flows.wait()
                other.sendall(data)
        except OSError:
            pass
        for each in (one, other):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
