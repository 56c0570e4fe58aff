# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same stream published twice: who goes on, who is refused, who takes over."""
from deadline import wait_for
from media import ffmpeg
from relay import Relay
from viewer import Viewer


def through(relay, klive, url):
    return url.replace(f":{klive.rtmp_port}/", f":{relay.port}/")


def test_SecondFromElsewhere_IsRefusedWhileTheFirstDelivers(klive, media, tmp_path):
    entry = klive.add_entry("--segment-duration", "2s")
    with Relay(klive.rtmp_port) as relay, ffmpeg(media, entry.stream(), tmp_path / "first.log", loop=True) as first:
        klive.wait_for_segments(entry, 1)
        for name in ("1", f"{entry.id}_1"):   # one name in two spellings
            with ffmpeg(media, through(relay, klive, entry.stream(name)), tmp_path / f"second-{name}.log") as second:
                assert second.wait(20) != 0
                assert "Stream name is already in use" in second.output()
        assert first.is_running(), first.output()
        first.interrupt()


def test_BackupSide_IsNoDuplicate(klive, media, tmp_path):
    entry = klive.add_entry("--segment-duration", "2s")
    with Relay(klive.rtmp_port) as relay, ffmpeg(media, entry.stream(), tmp_path / "first.log", loop=True) as first:
        klive.wait_for_segments(entry, 1)
        with ffmpeg(media, through(relay, klive, f"{entry.backup_url}/1"), tmp_path / "backup.log", loop=True) as second:
            wait_for(lambda: klive.metric("klive_publications") == 2, 15, "two publications")
            assert first.is_running() and second.is_running()
            second.interrupt()
        first.interrupt()


def test_FirstFellSilent_SecondFromElsewhereTakesOver(klive, media, tmp_path):
    entry = klive.add_entry("--segment-duration", "2s")
    viewer = Viewer(klive, entry)
    with Relay(klive.rtmp_port) as relay, \
            ffmpeg(media, through(relay, klive, entry.stream()), tmp_path / "first.log", loop=True):
        klive.wait_for_segments(entry, 2)
        relay.silence()
        before = viewer.last_number()

        def takes_over():
            # An encoder tries again until it is let in; the bound is what the issue promises.
            encoder = ffmpeg(media, entry.stream(), tmp_path / "second.log", loop=True)
            try:
                wait_for(lambda: not encoder.is_running() or viewer.last_number() > before + 1, 10, "an answer")
            except AssertionError:
                encoder.kill()
                raise
            if encoder.is_running():
                return encoder
            encoder.kill()
            return None
        with wait_for(takes_over, 20, "the second to be let in") as second:
            assert second.is_running(), second.output()
            viewer.fetch_all()
            second.interrupt()


def test_SameAddressAndToken_NewcomerTakesOverAtOnce(klive, media, tmp_path):
    entry = klive.add_entry("--segment-duration", "2s")
    viewer = Viewer(klive, entry)
    with ffmpeg(media, entry.stream(), tmp_path / "first.log", loop=True) as first:
        klive.wait_for_segments(entry, 1)
        with ffmpeg(media, entry.stream(), tmp_path / "second.log", loop=True) as second:
            first.wait(10)
            before = viewer.last_number()
            wait_for(lambda: viewer.last_number() > before + 1, 20, "segments of the newcomer")
            assert second.is_running(), second.output()
            viewer.fetch_all()
            second.interrupt()


def test_StopAndStartAtOnce_IsAlwaysAccepted(klive, media, tmp_path):
    entry = klive.add_entry("--segment-duration", "2s")
    viewer = Viewer(klive, entry)
    for turn in range(4):
        with ffmpeg(media, entry.stream(), tmp_path / f"turn-{turn}.log", loop=True) as encoder:
            before = viewer.last_number()
            wait_for(lambda: viewer.last_number() > before, 20, f"a segment of turn {turn}")
            assert encoder.is_running(), encoder.output()
            encoder.interrupt()
    viewer.fetch_all()
