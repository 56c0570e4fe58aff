# SPDX-License-Identifier: LGPL-2.1-or-later
"""Players ask the installation, and are sent to the media server that has the entry on air."""
import subprocess
import urllib.error
import urllib.request

import pytest

from deadline import wait_for
from installation import MEDIA_SERVER, OFF_AIR, OWN_PARTNER, PLAYABLE, Installation
from media import ffmpeg
from ports import free_port

SECRET = "packager.secret=sesame"


def play(entry, keys="", format="applehttp/a.m3u8"):
    return f"/p/101/sp/10100/playManifest/entryId/{entry.id}/protocol/http/{keys}format/{format}"


def follow(url):
    """Where it leads to, or the status of its refusal."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.url
    except urllib.error.HTTPError as refused:
        return refused.code


def probe(url):
    """The codecs that ffprobe finds there."""
    found = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", url],
                           capture_output=True, text=True, timeout=60)
    return set(found.stdout.split())


@pytest.fixture
def make_pair(make_klive):
    """An installation whose entries' URLs lead to its media server, and that server."""
    def make(*settings, partner=MEDIA_SERVER):
        port = free_port()
        installation = Installation(make_klive("broadcast.host=127.0.0.1", f"broadcast.port={port}", *settings))
        server = make_klive(*installation.media_server(partner), f"rtmp.port={port}", *settings)
        return installation, server
    return make


@pytest.mark.parametrize("partner", [MEDIA_SERVER, OWN_PARTNER])
def test_PlayManifestOfTheInstallation_LeadsToTheMediaServersMedia(make_pair, media, tmp_path, partner):
    installation, server = make_pair(partner=partner)
    entry = installation.klive.add_entry("--segment-duration", "2s")
    assert follow(installation.klive.origin + play(entry)) == 404
    # The installation's own URL of the entry is what encoders are given.
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        wait_for(lambda: installation.status(entry) == PLAYABLE, 30, "the entry on air")
        server.wait_for_segments(entry, 3)
        assert installation.klive.master(entry) is None, "the installation has no media of it"
        for format in ("applehttp/a.m3u8", "mpegdash/manifest.mpd"):
            url = follow(installation.klive.origin + play(entry, format=format))
            assert url.startswith(f"{server.origin}/live/{'dash' if 'mpd' in format else 'hls'}/p/101/e/{entry.id}/"), url
            assert probe(url) == {"h264", "aac"}
        url = follow(installation.klive.origin + play(entry, "flavorIds/32/"))
        assert url.endswith("/st/0/master-s32.m3u8") and probe(url) == {"h264", "aac"}
        assert follow(installation.klive.origin + play(entry, "streamType/1/")) == 404
        told = installation.call("liveStream", "get", entryId=entry.id)["hlsStreamUrl"]
        assert follow(told).startswith(server.origin)
        encoder.interrupt()
    wait_for(lambda: installation.status(entry) == OFF_AIR, 30, "the entry off air")
    assert follow(installation.klive.origin + play(entry)) == 404


def test_PreviewOnAMediaServer_IsOpenToEditorsAlone(make_pair, media, tmp_path):
    installation, server = make_pair(SECRET)
    entry = installation.klive.add_entry("--segment-duration", "2s")
    installation.call("liveStream", "update", entryId=entry.id, liveStreamEntry={
        "objectType": "KalturaLiveStreamEntry", "explicitLive": 1, "viewMode": 0})
    ks = installation.klive.run("ks", "--root", installation.klive.root, "--type", "admin").stdout.strip()
    address = installation.klive.origin + play(entry)
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        wait_for(lambda: installation.status(entry) == PLAYABLE, 30, "the entry on air")
        assert follow(address) == 404
        shown = wait_for(lambda: probe(f"{address}?ks={ks}"), 30, "the preview")
        assert shown == {"h264", "aac"}
        url = follow(f"{address}?ks={ks}")
        assert url.startswith(server.origin) and "/tl/main/" in url
        # Without its token, and with the viewers' part of the way, it is nobody's.
        assert follow(url.replace("/t/", "/t/A")) == 403
        assert follow(url.replace("/tl/main/", "/tl/viewer/")) == 403
        installation.call("liveStream", "update", entryId=entry.id, liveStreamEntry={
            "objectType": "KalturaLiveStreamEntry", "viewMode": 1})
        wait_for(lambda: isinstance(follow(address), str), 30, "it live for everybody")
        assert probe(follow(address)) == {"h264", "aac"}
        encoder.interrupt()
