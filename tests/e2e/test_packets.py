# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is played is what was published: the same packets, no gap, no overlap, over a minute of HLS and of DASH."""
import pytest

from deadline import wait_for
from media import ffmpeg, make_media
from packets import assert_same_packets, read_packets

MINUTE = 60


def test_MinuteOfHlsAndDash_HasThePacketsOfTheFile(make_klive, tmp_path):
    """HLS while it is live. DASH when the broadcast is over: ffmpeg's demuxer asks for a live timeline's next segment before a
    manifest lists it and, when that one comes into being just then, plays it twice, with any server."""
    klive = make_klive("server.resume-window=2s")
    source = make_media(tmp_path / "source.mp4", MINUTE + 10)
    published = read_packets(source)
    entry = klive.add_entry("--segment-duration", "2s")
    with ffmpeg(source, entry.stream(), tmp_path / "ffmpeg.log") as encoder:
        klive.wait_for_segments(entry, 1)
        hls = read_packets(klive.hls(entry), MINUTE, ("-live_start_index", "0"), 150)
        assert_same_packets(hls, published, MINUTE - 1)
        assert encoder.wait(60) == 0, encoder.output()
    wait_for(lambda: b'type="static"' in klive.get(f"/live/{entry.id}/manifest.mpd").body, 30, "the end of the broadcast")
    dash = read_packets(klive.dash(entry), timeout=60)
    assert_same_packets(dash, published, MINUTE - 1)


@pytest.mark.parametrize("isolation", ["process", "thread"])
def test_StoredSegments_AreTheWholePublication(make_klive, tmp_path, isolation):
    """Everything from the first key frame on: what the segments hold one after another, without a player between."""
    klive = make_klive(f"server.isolation={isolation}")
    source = make_media(tmp_path / "source.mp4", 12)
    published = read_packets(source)
    entry = klive.add_entry("--segment-duration", "2s")
    with ffmpeg(source, entry.stream(), tmp_path / "ffmpeg.log") as encoder:
        assert encoder.wait(60) == 0, encoder.output()
    last = published["video"][-1].dts

    def video_track():
        master = klive.master(entry)
        return master and master.variants[0].uri.rsplit("/", 1)[0]
    track = wait_for(video_track, 10, "the master playlist")
    wait_for(lambda: klive.media_playlist(entry, track).duration > last - 0.5, 20, "the last segment")
    playlist = klive.media_playlist(entry, track)
    whole = tmp_path / "whole.mp4"
    with open(whole, "wb") as file:
        file.write(klive.get(f"/live/{entry.id}/{track}/{playlist.segments[0].init}").body)
        for segment in playlist.segments:
            answer = klive.get(f"/live/{entry.id}/{track}/{segment.uri}")
            assert answer.status == 200
            file.write(answer.body)
    played = read_packets(whole)["video"]
    assert [packet.digest for packet in played] == [packet.digest for packet in published["video"]]
    assert played[0].is_key
    for segment in playlist.segments:
        assert not segment.is_gap and not segment.discontinuity
