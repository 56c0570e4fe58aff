# SPDX-License-Identifier: LGPL-2.1-or-later
"""LiveWatch: a player of one entry that runs beside a test and counts how much it has buffered."""
import http.client
import threading
import time

from hls import MasterPlaylist, MediaPlaylist

_START = 2  # segments behind which it begins; RFC 8216 asks players for three target durations


class LiveWatch:
    """Follows the first variant over one connection at a time and fetches every segment once. A playhead runs in real
    time from the third-last segment on; `least` is the smallest buffer it ever had, and a stall is one below zero. Who
    makes load has to be another process. Use as a context manager."""

    def __init__(self, klive, entry, look_every=0.25):
        self._port = klive.http_port
        self._entry = entry.id
        self._look_every = look_every
        self._stop = threading.Event()
        self._began = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._lock = threading.Lock()
        self._buffered_until = 0.0   # monotonic time at which the playhead reaches the end of what was fetched
        self._least = float("inf")
        self._failures = []
        self.segments = 0

    def __enter__(self):
        self._thread.start()
        assert self._began.wait(30), f"nothing to play: {self._failures[-3:]}"
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    @property
    def least(self):
        with self._lock:
            return min(self._least, self._buffered_until - time.monotonic())

    def check(self):
        assert self._thread.is_alive(), "the watch ended"
        assert self.least > 0, f"playback stalled: {self.least:.2f} s were buffered; {self._failures[-3:]}"

    def _run(self):
        number = None
        track = None
        while not self._stop.wait(self._look_every):
            try:
                track = track or self._first_track()
                playlist = MediaPlaylist(self._get(f"{track}/index.m3u8").decode(), track)
                if number is None:
                    if len(playlist.segments) <= _START:
                        continue
                    number = playlist.last_number - _START
                for segment in playlist.segments:
                    if segment.number < number:
                        continue
                    self._get(f"{track}/{segment.uri}")
                    number = segment.number + 1
                    self._add(segment.duration)
            except (OSError, http.client.HTTPException, AssertionError) as failed:
                with self._lock:
                    self._failures.append(repr(failed)[:200])

    def _add(self, duration):
        now = time.monotonic()
        with self._lock:
            self.segments += 1
            if self._began.is_set():
                self._least = min(self._least, self._buffered_until - now)
            # A player that ran dry goes on when it has something again.
            self._buffered_until = max(self._buffered_until, now) + duration
            if self.segments > _START:
                self._began.set()

    def _first_track(self):
        master = MasterPlaylist(self._get("master.m3u8").decode())
        return master.variants[0].uri.rsplit("/", 1)[0]

    def _get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("GET", f"/live/{self._entry}/{path}")
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, f"{path}: {answer.status}"
            return body
        finally:
            connection.close()
