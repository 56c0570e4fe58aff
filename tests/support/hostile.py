# SPDX-License-Identifier: LGPL-2.1-or-later
"""Scene: a service with an entry that is played, and what must hold whatever others do to it."""
import contextlib
import os
import time

from deadline import wait_for
from footprint import Footprint
from live_watch import LiveWatch
from media import ffmpeg
from rtmp_wire import PUBLISHED, time_to_publish

IS_SANITIZED = bool(os.environ.get("E2E_SANITIZED"))
# Seconds within which a valid publisher has its yes. With a sanitizer everything takes three times as long.
LET_IN = 6.0 if IS_SANITIZED else 2.0
# Kept of a crowd that has gone: half-used pages, 4 MiB that are not worth giving back, and segments that were added to the
# windows meanwhile. A sanitizer keeps what was freed in quarantine.
MEMORY_KEPT = float("inf") if IS_SANITIZED else 8 * 1024 * 1024

WORKERS = 3           # of the entry that is played, of the other one, and one that waits for an entry


class Scene:
    """One entry is on air and played, another one is published to now and then. Use `scene(...)`."""

    def __init__(self, klive, shown, watch, spare):
        self.klive = klive
        self.shown = shown
        self.watch = watch
        self.spare = spare
        self.slowest = 0.0

    def footprint(self):
        """Of the door, its workers, and what those are forked from."""
        processes = [self.klive.program.pid, self.klive.fork_server(), *self.klive.workers()]
        return sum((Footprint.of(pid) for pid in processes), Footprint(0, 0, 0))

    def publishes(self, source="127.0.0.9"):
        """A valid publisher, from an address of its own, is let in in time."""
        taken, answer = time_to_publish(self.klive.rtmp_port, self.spare.url, source=source)
        self.slowest = max(self.slowest, taken)
        assert PUBLISHED in answer, f"after {taken:.2f} s the answer was {answer[-300:]!r}"
        assert taken < LET_IN, f"let in after {taken:.2f} s"

    def holds_during(self, storms, source="127.0.0.9"):
        """Until all storms are over, valid publishers are let in again and again and playback never stalls. Returns
        the results of the storms."""
        while not all(storm.is_over for storm in storms):
            self.publishes(source)
            self.watch.check()
        return [storm.result() for storm in storms]

    def settles(self, before, memory=MEMORY_KEPT, timeout=30):
        """Descriptors and threads are what they were, and memory is nearly so."""
        def is_back():
            now = self.footprint()
            return now.descriptors <= before.descriptors and now.threads <= before.threads \
                and now.memory <= before.memory + memory
        wait_for(is_back, timeout, lambda: f"{self.footprint()} to go back to {before}")


@contextlib.contextmanager
def scene(klive, media, folder):
    shown = klive.add_entry("--segment-duration", "2s", name="Shown")
    spare = klive.add_entry("--segment-duration", "2s", name="Published to now and then")
    with ffmpeg(media, shown.stream(), folder / "shown.log", loop=True) as encoder, LiveWatch(klive, shown) as watch:
        made = Scene(klive, shown, watch, spare)
        made.publishes()
        # The session of that publication took the worker that was ready; only with the next one is everything there
        # that stays.
        wait_for(lambda: len(klive.workers()) >= WORKERS and klive.metric("klive_publications") == 1, 20,
                 "a worker that is ready again")
        yield made
        watch.check()
        assert encoder.is_running(), encoder.output()
        print(f"slowest valid publisher {made.slowest * 1000:.0f} ms, least buffer {watch.least:.2f} s, "
              f"{watch.segments} segments, {made.footprint()}, {time.strftime('%T')}")
        encoder.interrupt()
