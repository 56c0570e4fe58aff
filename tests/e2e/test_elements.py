# SPDX-License-Identifier: LGPL-2.1-or-later
"""The elements without the service: stock gst-launch-1.0 and gst-inspect-1.0 with only the plugin's folder named."""
import json
import os
import socket
import subprocess

import pytest

from deadline import wait_for
from hls import MediaPlaylist
from media import ffmpeg
from packets import read_packets
from ports import free_port
from program import Program

ELEMENTS = ["klivertmpsrc", "kliveauth", "kliveflavormap", "kliveflvdemux", "klivesegmenter", "klivedvrsink"]


@pytest.fixture
def environment(build, tmp_path):
    return {"GST_PLUGIN_PATH": str(build / "plugins"), "GST_REGISTRY": str(tmp_path / "registry.bin"),
            "GST_DEBUG_NO_COLOR": "1", "LD_PRELOAD": os.environ.get("E2E_PRELOAD", "")}


def inspect(name, environment):
    done = subprocess.run(["gst-inspect-1.0", name], capture_output=True, text=True, timeout=60,
                          env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_Inspect_DocumentsEveryElement(environment):
    listed = inspect("klive", environment)
    for element in ELEMENTS:
        assert element in listed
        described = inspect(element, environment)
        for line in ("Long-name", "Klass", "Description", "Pad Templates"):
            assert line in described, f"{element} has no {line}"
        assert "FIXME" not in described


def test_ExampleLineOfTheReadme_ReceivesAndStores(environment, media, source, tmp_path):
    entries = tmp_path / "entries.json"
    entries.write_text(json.dumps({"entries": [{"id": "1_abcd1234", "token": "secret12"}]}))
    window = tmp_path / "dvr"
    port = free_port()
    line = readme_line(source).replace("entries.json", str(entries)).replace("0.0.0.0:1935", f"127.0.0.1:{port}")
    line = line.replace("/tmp/dvr", str(window)).replace("segment-duration=6s", "segment-duration=2s")
    with Program(line.split(), tmp_path / "gst.log", environment) as receiver:
        def listens():
            try:
                return socket.create_connection(("127.0.0.1", port), 1).close() is None
            except OSError:
                assert receiver.is_running(), receiver.output()
                return False
        wait_for(listens, 30, "the listener")
        url = f"rtmp://127.0.0.1:{port}/kLive?p=101&e=1_abcd1234&i=0&t="
        with ffmpeg(media, url + "wrong/1", tmp_path / "wrong.log") as refused:
            assert refused.wait(20) != 0
            assert "Invalid token" in refused.output()
        with ffmpeg(media, url + "secret12/1", tmp_path / "right.log"):
            def stored():
                assert receiver.is_running(), receiver.output()
                found = sorted(window.glob("v*/index.m3u8"))
                return found and len(MediaPlaylist(found[0].read_text()).segments) >= 3 and found[0].parent
            track = wait_for(stored, 30, lambda: f"three segments\n{receiver.output()}")
            packets = read_packets(window / "master.m3u8", 3)
            assert packets["video"][0].is_key and len(packets["audio"]) > 100, track
        receiver.interrupt()


def readme_line(source):
    """The gst-launch-1.0 line of the README, on one line."""
    text = (source / "README.md").read_text().replace("\\\n", " ")
    return next(line for line in text.splitlines() if line.startswith("gst-launch-1.0 klivertmpsrc"))
