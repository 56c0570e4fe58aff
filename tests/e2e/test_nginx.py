# SPDX-License-Identifier: LGPL-2.1-or-later
"""nginx in front, as data/nginx sets it up: TLS, HTTP/2, segments from the disk, the rest from klive."""
import json

import pytest

from deadline import wait_for
from front import Front
from hls import MasterPlaylist, MediaPlaylist
from media import ffmpeg
from packets import read_packets

FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture
def front(klive, source, tmp_path):
    with Front(tmp_path, source / "data/nginx/klive.conf", klive) as front:
        yield front


@pytest.fixture
def entry(klive, media, tmp_path):
    """On air, with two segments."""
    entry = klive.add_entry("--segment-duration", "2s", "--low-latency")
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        klive.wait_for_segments(entry, 2)
        yield entry
        if encoder.is_running():
            encoder.interrupt()


def served_by_klive(klive, kind):
    """How many requests of a kind klive has answered itself."""
    total = 0
    for line in klive.get("/metrics").text.splitlines():
        if line.startswith("klive_http_requests_total{") and f'"{kind}"' in line:
            total += float(line.rsplit(" ", 1)[1])
    return total


def assert_open_to_other_pages(answer):
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Date" in answer.headers["access-control-expose-headers"]


def test_Playlists_ComeFromKlive(klive, entry, front):
    master = front.get(f"/live/{entry.id}/master.m3u8")
    assert master.status == 200
    assert_open_to_other_pages(master)
    uri = MasterPlaylist(master.text).variants[0].uri
    answer = front.get(f"/live/{entry.id}/{uri}")
    assert answer.status == 200 and answer.headers["content-type"].startswith("application/vnd.apple.mpegurl")
    assert_open_to_other_pages(answer)

    wanted = MediaPlaylist(answer.text).last_number + 2
    held = MediaPlaylist(front.get(f"/live/{entry.id}/{uri}?_HLS_msn={wanted}").text)
    assert held.last_number >= wanted, "the answer did not wait for the segment that was asked for"
    packed = front.get(f"/live/{entry.id}/{uri}", "--header", "Accept-Encoding: gzip")
    assert packed.headers["content-encoding"] == "gzip"
    dash = front.get(f"/live/{entry.id}/manifest.mpd")
    assert dash.status == 200 and "<MPD" in dash.text


def test_Segments_ComeFromTheDisk(klive, entry, front):
    playlist = klive.media_playlist(entry)
    folder = f"/live/{entry.id}/{playlist.track}"
    before = served_by_klive(klive, "segment") + served_by_klive(klive, "init")
    by_time = next((klive.root / folder.strip("/")).glob("t-*.m4s")).name
    for name in (playlist.segments[0].init, playlist.segments[0].uri, by_time):
        on_disk = (klive.root / folder.strip("/") / name).read_bytes()
        answer = front.get(f"{folder}/{name}")
        assert answer.status == 200 and answer.body == on_disk
        assert answer.headers["cache-control"] == FOR_EVER
        assert answer.headers["content-type"] == "video/mp4"
        assert_open_to_other_pages(answer)
        part = front.get(f"{folder}/{name}", "--range", "4-7")
        assert part.status == 206 and part.body == on_disk[4:8]
        assert front.get(f"{folder}/{name}", method="HEAD").headers["content-length"] == str(len(on_disk))
    assert served_by_klive(klive, "segment") + served_by_klive(klive, "init") == before
    asked = front.get(f"{folder}/{playlist.segments[0].uri}", "--header", "Origin: https://example.org",
                      "--header", "Access-Control-Request-Method: GET", method="OPTIONS")
    assert asked.status == 204 and "GET" in asked.headers["access-control-allow-methods"]
    missing = front.get(f"{folder}/seg-99999999.m4s")
    assert missing.status == 404
    assert "immutable" not in missing.headers["cache-control"]


def test_Chunks_ComeFromKlive(klive, entry, front):
    playlist = wait_for(lambda: (found := klive.media_playlist(entry)).parts and found, 20, "a part")
    folder = f"/live/{entry.id}/{playlist.track}"
    before = served_by_klive(klive, "chunk")
    part = front.get(f"{folder}/{playlist.parts[0]['URI']}")
    assert part.status == 200 and part.body[4:8] in (b"moof", b"styp", b"prft")
    assert_open_to_other_pages(part)
    hint = front.get(f"{folder}/{klive.media_playlist(entry).preload_hint['URI']}")
    assert hint.status == 200, "the chunk that is hinted at is held until it is there"
    assert served_by_klive(klive, "chunk") == before + 2


