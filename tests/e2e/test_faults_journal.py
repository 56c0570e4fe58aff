# SPDX-License-Identifier: LGPL-2.1-or-later
"""A window whose journal or files were damaged while the service was down: what is whole is listed, the rest is a gap
or put aside, and numbers go on. Each damage says how many segments of a track it may cost; None: all."""
import os

from audience import Audience
from broadcast import Broadcast, at_once
from counted import Source
from encoder import Encoder

SECONDS = 30    # of media, published faster than time


def cut_journal_in_the_middle_of_a_line(window):
    path = window / "segments.log"
    os.truncate(path, path.stat().st_size - 7)
    return 0


def flip_bytes_in_the_journal(window):
    path = window / "segments.log"
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 3, len(data), len(data) // 3):
        data[at] ^= 0x15
    path.write_bytes(data)
    return 0


def fill_the_journal_with_zeros_at_its_end(window):
    """What a power cut leaves where the file system had the new size, and not the bytes."""
    path = window / "segments.log"
    data = path.read_bytes()
    path.write_bytes(data[:-200] + bytes(200))
    return 0


def cut_the_last_segment(window):
    path = sorted((window / "v32").glob("seg-*"))[-1]
    os.truncate(path, path.stat().st_size // 2)
    return 1


def leave_an_empty_segment(window):
    path = sorted((window / "v32").glob("seg-*"))[-2]
    os.truncate(path, 0)
    return 1


def remove_a_segment(window):
    path = sorted((window / "a32").glob("seg-*"))[5]
    for each in (window / "a32").iterdir():
        if each != path and each.stat().st_ino == path.stat().st_ino:
            each.unlink()
    path.unlink()
    return 1


def leave_a_piece_of_a_segment(window):
    """As a crash in the middle of a write does, behind everything that is listed."""
    last = sorted((window / "v32").glob("seg-*"))[-1]
    number = int(last.stem.split("-")[1]) + 1
    (window / "v32" / f"seg-{number:08}.m4s.part").write_bytes(last.read_bytes()[:900])
    return 0


def leave_strange_files(window):
    (window / "v32" / "seg-99999999999.m4s").write_bytes(b"x")
    (window / "v32" / "core").write_bytes(b"x")
    (window / "segments.log.tmp").write_bytes(b"\0" * 5000)
    (window / "v32" / "index.m3u8").write_bytes(b"\xff" * 100)
    return 0


def lose_the_journal(window):
    (window / "segments.log").unlink()
    return None


def make_the_journal_noise(window):
    (window / "segments.log").write_bytes(os.urandom(100_000))
    return None


DAMAGES = [cut_journal_in_the_middle_of_a_line, flip_bytes_in_the_journal, fill_the_journal_with_zeros_at_its_end,
           cut_the_last_segment, leave_an_empty_segment, remove_a_segment, leave_a_piece_of_a_segment,
           leave_strange_files, lose_the_journal, make_the_journal_noise]


def test_WindowDamaged_WhatIsWholeIsThereAndNumbersGoOn(quick_klive):
    klive = quick_klive
    shows = []
    for _ in DAMAGES:
        entry = klive.add_entry("--segment-duration", "2s")
        shows.append((entry, Source(), Audience(klive, entry)))

    def publish(entry, source, audience):
        with Encoder(entry.stream(), source=source, speed=8) as encoder:
            encoder.finish(SECONDS)
        return audience.wait_for_frame("v32", encoder.sent["video"][-1])
    at_once([lambda show=show: publish(*show) for show in shows])
    before = [audience.count() for _, _, audience in shows]
    for counts in before:
        for count in counts.values():
            count.assert_whole()
    klive.kill()
    lost = [damage(klive.root / "live" / show[0].id) for damage, show in zip(DAMAGES, shows)]
    klive.start()

    def go_on(damage, entry, source, audience, counts, gaps):
        # The encoder returns within the resume window.
        with Encoder(entry.stream(), source=source, speed=8) as encoder:
            encoder.finish(SECONDS + 15)
        after = audience.wait_for_frame("v32", encoder.sent["video"][-1])
        for track, count in after.items():
            count.assert_times()
        missing = {track: set(counts[track].numbers) - set(after[track].numbers) for track in counts}
        if gaps is None:
            # Nothing says what there was; URLs are not used again (the viewer checks), and it goes on.
            return
        for track, numbers in missing.items():
            segments = {frame.segment for frame in counts[track].frames if frame.number in numbers}
            assert len(segments) <= gaps, f"{damage.__name__}: {track} lost segments {sorted(segments)}"
    at_once([lambda each=each: go_on(*each) for each in
             [(damage, *show, counts, gaps) for damage, show, counts, gaps in zip(DAMAGES, shows, before, lost)]])

    # What could not be read is kept for whoever wants to know.
    for damage in (flip_bytes_in_the_journal, make_the_journal_noise):
        window = klive.root / "live" / shows[DAMAGES.index(damage)][0].id
        assert list(window.glob("segments.log.bad*")), f"{damage.__name__}: nothing was put aside"
