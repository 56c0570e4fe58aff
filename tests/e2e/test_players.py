# SPDX-License-Identifier: LGPL-2.1-or-later
"""Players without a browser: ffmpeg, GStreamer's hlsdemux2 and dashdemux2, VLC."""
import os
import pwd
import subprocess

import pytest

from media import ffmpeg
from packets import read_packets
from program import Program


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
    """A hundred frames of the picture and of the sound, decoded."""
    line = (f"playbin3 uri={getattr(klive, format)(on_air)} video-sink=fakesink audio-sink=fakesink")
    with Program(["gst-launch-1.0", "-v", *line.split()], tmp_path / "gst.log",
                 {"GST_PLUGIN_FEATURE_RANK": f"{element}:MAX", "GST_DEBUG": f"{element}:3", "GST_DEBUG_NO_COLOR": "1"},
                 ) as player:
        player.wait_for_output("New clock", 30)
        player.wait_for_output("video/x-raw", 30)
        player.wait_for_output("audio/x-raw", 30)
        assert element.upper()[:3] in player.output().upper()
        assert "ERROR" not in player.output(), player.output()
        assert player.interrupt() == 0


def test_Vlc_PlaysPictureAndSound(klive, tmp_path, on_air):
    """VLC takes the stream apart and writes what it played into a file."""
    played = tmp_path / "vlc" / "played.ts"
    played.parent.mkdir()
    # VLC does not run as root.
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        os.chown(played.parent, pwd.getpwnam(user).pw_uid, -1)
        for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
            folder.chmod(folder.stat().st_mode | 0o011)
    home = {"HOME": str(played.parent), "XDG_RUNTIME_DIR": str(played.parent)}
    with Program(["cvlc", "-I", "dummy", "--no-plugins-cache", "--run-time", "8", "--sout",
                  f"#std{{access=file,mux=ts,dst={played}}}", klive.hls(on_air), "vlc://quit"],
                 tmp_path / "vlc.log", home, user=user) as player:
        assert player.wait(60) == 0, player.output()
    packets = read_packets(played)
    for kind in ("video", "audio"):
        assert len(packets.get(kind, [])) > 100, f"{len(packets.get(kind, []))} packets of {kind}\n{player.output()}"
