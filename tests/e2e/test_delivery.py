# SPDX-License-Identifier: LGPL-2.1-or-later
"""From Kaltura's addresses to the media: playManifest, previews, the packager's addresses; and what encoders and media
servers are given."""
import json
import shlex
import subprocess
import urllib.request
import xml.etree.ElementTree as ElementTree

import pytest

from deadline import wait_for
from media import ffmpeg
from program import Program


def play(entry, keys="", format="applehttp/a.m3u8"):
    return f"/p/101/sp/10100/playManifest/entryId/{entry.id}/protocol/http/{keys}format/{format}"


def probe(url):
    """The codecs that ffprobe finds there. It looks for the media of a DASH manifest beside the first address, not
    beside the one that it was sent on to, so it is given that one."""
    if "mpd" in url:
        with urllib.request.urlopen(url, timeout=30) as answer:
            url = answer.url
    found = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", url],
                           capture_output=True, text=True, timeout=60)
    return set(found.stdout.split())


@pytest.mark.parametrize("format", ["applehttp/a.m3u8", "mpegdash/manifest.mpd"])
def test_PlayManifest_LeadsToTheMedia(klive, media, tmp_path, format):
    entry = klive.add_entry("--segment-duration", "2s")
    off_air = klive.get(play(entry, format=format))
    assert off_air.status == 404 and off_air.headers["X-Kaltura"] == "error-36"
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        klive.wait_for_segments(entry, 3)
        # Everything; one flavor of one side, below an address of the packager; as JSONP.
        for keys in ("", "flavorIds/32/streamType/0/"):
            assert probe(klive.origin + play(entry, keys, format)) == {"h264", "aac"}, keys
        answer = klive.get(play(entry, "flavorIds/32/", format) + "?responseFormat=jsonp&callback=go")
        url = json.loads(answer.text.removeprefix("go(").removesuffix(");"))["flavors"][0]["url"]
        assert "/t/" in url and probe(url) == {"h264", "aac"}
        encoder.interrupt()


def test_ExplicitLive_IsShownFromGoLiveUntilItsEnd(klive, media, tmp_path):
    entry = klive.add_entry("--segment-duration", "2s")
    klive.call("liveStream", "update", {"entryId": entry.id, "liveStreamEntry": {
        "objectType": "KalturaLiveStreamEntry", "explicitLive": 1, "viewMode": 0}})

    def set_mode(mode):
        klive.call("liveStream", "update", {"entryId": entry.id, "liveStreamEntry": {
            "objectType": "KalturaLiveStreamEntry", "viewMode": mode}})

    ks = klive.run("ks", "--root", klive.root, "--type", "admin").stdout.strip()
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        # The operator sees it before anybody else.
        shown = wait_for(lambda: probe(f"{klive.origin}{play(entry)}?ks={ks}"), 40, "the preview")
        assert shown == {"h264", "aac"}
        assert klive.get(play(entry)).headers["X-Kaltura"] == "error-36"
        assert klive.master(entry) is None

        set_mode(1)
        wait_for(lambda: klive.get(play(entry)).status == 200, 30, "the manifest after it went live")
        playlist = klive.wait_for_segments(entry, 2)
        first = playlist.segments[0].uri
        hidden = f"seg-{int(first.split('-')[1].split('.')[0]) - 1:08}.m4s"
        assert klive.get(f"/live/{entry.id}/{playlist.track}/{first}").status == 200
        assert klive.get(f"/live/{entry.id}/{playlist.track}/{hidden}").status == 404, "what was only a preview"

        set_mode(0)
        assert klive.get(play(entry)).headers["X-Kaltura"] == "error-36"
        ended = klive.get(f"/live/{entry.id}/{playlist.track}/index.m3u8").text
        assert "#EXT-X-ENDLIST" in ended
        assert probe(f"{klive.origin}{play(entry)}?ks={ks}") == {"h264", "aac"}, "the operator goes on"
        encoder.interrupt()


def test_PackagersAddresses_AreSigned(make_klive, media, tmp_path):
    klive = make_klive("packager.secret=sesame")
    entry = klive.add_entry("--segment-duration", "2s")
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        klive.wait_for_segments(entry, 2)
        assert probe(klive.origin + play(entry)) == {"h264", "aac"}
        assert klive.get(f"/live/hls/p/101/e/{entry.id}/sd/2000/t/AAAAAAAAAAAAAAAAAAAAAA/master.m3u8").status == 403
        encoder.interrupt()


def test_TranscodeTemplate_IsServedToAMediaServer(klive):
    entry = klive.add_entry("--profile", "Default_Live")
    extra = "%7B%22audiocodecidstring%22%3A%22AAC%22%7D"
    for service in ("wowza_liveConversionProfile", "wowza_liveStreamConversionProfile"):
        path = f"/api_v3/index.php/service/{service}/action/serve/streamName"
        answer = klive.get(f"{path}/{entry.id}_1/extraParams/{extra}/f/transcode.xml")
        assert answer.headers["Content-Type"].startswith("text/xml")
        encodes = ElementTree.fromstring(answer.body).findall("Transcode/Encodes/Encode")
        assert [each.findtext("StreamName") for each in encodes] == [f"{entry.id}_{flavor}" for flavor in (32, 33, 34, 35)]
        assert encodes[0].findtext("Audio/Codec") == "PassThru" and encodes[3].findtext("Video/Bitrate") == "900000"
    for name, code in ((f"{entry.id}_9", "INGEST_NOT_FOUND_IN_CONVERSION_PROFILE"), ("1_nobody00_1", "ENTRY_ID_NOT_FOUND"),
                       (f"{entry.id}_x", "INVALID_STREAM_NAME"), ("1", "INVALID_STREAM_NAME")):
        assert ElementTree.fromstring(klive.get(f"{path}/{name}").body).findtext("result/error/code") == code


def test_ExportedSettings_PublishTheEntry(klive, media, tmp_path):
    entry = klive.add_entry("--segment-duration", "2s", name="Tom & \"Jerry\"")
    export = ("entry", "export", entry.id, "--root", klive.root)
    profile = ElementTree.fromstring(klive.run(*export).stdout)
    assert profile.tag == "flashmedialiveencoder_profile"
    assert profile.findtext("output/rtmp/url") == entry.url and profile.findtext("output/rtmp/backup_url") == entry.backup_url
    assert profile.findtext("output/rtmp/stream") == f"{entry.id}_%i"
    for encoder in ("obs", "larix", "vmix"):
        assert entry.url in klive.run(*export, "--for", encoder).stdout
    refused = klive.run(*export, "--for", "wirecast", check=False)
    assert refused.returncode == 1 and "fmle, obs" in refused.stderr
    # ffmpeg's line is one that works, and so is the sound that Flash Media Live Encoder is told to send.
    lines = [line for line in klive.run(*export, "--for", "ffmpeg").stdout.splitlines() if line.startswith("ffmpeg")]
    line = shlex.split(lines[0].replace("INPUT", str(media)))
    line[line.index("scale=1280:720")] = "scale=320:180"
    line[line.index("veryfast")] = "ultrafast"
    with Program([line[0], "-nostdin", *line[1:]], tmp_path / "exported.log") as encoder:
        klive.wait_for_segments(entry, 2, 60)
        encoder.interrupt()
