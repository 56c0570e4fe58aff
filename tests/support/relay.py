# SPDX-License-Identifier: LGPL-2.1-or-later
"""Relay: a TCP forwarder, so that a connection comes from another address or falls silent."""
import threading

from forwarder import Forwarder


class Relay(Forwarder):
    """Forwards what it is sent to a port, from `source`. Use as a context manager."""

    def __init__(self, port, source="127.0.0.2"):
        self._flows = threading.Event()
        self._flows.set()
        super().__init__(port, lambda *_: self._flows.wait(), source)

    def __exit__(self, *_):
        self._flows.set()
        super().__exit__()

    def silence(self):
        """Holds back what the encoder sends; its connection stays open."""
        self._flows.clear()
