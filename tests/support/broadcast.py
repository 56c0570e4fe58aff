# SPDX-License-Identifier: LGPL-2.1-or-later
"""Broadcast: an entry with its encoder and its audience; and how many of them are put on air together."""
import contextlib
import os
import random
import threading
import traceback

from audience import Audience
from counted import Source
from deadline import wait_for
from encoder import Encoder

SEGMENT = 2.0    # seconds, unless a test says otherwise


class Broadcast:
    """Use as a context manager: published when it is entered."""

    def __init__(self, klive, *options, segment=SEGMENT, source=None, period=1.0, url=None, **encoder):
        self.klive = klive
        self.entry = klive.add_entry("--segment-duration", f"{int(segment * 1000)}ms", *options)
        self.encoder = Encoder((url or (lambda each: each.stream()))(self.entry), source=source or Source(), **encoder)
        self.audience = Audience(klive, self.entry, period)

    def __enter__(self):
        self.encoder.__enter__()
        self.encoder.wait_until_published()
        self.audience.__enter__()
        return self

    def __exit__(self, kind, *_):
        # What went wrong first is told, not what follows from it.
        with contextlib.suppress(AssertionError) if kind else contextlib.nullcontext():
            self.encoder.stop()
            self.audience.leave()

    def go_on(self, seconds, timeout=40):
        """Until so much more media was sent."""
        until = self.encoder.now + seconds * 1000
        wait_for(lambda: self.encoder.now >= until or self.encoder.error, timeout,
                 lambda: f"{seconds} s of media; {self.encoder.refusals[-3:]}")

    def end(self, timeout=20):
        """Ends it, waits until all that was sent is listed, and returns track → Count."""
        self.encoder.stop()
        kinds = {kind[0] for kind, numbers in self.encoder.sent.items() if numbers}
        tracks = wait_for(lambda: kinds == {track[0] for track in self.audience.tracks()} and self.audience.tracks(),
                          timeout, lambda: f"tracks; there are {self.audience.tracks()}")
        for track in tracks:
            kind = "video" if track.startswith("v") else "audio"
            counts = self.audience.wait_for_frame(track, self.encoder.sent[kind][-1], timeout)
        self.audience.leave()
        for count in counts.values():
            count.assert_times()
        return counts

    def end_whole(self):
        """As end(); and everything that was sent is there, once and in order."""
        counts = self.end()
        for track, count in counts.items():
            sent = self.encoder.sent["video" if track.startswith("v") else "audio"]
            count.assert_whole(sent[0], sent[-1])
            assert not any(each.discontinuity or each.is_gap for each in count.playlist.segments), count.playlist.text
        return counts


def assert_holes(counts, most, seconds):
    """At most so many holes in a track, none longer than that."""
    for track, count in counts.items():
        holes = count.holes()
        said = f"{track}: {', '.join(map(str, holes))}\n{count.playlist.text}"
        assert len(holes) <= most, said
        assert all(hole.seconds <= seconds for hole in holes), said


def seed():
    """A random number generator; what it was made with is printed, and E2E_SEED repeats it."""
    number = int(os.environ.get("E2E_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"E2E_SEED={number}")
    return random.Random(number)


def at_once(functions, timeout=180):
    """Runs each on a thread of its own; raises what the first of them raised, and prints what the others did."""
    failed = []

    def guarded(function):
        try:
            function()
        except BaseException as error:
            failed.append(error)
    threads = [threading.Thread(target=guarded, args=(each,), daemon=True) for each in functions]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout)
        assert not each.is_alive() or failed, "it takes too long"
    for each in failed[1:]:
        traceback.print_exception(each)
    if failed:
        raise failed[0]
