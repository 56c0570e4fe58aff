# SPDX-License-Identifier: LGPL-2.1-or-later
"""Audience: watches an entry all the time and counts the frames that its window lists."""
import dataclasses
import threading
import time

from counted import read_counter
from deadline import wait_for
from fragments import read_init, read_samples
from viewer import Viewer


@dataclasses.dataclass
class Counted:
    number: int        # of the frame; None when it carries none
    encoder: int
    time: float        # decode time, seconds of media
    duration: float
    segment: int
    is_key: bool


@dataclasses.dataclass
class Hole:
    """Frames that the window does not have, between two that it has."""
    missing: int
    seconds: float     # of media time without a frame
    segment: int       # the first behind it

    def __str__(self):
        return f"{self.missing} frames ({self.seconds:.2f} s) before segment {self.segment}"


class Count:
    """The frames of one track, in the order in which a player gets them."""

    def __init__(self, track, frames, playlist):
        self.track, self.frames, self.playlist = track, frames, playlist

    @property
    def numbers(self):
        return [frame.number for frame in self.frames if frame.number is not None]

    def holes(self):
        """What is missing. That frames come once, and in order, is asserted."""
        found = []
        known = [frame for frame in self.frames if frame.number is not None]
        for one, other in zip(known, known[1:]):
            if one.encoder == other.encoder:
                assert other.number > one.number, \
                    f"{self.track}: frame {other.number} (segment {other.segment}) behind {one.number} ({one.segment})"
            if one.encoder != other.encoder or other.number != one.number + 1:
                missing = other.number - one.number - 1 if one.encoder == other.encoder else -1
                found.append(Hole(missing, other.time - one.time - one.duration, other.segment))
        return found

    def assert_whole(self, first=None, last=None):
        """Nothing is missing between its first and its last frame (or those that are named)."""
        holes = self.holes()
        assert not holes, f"{self.track}: missing {', '.join(map(str, holes))}\n{self.playlist.text}"
        assert self.frames, f"{self.track} is empty"
        assert first is None or self.numbers[0] == first, f"{self.track} begins with {self.numbers[0]}, not {first}"
        assert last is None or self.numbers[-1] == last, f"{self.track} ends with {self.numbers[-1]}, not {last}"

    def assert_times(self, tolerance=0.002):
        """Decode times go up, segments do not lie over each other, PROGRAM-DATE-TIME never goes back."""
        for one, other in zip(self.frames, self.frames[1:]):
            step = other.time - one.time - one.duration
            assert other.time > one.time and step > -tolerance, \
                f"{self.track}: {step:.4f} s between frames {one.number} and {other.number}"
        segments = self.playlist.segments
        for one, other in zip(segments, segments[1:]):
            step = (other.time - one.time).total_seconds() - one.duration
            assert step > -tolerance - 0.001, f"{self.track}: the clock of segment {other.number} goes back by {-step} s"


class Audience(Viewer):
    """A viewer that also counts. Use as a context manager to have it look all the time."""

    def __init__(self, klive, entry, period=1.0):
        super().__init__(klive, entry)
        self.period = period
        self.stalls = {}           # track → the longest time without a new segment
        self.error = None
        self._frames = {}
        self._inits = {}
        self._moved = {}           # track → (last number, when it was new)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.leave()

    @property
    def longest_stall(self):
        return max(self.stalls.values(), default=0)

    def leave(self):
        """Stops looking; what went wrong meanwhile is raised."""
        self._end.set()
        if self._thread.is_alive():
            self._thread.join(40)
        error, self.error = self.error, None
        if error:
            raise error

    def _watch(self):
        try:
            while not self._end.wait(self.period):
                for track, playlist in self.look().items():
                    last, when = self._moved.get(track, (-1, time.monotonic()))
                    now = time.monotonic()
                    if playlist.last_number != last:
                        self._moved[track] = playlist.last_number, now
                    self.stalls[track] = max(self.stalls.get(track, 0), now - when)
        except Exception as failed:
            self.error = failed

    def wait_for_more(self, count=1, timeout=30, since=None):
        """Until `count` more segments are listed; the number of the last."""
        before = self.last_number() if since is None else since
        wait_for(lambda: self.last_number() >= before + count, timeout,
                 lambda: f"{count} segments behind {before} of {self.entry.id}\n"
                         f"{self.klive.program.output()[-3000:]}")
        return self.last_number()

    # Counting

    def count(self):
        """track → Count of everything that the window lists now."""
        return {track: Count(track, self._count_track(track, playlist), playlist)
                for track, playlist in self.look().items()}

    def wait_for_frame(self, track, number, timeout=15):
        """Until the window lists the frame: what was sent before is listed as well."""
        def is_there():
            found = self.count().get(track)
            return found and found.numbers and found.numbers[-1] >= number
        wait_for(is_there, timeout, lambda: f"frame {number} of {track}; there are "
                                            f"{ {name: each.numbers[-1:] for name, each in self.count().items()} }")
        return self.count()

    def _count_track(self, track, playlist):
        frames = []
        for segment in playlist.segments:
            if segment.is_gap:
                continue
            key = track, segment.uri
            if key not in self._frames:
                self._frames[key] = self._read(track, segment)
            frames += self._frames[key]
        return frames

    def _read(self, track, segment):
        init = self._init(track, segment.init)
        answer = self.klive.get(f"/live/{self.entry.id}/{track}/{segment.uri}")
        assert answer.status == 200, f"{track}/{segment.uri}: {answer.status}"
        frames = []
        for sample in read_samples(answer.body):
            encoder, number = read_counter(sample.data) or (None, None)
            frames.append(Counted(number, encoder, sample.dts / init.timescale, sample.duration / init.timescale,
                                  segment.number, sample.is_key))
        assert frames, f"{track}/{segment.uri} is empty"
        assert init.kind == "audio" or frames[0].is_key, f"{track}/{segment.uri} does not begin with a key frame"
        length = frames[-1].time + frames[-1].duration - frames[0].time
        assert abs(length - segment.duration) < 0.01, \
            f"{track}/{segment.uri} lasts {length:.3f} s; listed are {segment.duration:.3f}"
        return frames

    def _init(self, track, uri):
        key = track, uri
        if key not in self._inits:
            answer = self.klive.get(f"/live/{self.entry.id}/{track}/{uri}")
            assert answer.status == 200, f"{track}/{uri}: {answer.status}"
            self._inits[key] = read_init(answer.body)
        return self._inits[key]

    def inits(self, track):
        """The formats of the listed segments, in order, each once."""
        found = []
        for segment in self.look()[track].segments:
            if not segment.is_gap and (not found or found[-1][0] != segment.init):
                found.append((segment.init, self._init(track, segment.init)))
        return [init for _, init in found]
