# SPDX-License-Identifier: LGPL-2.1-or-later
"""The pages in Chromium: live, back, live again; and the players that others use."""
import contextlib
import functools
import http.server
import shutil
import subprocess
import threading

import pytest

from browser import Browser
from deadline import wait_for
from media import ffmpeg

BEHIND = "const v = document.querySelector('video'); return v.seekable.end(v.seekable.length - 1) - v.currentTime"
# Seconds that can be gone back to.
BAR = "const bar = document.querySelector('input.dvr'); return bar.max - bar.min"
# What dragging the bar does.
DRAG = ("const bar = document.querySelector('input.dvr'); bar.value = arguments[0];"
        "for (const name of ['input', 'change']) bar.dispatchEvent(new Event(name, {bubbles: true}));")


@pytest.fixture
def browser(tmp_path):
    with Browser(tmp_path) as browser:
        yield browser


@pytest.mark.parametrize("format", ["hls", "dash"])
def test_WatchPage_PlaysSeeksBackAndReturnsToLive(klive, media, tmp_path, browser, format):
    entry = klive.add_entry("--segment-duration", "2s")
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        klive.wait_for_segments(entry, 6, 40)
        browser.open(klive.page(entry) + f"?format={format}")
        browser.wait_until_playing()

        before = browser.position()
        browser.run(DRAG, browser.run("return document.querySelector('input.dvr').min"))
        wait_for(lambda: browser.position() < before - 4, 10, lambda: f"the seek back from {before}")
        browser.wait_until_playing()
        assert browser.run(BEHIND) > 4

        browser.run("document.querySelector('button.live').click()")
        wait_for(lambda: browser.run(BEHIND) < 8, 10, lambda: f"the live edge; it is {browser.run(BEHIND)} s away")
        browser.wait_until_playing()
        browser.screenshot(f"watch-{format}.png")
        width = browser.run(BAR)
        wait_for(lambda: browser.run(BAR) > width + 3, 30, lambda: f"the bar to grow beyond {width} s as the window does")
        encoder.interrupt()


def test_EmbedPage_FitsAPhone(klive, media, tmp_path):
    entry = klive.add_entry("--segment-duration", "2s")
    with Browser(tmp_path, size="500,800") as browser, \
            ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        klive.wait_for_segments(entry, 2)
        browser.open(f"{klive.origin}/embed/{entry.id}")
        browser.wait_until_playing()
        assert browser.run("return document.documentElement.scrollWidth <= window.innerWidth")
        browser.screenshot("embed.png")
        encoder.interrupt()


# Players that others use, on a page from another origin.

@pytest.fixture(scope="session")
def foreign_players(build, source):
    """hls.js and dash.js, fetched once into the build folder as the lock file pins them."""
    folder = build / "e2e-players"
    folder.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / "tests/e2e/players" / name, folder)
    if not (folder / "node_modules/dashjs").is_dir():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True,
                       timeout=200)
    for name in ("hls.html", "dash.html"):
        shutil.copy(source / "tests/e2e/players" / name, folder)
    return folder


@contextlib.contextmanager
def served(folder):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_HlsJs_PlaysLowLatency(klive, media, tmp_path, browser, foreign_players):
    entry = klive.add_entry("--segment-duration", "2s", "--low-latency")
    with served(foreign_players) as players, \
            ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        klive.wait_for_segments(entry, 3)
        browser.open(f"{players}/hls.html?{klive.hls(entry)}")
        browser.wait_until_playing(seconds=5)
        state = browser.run("return {parts: window.parts, latency: window.hls.latency, fatal: window.fatal}")
        assert state["fatal"] is None
        assert state["parts"] > 5, "it did not load parts"
        assert 0 < state["latency"] < 4, state
        encoder.interrupt()


def test_DashJs_Plays(klive, media, tmp_path, browser, foreign_players):
    entry = klive.add_entry("--segment-duration", "2s")
    with served(foreign_players) as players, \
            ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        klive.wait_for_segments(entry, 3)
        browser.open(f"{players}/dash.html?{klive.dash(entry)}")
        browser.wait_until_playing(seconds=5)
        assert browser.run("return window.fatal") is None
        encoder.interrupt()
