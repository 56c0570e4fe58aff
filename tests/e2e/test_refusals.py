# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may not publish is told why, in the encoder's own log; who speaks no RTMP is left."""
import os
import resource
import socket

import pytest

from deadline import wait_for
from media import ffmpeg

# What is published: {base} is rtmp://HOST:PORT/kLive, {url} the right one of the entry. What its log must say.
REFUSALS = {
    "wrong token": ("{base}?p=101&e={id}&i=0&t=wrong/1", "Invalid token supplied for live entry [{id}]"),
    "no token": ("{base}?p=101&e={id}&i=0/1", "Missing argument: token"),
    "no entry": ("{base}?t={token}/1", "Missing argument: entryId"),
    "unknown entry": ("{base}?p=101&e=1_zzzzzzzz&i=0&t={token}/1", 'Entry id "1_zzzzzzzz" not found'),
    "differing entries": ("{url}/1_zzzzzzzz_1", "it names another entry than the URL"),
    "bad name": ("{url}/holiday", "Incorrect stream name/key holiday"),
    "placeholder": ("{url}/%i", "Incorrect stream name/key %i"),
    "no name": ("{url}/{id}_undefined", "Incorrect stream name/key"),
    "name the profile lacks": ("{url}/999", "the conversion profile of entry {id} takes"),
    "unknown application": ("{host}/live?e={id}&t={token}/1", "Unknown application"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_Refused_FfmpegSaysWhy(klive, media, tmp_path, case):
    entry = klive.add_entry()
    url, sentence = (text.format(base=entry.url.split("?")[0], host=entry.url.rsplit("/", 1)[0], url=entry.url,
                                 id=entry.id, token=entry.token) for text in REFUSALS[case])
    with ffmpeg(media, url, tmp_path / "ffmpeg.log") as encoder:
        assert encoder.wait(20) != 0
        assert sentence in encoder.output()
    assert entry.token not in klive.program.output(), "a token is in the log"


def test_PublicationsComeAndGo_LogKeepsWhatItSaid(klive, media, tmp_path):
    entry = klive.add_entry()
    before = klive.program.output()
    assert "ready" in before
    for stream, name in ((f"{entry.url}/99", "refused"), (entry.stream(), "taken")):
        with ffmpeg(media, stream, tmp_path / f"{name}.log") as encoder:
            if name == "taken":
                klive.wait_for_segments(entry, 1)
                encoder.interrupt()
            else:
                assert encoder.wait(20) != 0
    assert klive.program.output().startswith(before)


@pytest.mark.parametrize("isolation", ["process", "thread"])
def test_DescriptorsComeToAnEnd_NewcomerIsRefusedAndOthersGoOn(make_klive, media, tmp_path, isolation):
    klive = make_klive(f"server.isolation={isolation}")
    entry, other = klive.add_entry("--segment-duration", "2s"), klive.add_entry("--segment-duration", "2s")
    with ffmpeg(media, entry.stream(), tmp_path / "one.log", loop=True) as encoder:
        klive.wait_for_segments(entry, 1)
        door = klive.program.pid
        before = resource.prlimit(door, resource.RLIMIT_NOFILE)
        resource.prlimit(door, resource.RLIMIT_NOFILE, (len(os.listdir(f"/proc/{door}/fd")) + 50, before[1]))
        with ffmpeg(media, other.stream(), tmp_path / "refused.log") as newcomer:
            assert newcomer.wait(20) != 0
            assert "too few file descriptors left" in newcomer.output()
        assert klive.metric('klive_publish_refused_total{reason="descriptors"}') == 1
        # Who comes back takes nobody's place but its own.
        with ffmpeg(media, entry.stream(), tmp_path / "again.log", loop=True) as again:
            assert encoder.wait(20) != 0
            listed = len(klive.media_playlist(entry).segments)
            klive.wait_for_segments(entry, listed + 2)
            resource.prlimit(door, resource.RLIMIT_NOFILE, before)
            with ffmpeg(media, other.stream(), tmp_path / "other.log", loop=True) as newcomer:
                klive.wait_for_segments(other, 1)
                newcomer.interrupt()
            again.interrupt()


def test_BuiltInEncoderRefused_SaysWhy(klive):
    entry = klive.add_entry()
    done = klive.run("publish", "--url", entry.stream_with_token("wrong"), "--test", check=False)
    assert done.returncode == 1
    assert f"Invalid token supplied for live entry [{entry.id}]" in done.stderr


def test_OldToken_IsRefused(klive, media, tmp_path):
    entry = klive.add_entry()
    renewed = klive.renew_token(entry)
    assert renewed.token != entry.token
    with ffmpeg(media, entry.stream(), tmp_path / "old.log") as encoder:
        assert encoder.wait(20) != 0
        assert "Invalid token supplied" in encoder.output()
    with ffmpeg(media, renewed.stream(), tmp_path / "new.log") as encoder:
        klive.wait_for_segments(renewed, 1)
        encoder.interrupt()


def closes(connection, seconds):
    """Whether the other end closes within that time."""
    connection.settimeout(seconds)
    try:
        while connection.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        pass
    return True


NO_RTMP = {
    "web browser": b"GET / HTTP/1.1\r\nHost: klive\r\n\r\n",
    "unknown version": b"\x09" + bytes(1536),
    "noise": os.urandom(100_000),
    "noise behind a good greeting": b"\x03" + bytes(1536) + bytes(1536) + b"\x02" + b"\xff" * 300_000,
    "a message that is too large": b"\x03" + bytes(1536) + bytes(1536) + b"\x03" + bytes(3) + b"\xff\xff\xff\x14" + bytes(300_000),
}


@pytest.mark.parametrize("name", NO_RTMP)
def test_WhatIsNoRtmp_IsClosed(klive, name):
    with socket.create_connection(("127.0.0.1", klive.rtmp_port), 10) as connection:
        try:
            connection.sendall(NO_RTMP[name])
        except ConnectionError:
            pass
        assert closes(connection, 15), f"{name}: still open"
    assert klive.get("/healthz").status == 200


def test_ConnectionThatSaysNothing_IsClosed(make_klive):
    klive = make_klive("rtmp.publish-timeout=1s")
    with socket.create_connection(("127.0.0.1", klive.rtmp_port), 10) as connection:
        assert closes(connection, 10)


def test_WrongTokensFromOneAddress_DoNotKeepTheRightOneOut(klive, media, tmp_path):
    entry = klive.add_entry()
    wrong = [ffmpeg(media, entry.stream_with_token(f"wrong{i}"), tmp_path / f"wrong-{i}.log") for i in range(6)]
    with ffmpeg(media, entry.stream(), tmp_path / "right.log") as encoder:
        klive.wait_for_segments(entry, 1)
        for each in wrong:
            assert each.wait(30) != 0
            each.kill()
        assert encoder.is_running(), encoder.output()
        encoder.interrupt()
    wait_for(lambda: klive.metric("klive_publish_refused_total") >= 6, 10, "the refusals in /metrics")
