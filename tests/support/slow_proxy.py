# SPDX-License-Identifier: LGPL-2.1-or-later
"""SlowProxy: a TCP forwarder in front of an HTTP service, which can hold back its answers."""
import threading
import time

from forwarder import Forwarder


class SlowProxy(Forwarder):
    """Forwards to the port of a service. Use as a context manager.

    delay: seconds that answers are held back; may change at any time, and counts from then on.
    """

    def __init__(self, port):
        self.delay = 0
        self.requests = 0          # pieces that were sent to the service
        self._end = threading.Event()
        super().__init__(port, self._hold_back)

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.port}"

    def __exit__(self, *_):
        self._end.set()
        super().__exit__()

    def _hold_back(self, _, is_answer):
        if not is_answer:
            self.requests += 1
            return
        begin = time.monotonic()
        while self.delay and time.monotonic() < begin + self.delay and not self._end.is_set():
            self._end.wait(0.05)
