# SPDX-License-Identifier: LGPL-2.1-or-later
"""Edge: follows one playlist and tells how old frames are when they can be fetched, from the time that each carries."""
import http.client
import re
import struct
import threading
import time

MARKER = re.compile(rb"KLVVIDEO.{8}(.{8})", re.DOTALL)
POLL = 0.02   # seconds between looks at a playlist that does not wait for us


class Edge:
    """`chunks`: low-latency HLS with blocking reload; else whole segments. Times are Unix seconds, ages seconds."""

    def __init__(self, port, path, chunks):
        self.first = None     # age of the first frame of the first piece when that could be fetched
        self.ages = []        # of the newest frame of each piece behind it: (when, age)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._path, self._chunks = path, chunks
        self._seen = None
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        self._thread.join()
        self._connection.close()

    def ages_since(self, when):
        return [age for at, age in self.ages if at >= when]

    def _get(self, path):
        try:
            self._connection.request("GET", path)
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return 0, b""

    def _follow(self):
        query = ""
        while not self._is_over.is_set():
            status, body = self._get(self._path + query)
            now = time.time()
            pieces, next_piece = read_pieces(body.decode(), self._chunks) if status == 200 else ([], None)
            is_new = bool(pieces) and pieces[-1] != self._seen
            if is_new:
                self._take(pieces, now)
            query = f"?_HLS_msn={next_piece[0]}&_HLS_part={next_piece[1]}" if next_piece else ""
            if not next_piece:
                self._is_over.wait(POLL)

    def _take(self, pieces, now):
        wanted = pieces[0] if self._seen is None else pieces[-1]
        status, body = self._get(self._path.rsplit("/", 1)[0] + "/" + wanted)
        sent = [struct.unpack(">Q", each)[0] / 1e9 for each in MARKER.findall(body)] if status == 200 else []
        if not sent:
            return
        if self._seen is None:
            self.first = now - min(sent)
            self._seen = wanted
            return
        self.ages.append((now, now - max(sent)))
        self._seen = wanted


def read_pieces(text, chunks):
    """The URIs of chunks or segments in order, and (segment, chunk) to wait for next where the server can make us wait."""
    number = part = 0
    segments, parts = [], []
    for line in text.splitlines():
        if line.startswith("#EXT-X-MEDIA-SEQUENCE:"):
            number = int(line.split(":")[1])
        elif line.startswith("#EXT-X-PART:"):
            parts.append(re.search(r'URI="([^"]+)"', line)[1])
            part += 1
        elif line and not line.startswith("#"):
            segments.append(line)
            number, part = number + 1, 0
    can_wait = chunks and "CAN-BLOCK-RELOAD=YES" in text
    return (parts if chunks else segments), (number, part) if can_wait else None
