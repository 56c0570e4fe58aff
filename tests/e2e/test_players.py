# SPDX-License-Identifier: LGPL-2.1-or-later
"""Players without a browser: ffmpeg, GStreamer's hlsdemux2 and dashdemux2, VLC."""
import subprocess

import pytest

from deadline import wait_for
from media import ffmpeg
from program import Program
from vlc import Vlc


@pytest.fixture
def on_air(klive, media, tmp_path):
    """An entry on air with a few segments."""
    entry = klive.add_entry("--segment-duration", "2s")
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        klive.wait_for_segments(entry, 4)
        yield entry
        encoder.interrupt()


@pytest.mark.parametrize("format", ["hls", "dash"])
def test_Ffmpeg_DecodesWithoutComplaint(klive, tmp_path, on_air, format):
    done = subprocess.run(["ffmpeg", "-nostdin", "-v", "warning", "-i", getattr(klive, format)(on_air), "-t", "8", "-f",
                           "null", "-"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    # ffmpeg asks for DASH segments ahead of the timeline, over and over until they are there.
    complaints = [line for line in done.stderr.splitlines()
                  if any(word in line.lower() for word in ("error", "invalid", "non-monoton", "corrupt", "missing"))
                  and not (format == "dash" and "404" in line)]
    assert not complaints, done.stderr


@pytest.mark.parametrize("format, element", [("hls", "hlsdemux2"), ("dash", "dashdemux2")])
def test_GStreamer_PlaysPictureAndSound(klive, tmp_path, on_air, format, element):
    """A hundred frames of the picture and of the sound, decoded and shown in time."""
    # dashdemux2 wants its application to pause until it has buffered thirty seconds, which takes as long at the live
    # edge. gst-launch-1.0 does not pause a pipeline that has a live source, whatever that is.
    live_source = ["audiotestsrc", "is-live=true", "!", "fakesink"]
    arguments = ["gst-launch-1.0", "-v", *live_source, "playbin3", f"uri={getattr(klive, format)(on_air)}",
                 "video-sink=fakesink name=picture sync=true silent=false",
                 "audio-sink=fakesink name=sound sync=true silent=false"]
    with Program(arguments, tmp_path / "gst.log", {"GST_PLUGIN_FEATURE_RANK": f"{element}:MAX",
                                                   "GST_DEBUG_NO_COLOR": "1"}) as player:
        def shows(sink):
            assert player.is_running(), player.output()
            return player.output().count(f":{sink}: last-message = chain") > 100
        for sink in ("picture", "sound"):
            wait_for(lambda: shows(sink), 40, lambda: f"{sink}\n{player.output()[-3000:]}")
        assert element in player.output().lower()
        assert "ERROR" not in player.output(), player.output()
        assert player.interrupt() == 0


@pytest.mark.parametrize("format", ["hls", "dash"])
def test_Vlc_PlaysPictureAndSound(klive, tmp_path, on_air, format):
    with Vlc(tmp_path, getattr(klive, format)(on_air)) as player:
        wait_for(lambda: player.statistics().get("frames displayed", 0) > 150, 40,
                 lambda: f"six seconds of picture\n{player.statistics()}\n{player.program.output()}")
        statistics = player.statistics()
    assert statistics["buffers played"] > 200
    assert statistics["demux corrupted"] == 0 and statistics["discontinuities"] == 0
