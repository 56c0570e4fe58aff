# SPDX-License-Identifier: LGPL-2.1-or-later
"""Viewers by the thousand, a tenth of whom read a byte a second, and ten thousand who go in the middle of an answer."""
from crowd import Crowd
from hostile import scene
from media import ffmpeg
from storm import Storm

_VIEWERS, _SLOW = 1800, 200


def test_TwoThousandViewersATenthOfThemSlow_OthersAreServed(klive, media, tmp_path):
    with scene(klive, media, tmp_path) as on_stage:
        crowded = klive.add_entry("--segment-duration", "2s", name="Crowded")
        with ffmpeg(media, crowded.stream(), tmp_path / "crowded.log", loop=True) as encoder:
            klive.wait_for_segments(crowded, 3)
            track = klive.media_playlist(crowded).track
            before = on_stage.footprint()
            with Crowd(tmp_path / "crowd.log", klive.http_port, f"/live/{crowded.id}/{track}", viewers=_VIEWERS,
                       slow=_SLOW, seconds=14) as crowd:
                result, = on_stage.holds_during([crowd])
            print(result)
            assert result["open"] == _VIEWERS and result["errors"] == 0, result
            # A player is three segments of two seconds behind the edge: it never stalls when an answer takes less than two.
            assert result["p99"] < 4, result
            # The crowd was one, however busy the machine that makes it.
            assert result["segments"] >= _VIEWERS * 3 and result["slow_bytes"] >= _SLOW * 4, result
            on_stage.settles(before)
            encoder.interrupt()


def test_TenThousandAbortedConnections_LeaveNothing(klive, media, tmp_path):
    with scene(klive, media, tmp_path) as on_stage:
        playlist = klive.media_playlist(on_stage.shown)
        folder = f"/live/{on_stage.shown.id}/{playlist.track}"
        requests = [f"GET {folder}/{each} HTTP/1.1\r\nHost: klive\r\n\r\n".encode()
                    for each in (playlist.segments[-1].uri, "index.m3u8", f"index.m3u8?_HLS_msn={playlist.last_number + 2}")]
        before = on_stage.footprint()
        with Storm(tmp_path / "http.log", klive.http_port, [*requests, b"", requests[0][:20], requests[0] * 20],
                   parallel=100, count=10_000, addresses=200, seconds=30, reset=True) as viewers, \
                Storm(tmp_path / "rtmp.log", klive.rtmp_port, [b"", b"\x03", b"\x03" + bytes(1536), b"\x03" + bytes(3072)],
                      parallel=100, count=10_000, addresses=200, seconds=30, reset=True) as encoders:
            results = on_stage.holds_during([viewers, encoders])
        print(*results)
        assert all(result["reset"] >= 9_900 for result in results), results
        on_stage.settles(before)
