# SPDX-License-Identifier: LGPL-2.1-or-later
"""Low-latency HLS as a player uses it: held requests, parts that are there when they are told, parts that are the segment."""
import time

import pytest

from hls import MediaPlaylist, attributes
from media import ffmpeg, make_media


@pytest.fixture(scope="module")
def short_gops(tmp_path_factory):
    return make_media(tmp_path_factory.mktemp("media") / "media.mp4", 40, key_interval=1.0, b_frames=0)


@pytest.fixture
def on_air(klive, short_gops, tmp_path):
    entry = klive.add_entry("--segment-duration", "2s", "--low-latency")
    with ffmpeg(short_gops, entry.stream(), tmp_path / "ffmpeg.log") as encoder:
        klive.wait_for_segments(entry, 3)
        yield entry
        assert encoder.is_running(), encoder.output()
        encoder.interrupt()


def part_target(playlist):
    line = next(line for line in playlist.text.splitlines() if line.startswith("#EXT-X-PART-INF:"))
    return float(attributes(line.split(":", 1)[1])["PART-TARGET"])


def test_HeldRequests_AreAnsweredWhenThePartIsThere(klive, on_air):
    playlist = klive.media_playlist(on_air)
    path = f"/live/{on_air.id}/{playlist.track}/"
    target = part_target(playlist)
    assert 0.4 <= target <= 0.55
    assert playlist.server_control["CAN-BLOCK-RELOAD"] == "YES"
    assert float(playlist.server_control["PART-HOLD-BACK"]) >= 3 * target
    fetched = {}   # segment number → its parts' bytes
    for _ in range(12):
        number, part = playlist.last_number + 1, len(playlist.parts)
        begin = time.monotonic()
        answer = klive.get(f"{path}index.m3u8?_HLS_msn={number}&_HLS_part={part}", timeout=10)
        assert answer.status == 200
        assert time.monotonic() - begin < 3 * target, "it was held for too long"
        playlist = MediaPlaylist(answer.text, playlist.track)
        assert playlist.last_number >= number or len(playlist.parts) > part, playlist.text
        for each in playlist.parts:
            assert float(each["DURATION"]) <= target + 0.001
            fetched.setdefault(playlist.last_number + 1, {})[each["URI"]] = None
        for uri in fetched.get(playlist.last_number + 1, {}):
            chunk = klive.get(path + uri)
            assert chunk.status == 200, f"{uri} is told and not there"
            fetched[playlist.last_number + 1][uri] = chunk.body
    # The parts of a segment, one after another, are the segment.
    whole = {segment.number: segment for segment in playlist.segments}
    compared = 0
    for number, parts in fetched.items():
        if number in whole:
            segment = klive.get(path + whole[number].uri).body
            assert segment.startswith(b"".join(parts.values())[:len(segment)])
            compared += 1
    assert compared >= 2


def test_NewestFrame_IsYoung(klive, on_air):
    """Frames reach the playlist within a part and the encoder's own delay, by the clock in the playlist."""
    playlist = klive.media_playlist(on_air)
    number, part = playlist.last_number + 1, len(playlist.parts)
    answer = klive.get(f"/live/{on_air.id}/{playlist.track}/index.m3u8?_HLS_msn={number}&_HLS_part={part}", timeout=10)
    now = time.time()
    playlist = MediaPlaylist(answer.text, playlist.track)
    last = playlist.segments[-1]
    edge = last.time.timestamp() + last.duration + sum(float(each["DURATION"]) for each in playlist.parts)
    assert -0.2 < now - edge < 1.5, f"the live edge is {now - edge:.2f} s old"


def test_RequestForTheFarFuture_IsRefused(klive, on_air):
    playlist = klive.media_playlist(on_air)
    answer = klive.get(f"/live/{on_air.id}/{playlist.track}/index.m3u8?_HLS_msn={playlist.last_number + 10}")
    assert answer.status == 400


def test_DeltaUpdate_SkipsWhatIsKnown(klive, on_air):
    playlist = klive.media_playlist(on_air)
    assert "CAN-SKIP-UNTIL" in playlist.server_control
    answer = klive.get(f"/live/{on_air.id}/{playlist.track}/index.m3u8?_HLS_skip=YES")
    assert answer.status == 200 and len(answer.text) <= len(playlist.text) + 400
