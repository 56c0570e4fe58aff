# SPDX-License-Identifier: LGPL-2.1-or-later
"""The watch page in Chromium while a broadcast begins: from off air to play, without a halt, and over holes."""
import os
import signal

import pytest

from browser import Browser
from deadline import wait_for
from media import ffmpeg

# From now on: the longest time, in seconds, for which the picture stands still, and how far it ever steps back.
NOTE_HALTS = """
    const video = document.querySelector('video');
    let [position, since] = [video.currentTime, performance.now()];
    window.longestHalt = window.stepBack = 0;
    setInterval(() => {
      window.longestHalt = Math.max(window.longestHalt, (performance.now() - since) / 1000);
      window.stepBack = Math.max(window.stepBack, position - video.currentTime);
      if (video.currentTime !== position) [position, since] = [video.currentTime, performance.now()];
    }, 50);
"""


@pytest.fixture
def browser(tmp_path):
    with Browser(tmp_path) as browser:
        yield browser


def test_PageOpenedBeforeTheStream_PlaysWhenItStarts(klive, media, tmp_path, browser):
    entry = klive.add_entry("--segment-duration", "2s")
    browser.open(klive.page(entry))
    shown = "return document.querySelector('.message').textContent"
    wait_for(lambda: browser.run(shown), 10, "what is said off air")
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        browser.wait_until_playing(timeout=40)
        encoder.interrupt()


# A broadcast that has just begun is played ahead of where a player would choose to play it, half a minute behind its edge;
# three seconds later what is played are parts, of which one that was announced never comes.
@pytest.mark.parametrize("format, begun, segment", [("hls", 1, 10), ("hls", 3, 6), ("dash", 1, 10)])
def test_WorkerKilledAtTheBegin_PageGoesOnBehindTheHole(klive, media, tmp_path, browser, format, begun, segment):
    entry = klive.add_entry("--segment-duration", f"{segment}s")
    browser.open(klive.page(entry) + f"?format={format}")
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        browser.wait_until_playing(seconds=begun)
        before = browser.position()
        browser.run(NOTE_HALTS)
        os.kill(klive.worker_of(entry), signal.SIGKILL)
        wait_for(lambda: browser.position() > before + 12, 30,
                 lambda: f"12 s more than {before}; it is at {browser.position()}\n{browser.console()}")
        assert browser.run("return window.stepBack") < 0.5
        # Of DASH whole segments are played.
        assert browser.run("return window.longestHalt") < (3 if format == "hls" else segment + 2)
        encoder.interrupt()


@pytest.mark.parametrize("options", [(), ("--low-latency",)], ids=["ordinary", "low latency"])
def test_WorkerKilledTwice_PageGoesOnBehindTheLongHole(klive, media, tmp_path, browser, options):
    entry = klive.add_entry("--segment-duration", "6s", *options)
    browser.open(klive.page(entry))
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        browser.wait_until_playing(seconds=3)
        before = browser.position()
        first = klive.worker_of(entry)
        os.kill(first, signal.SIGKILL)
        second = wait_for(lambda: next((pid for pid in [klive.worker_of(entry)] if pid not in (None, first)), None), 10,
                          "another worker")
        listed = klive.media_playlist(entry).text
        wait_for(lambda: klive.media_playlist(entry).text != listed, 20, "something of the second worker")
        os.kill(second, signal.SIGKILL)
        wait_for(lambda: browser.position() > before + 10, 45,
                 lambda: f"10 s more than {before}; it is at {browser.position()}\n{browser.console()}")
        encoder.interrupt()


def test_BroadcastThatBegins_PlaysWithoutAHalt(klive, media, tmp_path, browser):
    """The short first segments are followed by long ones; a player of whole segments would stand still there."""
    entry = klive.add_entry("--segment-duration", "6s")
    browser.open(klive.page(entry))
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        browser.wait_until_playing(seconds=0.1)
        browser.run(NOTE_HALTS)
        browser.wait_until_playing(seconds=14)
        assert browser.run("return window.longestHalt") < 1.5
        encoder.interrupt()


# The encoder is soon back. What the service knew of parts is gone with it, and the part that it had announced never comes.
def test_ServiceKilledAtTheBegin_PageGoesOnBehindTheHole(klive, media, tmp_path, browser):
    entry = klive.add_entry("--segment-duration", "6s")
    browser.open(klive.page(entry))
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True):
        browser.wait_until_playing(seconds=3)
        before = browser.position()
        browser.run(NOTE_HALTS)
        klive.kill()
    klive.start()
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg-again.log", loop=True) as encoder:
        wait_for(lambda: browser.position() > before + 15, 45,
                 lambda: f"15 s more than {before}; it is at {browser.position()}\n{browser.console()}")
        assert browser.run("return window.longestHalt") < 15
        encoder.interrupt()
