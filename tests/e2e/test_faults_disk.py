# SPDX-License-Identifier: LGPL-2.1-or-later
"""A disk that is full, fails, is slow or read-only: the live edge goes on, what is lost is a gap, and it is said."""
import contextlib
import errno
import time

import pytest

import faults as disk
from broadcast import SEGMENT, Broadcast, at_once
from deadline import wait_for
from faults import Faults


@pytest.fixture
def broken(make_klive, tmp_path, build):
    """Makes (service, its faults)."""
    made = []

    def make():
        folder = tmp_path / f"faults-{len(made)}"
        folder.mkdir()
        faults = Faults(folder, build)
        made.append(faults)
        return make_klive(environment=faults.environment), faults
    yield make
    for faults in made:
        faults.heal()


def wait_for_warning(klive, before, timeout=5):
    """The alarm: it is said within five seconds."""
    wait_for(lambda: klive.metric("klive_worker_warnings_total") > before, timeout, "the warning in /metrics")


def test_DiskFails(broken):
    cases = [(case, *broken()) for case in (full, errors, slow, slow_writes, read_only)]
    at_once([lambda case=case, klive=klive, faults=faults: case(klive, faults) for case, klive, faults in cases])


def full(klive, faults):
    faults.flush_nothing()
    with Broadcast(klive, speed=4) as show:
        show.audience.wait_for_more(6)
        faults.full(100_000)
        wait_for_warning(klive, 0, 20)
        before = show.audience.wait_for_more(6)
        # The window gave way, and the live edge did not.
        assert show.audience.longest_stall < SEGMENT, show.audience.longest_stall
        playlist = show.audience.look()["v32"]
        assert playlist.sequence > 0 and len(playlist.segments) >= 3, playlist.text
        for count in show.audience.count().values():
            count.assert_whole()
        faults.heal()
        show.audience.wait_for_more(6, since=before)
        for track, count in show.end().items():
            sent = show.encoder.sent["video" if track == "v32" else "audio"]
            count.assert_whole(last=sent[-1])
            assert not any(each.is_gap for each in count.playlist.segments), count.playlist.text
        assert show.audience.look()["v32"].sequence == playlist.sequence, "what is gone comes back, or more goes"


def errors(klive, faults):
    operations = {"write": disk.WRITE, "flush": disk.SYNC, "rename": disk.RENAME, "open": disk.OPEN}
    with Broadcast(klive, speed=2) as show, Broadcast(klive, speed=2) as other:
        show.audience.wait_for_more(4)
        for name, operation in operations.items():
            warnings, hits = klive.metric("klive_worker_warnings_total"), faults.hits
            faults.disk(operation, errno.EIO, times=1, match=f"/{show.entry.id}/v32/seg-")
            number = show.audience.last_number()
            wait_for(lambda: faults.hits > hits, 10, f"a failing {name}")
            show.audience.wait_for_more(3, since=number)
            said = klive.metric("klive_worker_warnings_total") - warnings
            assert said == 1, f"{name}: said {said} times"
        counts = show.end()
        gaps = [each for each in counts["v32"].playlist.segments if each.is_gap]
        assert len(gaps) == len(operations), counts["v32"].playlist.text
        assert len(counts["v32"].holes()) == len(gaps)
        assert all(hole.seconds <= SEGMENT + 0.1 for hole in counts["v32"].holes())
        # The other track of the same entry has its segments.
        counts["a32"].assert_whole(show.encoder.sent["audio"][0], show.encoder.sent["audio"][-1])
        other.end_whole()


def check_door(klive, seconds):
    """It answers at once, all the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begin = time.monotonic()
        assert klive.get("/healthz").status == 200
        assert time.monotonic() - begin < 1, "the door is blocked"


def stall(klive, faults, operation):
    with Broadcast(klive) as show, Broadcast(klive) as other:
        number = show.audience.wait_for_more(4)
        hits = faults.hits
        faults.disk(operation, stall=10, times=1, match=f"/{show.entry.id}/v32/seg-")
        wait_for(lambda: faults.hits > hits, 10, "the stall")
        check_door(klive, 10)
        show.audience.wait_for_more(7, since=number)
        show.end_whole()
        other.end_whole()
        assert show.encoder.connections == 1
        assert other.audience.longest_stall < 2 * SEGMENT
        assert klive.metric("klive_worker_restarts_total") == 0


def slow(klive, faults):
    stall(klive, faults, disk.SYNC)


def slow_writes(klive, faults):
    stall(klive, faults, disk.WRITE)


def read_only(klive, faults):
    with Broadcast(klive) as show:
        show.audience.wait_for_more(4)
        before = klive.metric("klive_worker_warnings_total")
        faults.read_only()
        wait_for_warning(klive, before)
        sent = show.encoder.now
        show.go_on(3 * SEGMENT)
        number = show.audience.last_number()
        faults.heal()
        show.audience.wait_for_more(3, since=number)
        assert show.encoder.connections == 1, show.encoder.refusals
        counts = show.end()
        for count in counts.values():
            gaps = [each for each in count.playlist.segments if each.is_gap]
            assert 3 <= len(gaps) <= 6, count.playlist.text
            # Nothing else is missing: what was written before and behind is there.
            assert len(count.holes()) == 1
            assert count.holes()[0].seconds <= sum(gap.duration for gap in gaps) + 0.1
