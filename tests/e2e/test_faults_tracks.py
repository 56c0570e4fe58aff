# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sound that comes too early, late, never, after a minute, or ends: pictures never wait for it longer than 2 s."""
import rtmp
from broadcast import SEGMENT, Broadcast, at_once
from deadline import wait_for

WAIT = 2.0      # the most that pictures may wait
SILENCE = 15.0  # after it, what is missing is listed as gaps


def shifted(seconds):
    """Sound whose timestamps are ahead (or behind)."""
    def alter(frame, timestamp):
        kind = rtmp.VIDEO if frame.kind == "video" else rtmp.AUDIO
        return [(kind, timestamp + (int(seconds * 1000) if frame.kind == "audio" else 0), frame.tag())]
    return alter


class Late:
    """Sound that is sent so much later than it was made."""

    def __init__(self, seconds):
        self._ms = int(seconds * 1000)
        self._held = []

    def __call__(self, frame, timestamp):
        if frame.kind == "audio":
            self._held.append((timestamp, frame.tag()))
            return []
        due = []
        while self._held and self._held[0][0] <= timestamp - self._ms:
            due.append((rtmp.AUDIO, *self._held.pop(0)))
        return [(rtmp.VIDEO, timestamp, frame.tag()), *due]


def only(begin, end):
    """Sound from one time to another."""
    def alter(frame, timestamp):
        if frame.kind == "audio" and not begin * 1000 <= frame.time < end * 1000:
            return []
        return [(rtmp.VIDEO if frame.kind == "video" else rtmp.AUDIO, timestamp, frame.tag())]
    return alter


def run(klive, name, alter, seconds=14, speed=1):
    with Broadcast(klive, speed=speed, alter=alter, begin=20_000, period=0.3) as show:
        show.audience.wait_for_more(1, since=-1, timeout=WAIT + 4)
        show.go_on(seconds - show.encoder.now / 1000 - 0.5, timeout=seconds + 10)
        edge = show.audience.look()
        show.encoder.finish(seconds)
        counts = show.audience.wait_for_frame("v32", show.encoder.sent["video"][-1])
        stall = show.audience.stalls["v32"]
        show.audience.leave()
        sent = show.encoder.sent["video"]
        counts["v32"].assert_whole(sent[0], sent[-1])
        for count in counts.values():
            count.assert_times()
            assert not count.holes(), f"{name}: {count.track} {[str(hole) for hole in count.holes()]}"
        # Its segments come as they would without sound: at their length, and the wait.
        assert stall * speed <= SEGMENT + WAIT + 1, f"{name}: nothing new for {stall:.1f} s"
        # A playlist that is offered keeps up with the others.
        last = edge["v32"].last_number
        for track, playlist in edge.items():
            behind = (last - playlist.last_number) * SEGMENT
            assert behind <= SILENCE + 2 * SEGMENT, f"{name}: {track} is at {playlist.last_number}, v32 at {last}"
        return counts


def test_SoundOutOfStep_PicturesGoOn(quick_klive):
    klive = quick_klive
    def early():
        run(klive, "10 s ahead", shifted(10))

    def late():
        run(klive, "3 s late", Late(3))

    def very_late():
        run(klive, "10 s late", Late(10), seconds=24)

    def never():
        counts = run(klive, "never", only(0, 0))
        assert set(counts) == {"v32"}

    def after_a_minute():
        counts = run(klive, "after a minute", only(60, 100), seconds=75, speed=5)
        length = counts["a32"].frames[-1].time - counts["a32"].frames[0].time
        assert 14 < length < 16, f"{length} s of sound"

    def ends_early():
        counts = run(klive, "ends early", only(0, 5), seconds=36, speed=3)
        segments = counts["a32"].playlist.segments
        assert [each.is_gap for each in segments[-3:]] == [True, True, True], counts["a32"].playlist.text
        assert not any(each.is_gap for each in segments[:4])
    at_once([early, late, very_late, never, after_a_minute, ends_early])
