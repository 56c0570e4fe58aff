# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real encoders publish in every spelling of the URL, and what they publish can be played."""
import subprocess

import pytest

from deadline import wait_for
from media import ffmpeg, gst_launch
from packets import read_packets
from program import Program


def assert_plays(klive, entry):
    klive.wait_for_segments(entry, 2)
    packets = read_packets(klive.hls(entry), 3, ("-live_start_index", "0"), 30)
    assert packets["video"][0].is_key
    for kind in ("video", "audio"):
        steps = [b.dts - a.dts for a, b in zip(packets[kind], packets[kind][1:])]
        assert 0 < min(steps) and max(steps) < 0.1, f"{kind}: {min(steps)} to {max(steps)} s from packet to packet"


@pytest.mark.parametrize("spelling", ["{url}/1", "{url}/{id}_1", "{base}/?p=101&e={id}&i=0&t={token}/1",
                                      "{base}?t={token}/{id}_1", "{base}?e={id}&i=0&t={token}&x=y/1"])
def test_Ffmpeg_PublishesInEverySpelling(klive, media, tmp_path, spelling):
    entry = klive.add_entry("--segment-duration", "2s")
    url = spelling.format(url=entry.url, base=entry.url.split("?")[0], id=entry.id, token=entry.token)
    with ffmpeg(media, url, tmp_path / "ffmpeg.log") as encoder:
        assert_plays(klive, entry)
        encoder.interrupt()


def test_FfmpegWithSeparatePlaypath_Publishes(klive, media, tmp_path):
    """The way of librtmp: application, playpath and tcUrl given one by one."""
    entry = klive.add_entry("--segment-duration", "2s")
    application = entry.url.split("/", 3)[3]
    with ffmpeg(media, entry.url.split("?")[0], tmp_path / "ffmpeg.log",
                options=("-rtmp_app", application, "-rtmp_playpath", "1", "-rtmp_tcurl", entry.url)) as encoder:
        assert_plays(klive, entry)
        encoder.interrupt()


ENCODER = ("videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=25/1 ! x264enc tune=zerolatency "
           "speed-preset=ultrafast key-int-max=50 ! flvmux name=mux streamable=true "
           "audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! avenc_aac ! mux. mux. ! ")


@pytest.mark.parametrize("sink", ["rtmp2sink", "rtmpsink"])
def test_GStreamer_Publishes(klive, tmp_path, sink):
    if sink == "rtmpsink" and subprocess.run(["gst-inspect-1.0", "--exists", sink], check=False).returncode:
        pytest.skip("this GStreamer has no rtmpsink")
    entry = klive.add_entry("--segment-duration", "2s")
    # librtmp takes what follows the last slash as play path, and live=1 as its own option.
    with gst_launch(ENCODER + f"{sink} location={entry.stream()}", tmp_path / "gst.log") as encoder:
        assert_plays(klive, entry)
        encoder.interrupt()


def test_BuiltInEncoder_PublishesPictureAndFile(klive, media, tmp_path):
    for number, source in enumerate((["--test"], ["--file", media])):
        entry = klive.add_entry("--segment-duration", "2s")
        with Program([klive.binary, "publish", entry.id, "--root", klive.root, *source],
                     tmp_path / f"publish-{number}.log") as encoder:
            assert_plays(klive, entry)
            assert encoder.interrupt() == 0, encoder.output()


def test_BuiltInEncoderWithSeveralFlavors_MakesAVariantOfEach(klive, tmp_path):
    entry = klive.add_entry("--segment-duration", "2s")
    with Program([klive.binary, "publish", entry.id, "--root", klive.root, "--count", "2"],
                 tmp_path / "publish.log") as encoder:
        def variants():
            master = klive.master(entry)
            return master.variants if master and len(master.variants) == 2 else None
        found = wait_for(variants, 30, lambda: f"two variants\n{encoder.output()}\n{klive.program.output()[-2000:]}")
        assert {each.attributes["RESOLUTION"] for each in found} == {"1280x720", "854x480"}
        one, other = (klive.wait_for_segments(entry, 3, track=each.uri.rsplit("/", 1)[0]) for each in found)
        # One grid: the same number begins at the same time in both.
        begins = {segment.number: segment.time for segment in one.segments}
        common = [segment for segment in other.segments if segment.number in begins]
        assert len(common) >= 2
        for segment in common[1:]:
            assert abs((begins[segment.number] - segment.time).total_seconds()) < 0.04
        assert encoder.interrupt() == 0, encoder.output()
