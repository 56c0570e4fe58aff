# SPDX-License-Identifier: LGPL-2.1-or-later
"""Timestamps that wrap, jump and drift: no frame is lost, none comes twice, and time goes on."""
import rtmp
from broadcast import Broadcast, at_once

FRAME = 0.04


def wrapped(bits):
    """An encoder that has only so many bits."""
    def alter(frame, timestamp):
        return [(rtmp.VIDEO if frame.kind == "video" else rtmp.AUDIO, timestamp % (1 << bits), frame.tag())]
    return alter


def jumping(at, by):
    """After so many milliseconds, timestamps are others by so many."""
    def alter(frame, timestamp):
        if frame.time >= at:
            timestamp += by
        return [(rtmp.VIDEO if frame.kind == "video" else rtmp.AUDIO, timestamp, frame.tag())]
    return alter


def drift(count):
    """Seconds by which its frames last longer than so many frames do."""
    frame = FRAME if count.track == "v32" else 1024 / 48000
    return count.frames[-1].time - count.frames[0].time - frame * (len(count.frames) - 1)


def test_TimestampsWrap_NothingIsLostAndTimeIsContinuous(quick_klive):
    klive = quick_klive
    def run(begin, alter):
        with Broadcast(klive, speed=4, begin=begin, alter=alter) as show:
            show.encoder.finish(12)
            for count in show.end_whole().values():
                assert abs(drift(count)) <= FRAME + 0.001, f"{count.track} drifts by {drift(count):.3f} s"
    cases = [((1 << bits) - 5000, alter) for bits in (24, 31, 32) for alter in (None, wrapped(bits))]
    at_once([lambda case=case: run(*case) for case in cases])


def test_TimestampsJump_OneDiscontinuityAndNothingIsLost(quick_klive):
    klive = quick_klive
    def run(by, speed):
        with Broadcast(klive, speed=speed, begin=4_000_000, alter=jumping(7300, by)) as show:
            show.encoder.finish(16)
            counts = show.end()
        for track, count in counts.items():
            sent = show.encoder.sent["video" if track == "v32" else "audio"]
            count.assert_whole(sent[0], sent[-1])
            marks = [each.number for each in count.playlist.segments if each.discontinuity]
            assert len(marks) <= 1, f"{by} ms: {count.playlist.text}"
            assert not any(each.is_gap for each in count.playlist.segments)
            assert abs(drift(count)) <= FRAME + 0.001, \
                f"{by} ms at {speed}x: {track} drifts by {drift(count):.3f} s\n{count.playlist.text}"
    at_once([lambda by=by, speed=speed: run(by, speed)
             for by in (3_600_000, -3_600_000, -40, 10_000, -5_000) for speed in (1, 4)])


def test_ClockIsOffBy200Ppm_NothingIsLost(quick_klive):
    klive = quick_klive
    def run(ppm):
        with Broadcast(klive, clock=1 + ppm / 1e6) as show:
            show.go_on(10)
            show.end_whole()
    at_once([lambda ppm=ppm: run(ppm) for ppm in (200, -200)])
