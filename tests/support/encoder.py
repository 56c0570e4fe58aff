# SPDX-License-Identifier: LGPL-2.1-or-later
"""Encoder: publishes counted media the way encoders do: in real time, and again when the connection is lost."""
import threading
import time

import rtmp
from counted import Source
from deadline import wait_for

_FLUSH = 0.04   # seconds between two writes


class Encoder:
    """Runs on a thread of its own. Use as a context manager.

    sent: kind → numbers of the frames that were handed to the network whole, over all connections.
    """

    def __init__(self, url, source=None, speed=1.0, retry=0.25, flush=_FLUSH, begin=0, same_clock=False, address=None,
                 alter=None, clock=1.0):
        """`begin`: timestamp of a connection's first frame. `same_clock`: timestamps go on over connections.
        `speed`: media seconds in a second. `clock`: how fast the encoder's clock runs (1.0002 is 200 ppm ahead).
        `alter`: called with every frame; returns the RTMP messages [(type, timestamp, body)] to send instead."""
        self.url = url
        self.source = source or Source()
        self.speed, self.retry, self.flush, self.begin = speed, retry, flush, begin
        self.same_clock, self.address, self.alter, self.clock = same_clock, address, alter, clock
        self.sent = {"video": [], "audio": []}
        self.first_of = []         # per connection: kind → its first number
        self.refusals = []
        self.error = None
        self.connections = 0
        self.now = 0               # ms of media sent
        self._injected = []
        self._lost = None          # (reset, event) when the connection is to be broken off
        self._end = threading.Event()
        self._until = None
        self._connected = threading.Event()
        self._is_silent = threading.Event()
        self._has_fallen_silent = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends it the way a person does. Everything sent has been handed over."""
        self._end.set()
        self._thread.join(30)
        assert not self._thread.is_alive(), "the encoder hangs"
        if self.error:
            raise self.error

    def wait_until_published(self, timeout=15):
        assert self._connected.wait(timeout), f"not published: {self.refusals[-1:]}"

    def finish(self, seconds, timeout=60):
        """Goes on until `seconds` of media were sent, then ends like stop()."""
        self._until = seconds * 1000
        self._thread.join(timeout)
        self.stop()

    def inject(self, data):
        """Puts a NAL unit's bytes in front of the next picture."""
        self._injected.append(data)

    def break_off(self, reset=False, timeout=10):
        """Its process is killed (`reset`: its machine), and started again. Returns when the connection is gone."""
        done = threading.Event()
        self._lost = (reset, done)
        assert done.wait(timeout), "the encoder does not get to it"

    def fall_silent(self, timeout=10):
        """Sends nothing any more, and leaves its connection as it is. Returns when the last was sent."""
        self._is_silent.set()
        wait_for(self._has_fallen_silent.is_set, timeout, "the encoder's silence")

    # Its thread

    def _run(self):
        try:
            begin = pending = None
            while not self._end.is_set() and not self._is_over():
                try:
                    connection = rtmp.Connection(self.url, source=self.address).publish()
                except (rtmp.Refused, rtmp.Closed) as refused:
                    self.refusals.append(refused)
                    self._end.wait(self.retry)
                    continue
                self.connections += 1
                begin = begin or time.monotonic()
                try:
                    pending = self._publish(connection, begin, pending)
                    connection.unpublish()
                    connection.close()
                except (rtmp.Refused, rtmp.Closed) as lost:
                    self.refusals.append(lost)
                    self._connected.clear()
                    connection.close()
                    self._end.wait(self.retry)
        except Exception as failed:
            self.error = failed

    def _is_over(self):
        return self._until is not None and self.now >= self._until

    def _media_now(self, begin):
        return (time.monotonic() - begin) * 1000 * self.speed * self.clock

    def _publish(self, connection, begin, frame):
        """Until the end; raises when the connection is lost. A frame that came too early for a flush is returned."""
        source = self.source
        # A live encoder has thrown away what it could not send; it begins with a key frame.
        now = self._media_now(begin)
        frame = frame or source.next()
        while frame.time < now - 50 or (source.picture and not (frame.kind == "video" and frame.is_key)):
            frame = source.next()
        zero = 0 if self.same_clock else frame.time
        headers = b"".join(rtmp.message(kind, self.begin + frame.time - zero, body) for kind, body in source.headers())
        connection.send(headers)
        first = {}
        self.first_of.append(first)
        self._connected.set()
        while not self._end.is_set() and not self._is_over():
            if self._is_silent.is_set():
                self._has_fallen_silent.set()
                self._end.wait()
                raise rtmp.Closed("silent to the end")
            out, sent = bytearray(), []
            now = self._media_now(begin)
            while frame.time <= now and len(out) < 1 << 20:
                out += b"".join(rtmp.message(kind, self.begin + frame.time - zero, body) for kind, body in frame.headers)
                out += self._messages(frame, self.begin + frame.time - zero)
                sent.append(frame)
                frame = source.next()
                if self._until is not None and frame.time >= self._until:
                    break
            if self._lost:
                reset, done = self._lost
                self._lost = None
                # In the middle of a frame, as a kill does.
                connection.send(out[:len(out) // 2])
                connection.close(reset)
                done.set()
                raise rtmp.Closed("broken off")
            connection.send(out)
            for each in sent:
                self.sent[each.kind].append(each.number)
                first.setdefault(each.kind, each.number)
                self.now = max(self.now, each.time)
            connection.poll()
            if frame.time > now:
                self._end.wait(max(self.flush, 0))
        return frame

    def _messages(self, frame, timestamp):
        if frame.kind == "video" and self._injected:
            data = self._injected.pop(0)
            frame.data = len(data).to_bytes(4, "big") + data + frame.data
        if self.alter:
            return b"".join(rtmp.message(*each) for each in self.alter(frame, timestamp))
        return frame.message(timestamp)
