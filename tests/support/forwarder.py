# SPDX-License-Identifier: LGPL-2.1-or-later
"""Forwarder: TCP connections led on to a port of this machine; what is done to their bytes is another's business."""
import socket
import threading


def close(sockets):
    for each in sockets:
        shut(each)
        each.close()


def shut(sock):
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


class Forwarder:
    """Use as a context manager.

    before: called with (bytes, whether they are an answer) before they are handed on, on the thread of their direction.
    """

    def __init__(self, port, before, source=None):
        self._target = ("127.0.0.1", port)
        self._source = (source, 0) if source else None
        self._before = before
        self._sockets = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        close([self._listener, *self._sockets])

    def _accept(self):
        while True:
            try:
                inside, _ = self._listener.accept()
            except OSError:
                return
            try:
                outside = socket.create_connection(self._target, source_address=self._source)
            except OSError:
                inside.close()
                continue
            self._sockets += [inside, outside]
            for one, other, is_answer in ((inside, outside, False), (outside, inside, True)):
                threading.Thread(target=self._forward, args=(one, other, is_answer), daemon=True).start()

    def _forward(self, one, other, is_answer):
        try:
            while data := one.recv(65536):
                self._before(data, is_answer)
                other.sendall(data)
        except OSError:
            pass
        for each in (one, other):
            shut(each)
