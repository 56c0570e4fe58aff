# SPDX-License-Identifier: LGPL-2.1-or-later
"""The window: as long as the entry says, on disk too, and playable from its far end."""
import time

from deadline import wait_for
from media import ffmpeg
from packets import read_packets
from viewer import Viewer

WINDOW = 60   # seconds; an entry's window is told in minutes
TARGET = 2


def test_StreamLongerThanTheWindow_WindowAndDiskStayBounded(klive, media, tmp_path):
    entry = klive.add_entry("--segment-duration", f"{TARGET}s", "--dvr-window", "1")
    viewer = Viewer(klive, entry)
    begin = time.monotonic()
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        first = klive.wait_for_segments(entry, 1)
        track = first.track
        oldest = first.segments[0]
        wait_for(lambda: viewer.look() and klive.media_playlist(entry, track).sequence > first.sequence, WINDOW + 30,
                 "the first segment to leave the window")
        assert time.monotonic() - begin >= WINDOW - TARGET, "it left too early"
        # A player that has just read the playlist may still ask for what has left it.
        assert klive.get(f"/live/{entry.id}/{track}/{oldest.uri}").status == 200

        wait_for(lambda: time.monotonic() - begin > WINDOW * 1.5 and viewer.look(), WINDOW * 1.5, "half a window more")
        playlist = klive.media_playlist(entry, track)
        assert abs(playlist.duration - WINDOW) <= TARGET + 0.5, playlist.duration
        def on_disk():   # with what is being written
            return len(list((klive.root / "live" / entry.id / track).glob("seg-*")))
        # When a segment ends, its successor begins before the oldest one goes.
        wait_for(lambda: on_disk() * TARGET <= WINDOW * 1.1, 1, lambda: f"{on_disk()} segments on disk to become fewer")

        # The far end plays.
        packets = read_packets(klive.hls(entry), 5, ("-live_start_index", "1"), 30)
        assert packets["video"][0].is_key and packets["video"][-1].dts - packets["video"][0].dts > 4
        wait_for(lambda: klive.get(f"/live/{entry.id}/{track}/{oldest.uri}").status in (404, 410), 30,
                 "the first segment to be removed")
        encoder.interrupt()


def test_DvrOff_OnlyTheLiveEdgeIsKept(klive, media, tmp_path):
    entry = klive.add_entry("--segment-duration", "2s", "--dvr", "off")
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        playlist = klive.wait_for_segments(entry, 2)
        track = playlist.track
        wait_for(lambda: klive.media_playlist(entry, track).sequence > playlist.sequence, 60, "a segment to leave")
        assert klive.media_playlist(entry, track).duration <= 30
        encoder.interrupt()