def test_PagesAndApi_ComeFromKlive(klive, entry, front):
    page = front.get(f"/watch/{entry.id}")
    assert page.status == 200 and "text/html" in page.headers["content-type"]
    assert "content-security-policy" in page.headers
    ping = front.get("/api_v3/service/system/action/ping?format=1")
    assert ping.status == 200 and json.loads(ping.text) is True
    ks = klive.run("ks", "--root", klive.root, "--type", "admin").stdout.strip()
    got = front.get(f"/api_v3/service/liveStream/action/get?format=1&entryId={entry.id}&ks={ks}").json
    assert got["hlsStreamUrl"].startswith(f"{front.origin}/live/{entry.id}/"), "it names the host that was asked"
    manifest = front.get(f"/p/101/sp/10100/playManifest/entryId/{entry.id}/protocol/https/format/applehttp/a.m3u8")
    assert manifest.status == 302 and manifest.headers["location"].endswith(f"/live/{entry.id}/master.m3u8")


def test_WhatIsNobodysBusiness_IsNotServed(klive, entry, front):
    assert front.get("/metrics").status == 200
    assert front.get("/metrics", "--ipv4", "--interface", "127.0.0.2").status == 403
    folder = f"/live/{entry.id}"
    for path in ("/klive.db", "/secrets.json", "/run/service.json", f"{folder}/segments.log", f"{folder}/",
                 f"{folder}/../../secrets.json", f"{folder}/%2e%2e/%2e%2e/secrets.json"):
        assert front.get(path, "--path-as-is").status in (400, 404), path
    redirect = front.get(folder, origin=f"http://localhost:{front.http_port}")
    assert redirect.status == 301
    assert redirect.headers["location"] == f"https://localhost{folder}"


def test_Preview_IsNotServedBeforeItGoesLive(klive, media, tmp_path, front):
    """Whoever guesses an address of a window that is on the disk gets nothing; what is shown comes from the disk."""
    entry = klive.add_entry("--segment-duration", "2s")
    window = klive.root / "live" / entry.id

    def set_mode(mode, **more):
        klive.call("liveStream", "update", {"entryId": entry.id, "liveStreamEntry": {
            "objectType": "KalturaLiveStreamEntry", "viewMode": mode, **more}})

    def status_of(path):
        return front.get(f"/live/{entry.id}/{path.relative_to(window)}").status

    def segments(folder, is_wanted):
        return [path for path in folder.glob("seg-*.m4s") if is_wanted(int(path.name[4:12]))]

    set_mode(0, explicitLive=1)
    with ffmpeg(media, entry.stream(), tmp_path / "ffmpeg.log", loop=True) as encoder:
        hidden = wait_for(lambda: len(found := list(window.glob("*/*.m4s"))) >= 8 and found, 40, "segments of the preview")
        assert {status_of(path) for path in hidden} == {404}

        set_mode(1)
        playlist = klive.wait_for_segments(entry, 2)
        folder = window / playlist.track
        shown = folder / playlist.segments[0].uri
        path, on_disk = f"/live/{entry.id}/{playlist.track}/{shown.name}", shown.read_bytes()
        sent = klive.metric("klive_http_response_bytes_total")
        answer = front.get(path)
        assert answer.status == 200 and answer.body == on_disk
        assert answer.headers["cache-control"] == FOR_EVER and answer.headers["content-type"] == "video/mp4"
        assert_open_to_other_pages(answer)
        part = front.get(path, "--range", "4-7")
        assert part.status == 206 and part.body == on_disk[4:8]
        assert front.get(path, method="HEAD").headers["content-length"] == str(len(on_disk))
        assert klive.metric("klive_http_response_bytes_total") - sent < len(on_disk), "klive sends names, nginx bytes"
        first = int(shown.name[4:12])
        before = segments(folder, lambda number: number < first)
        assert before and {status_of(path) for path in before} == {404}

        set_mode(0)
        ended = MediaPlaylist(front.get(f"/live/{entry.id}/{playlist.track}/index.m3u8").text)
        last = int(ended.segments[-1].uri[4:12])
        after = wait_for(lambda: segments(folder, lambda number: number > last + 1), 40, "segments after the end")
        assert {status_of(path) for path in after} == {404}
        assert status_of(shown) == 200
        encoder.interrupt()
    assert front.get(f"/klive-files/{entry.id}/{playlist.track}/{shown.name}").status == 404, "nginx's own address"
    assert front.get(path, "--header", "X-Klive-Front: nginx").body == on_disk


def test_Ffprobe_PlaysThroughTheFront(klive, entry, front):
    packets = read_packets(f"{front.origin}/live/{entry.id}/master.m3u8", 3, ("-live_start_index", "0"), 40)
    assert packets["video"][0].is_key and packets["audio"]


def test_KliveGone_SegmentsAreStillServed(klive, entry, front):
    playlist = klive.media_playlist(entry)
    folder = f"/live/{entry.id}/{playlist.track}"
    assert front.get(f"{folder}/index.m3u8").status == 200
    klive.kill()
    for segment in playlist.segments:
        answer = front.get(f"{folder}/{segment.uri}")
        assert answer.status == 200 and answer.headers["cache-control"] == FOR_EVER
    assert front.get(f"{folder}/index.m3u8").status == 502
    klive.start()
    assert front.get(f"{folder}/index.m3u8").status == 200
