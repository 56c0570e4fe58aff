# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kaltura's own player in Chromium, told nothing but klive's address, the partner and the entry's id: it starts a widget
session, asks for the playback context and begins with playManifest."""
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


@pytest.fixture(scope="session")
def players(build, source):
    """The player, fetched once into the build folder as the lock file pins it, and served from another origin."""
    folder = build / "e2e-kaltura-player"
    folder.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json", "player.html"):
        shutil.copy(source / "tests/e2e/kaltura-player" / name, folder)
    if not (folder / "node_modules/@playkit-js/kaltura-player-js").is_dir():
        # Its parts want versions of each other that were never published; the bundle has them all inside.
        subprocess.run(["npm", "ci", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"],
                       cwd=folder, check=True, timeout=200)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def browser(tmp_path):
    with Browser(tmp_path) as browser:
        yield browser


def open_player(browser, players, klive, entry):
    browser.open(f"{players}/player.html?{klive.origin},101,{entry.id}")


def test_Player_PlaysLiveAndIsToldTheEnd(make_klive, players, media, tmp_path, browser):
    klive = make_klive("server.resume-window=2s")
    entry = klive.add_entry("--segment-duration", "2s")
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        klive.wait_for_segments(entry, 4, 40)
        open_player(browser, players, klive, entry)
        browser.wait_until_playing(seconds=4, timeout=60)
        assert browser.run("return player.isLive()")
        assert browser.run("return errors") == []
        source = browser.run("return player.sources.hls[0].url")
        assert f"/p/101/sp/10100/playManifest/entryId/{entry.id}/" in source
        browser.screenshot("kaltura-live.png")
        encoder.interrupt()
    # What was received is played to its end.
    wait_for(lambda: browser.run("return has_ended"), 60, lambda: f"the end\n{browser.console()}")
    assert browser.run("return errors") == []


def test_PlayerOpenedOffAir_PlaysWhatTheEntryRedirectsTo(make_klive, players, media, tmp_path, browser):
    klive = make_klive()
    over = klive.add_entry(name="Over already")
    open_player(browser, players, klive, over)
    wait_for(lambda: browser.run("return errors.length"), 40, lambda: f"the player to say that nothing is on air\n{browser.console()}")
    recording = klive.add_entry("--segment-duration", "2s", name="What is played instead")
    klive.call("baseEntry", "update", {"entryId": over.id, "baseEntry": {"objectType": "KalturaLiveStreamEntry",
                                                                        "redirectEntryId": recording.id}})
    with ffmpeg(media, recording.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        klive.wait_for_segments(recording, 4, 40)
        open_player(browser, players, klive, over)
        browser.wait_until_playing(seconds=2, timeout=60)
        encoder.interrupt()
