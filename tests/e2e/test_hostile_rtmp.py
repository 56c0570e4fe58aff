# SPDX-License-Identifier: LGPL-2.1-or-later
"""RTMP that is none: broken handshakes, chunks, AMF, orders of commands, in every state and by the hundred. Each
connection is closed, costs little while it lasts, and nobody else notices."""
import os
import struct

from deadline import wait_for
from hostile import scene
from rtmp_wire import (AUDIO, COMMAND, COMMAND_AMF3, ECHO, GREETING, PUBLISHED, SET_CHUNK_SIZE, VIDEO, amf, command,
                       connect, dial, head, message, publish, read_until)
from storm import Storm

_FULL = b"\xff\xff\xff\xff"
# A sanitizer keeps what was freed while a message grew.
_UNAUTHORISED_BYTES = (1024 if os.environ.get("E2E_SANITIZED") else 256) * 1024


def deep(depth):
    """A command whose object nests `depth` objects."""
    return amf("connect", 1) + b"\x03\0\1a" * depth


def greeted(payload):
    return GREETING + ECHO + payload


def abuses(url):
    """What a server has to close. name → bytes."""
    bare = url.split("?")[0]
    start = greeted(connect(url))
    return {
        "nothing but noise": os.urandom(5000),
        "http": b"GET / HTTP/1.1\r\nHost: klive\r\n\r\n" + bytes(2000),
        "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(2000),
        "rtmpe": b"\x06" + bytes(1536),
        "noise behind the handshake": greeted(b"\xff" * 4000),
        "type 3 without basis": greeted(b"\xc5" + bytes(200)),
        "chunk size 0": greeted(message(SET_CHUNK_SIZE, bytes(4), chunk_stream=2)),
        "chunk size 2^31": greeted(message(SET_CHUNK_SIZE, b"\x80\0\0\0", chunk_stream=2)),
        "control without a body": greeted(message(SET_CHUNK_SIZE, b"", chunk_stream=2)),
        "16 MiB command": greeted(head(COMMAND, 0xffffff) + bytes(1000)),
        "16 MiB video before publish": greeted(connect(url) + head(VIDEO, 0xffffff) + bytes(1000)),
        "AMF 10,000 deep": greeted(message(SET_CHUNK_SIZE, struct.pack(">I", 65536), chunk_stream=2)
                                   + message(COMMAND, deep(10000), chunk_size=65536)),
        "string of 4 GB": greeted(message(COMMAND, amf("connect", 1) + b"\x0c" + _FULL)),
        "strict array of 2^32": greeted(message(COMMAND, amf("connect", 1) + b"\x0a" + _FULL)),
        "string that ends early": greeted(message(COMMAND, b"\x02\xff\xffconnect")),
        "unknown AMF marker": greeted(message(COMMAND, amf("connect", 1) + b"\x77")),
        "empty command": greeted(message(COMMAND, b"")),
        "AMF3 reference to nothing": greeted(message(COMMAND_AMF3, b"\0" + amf("connect", 1) + b"\x11\x0a\x7e")),
        "AMF3 object with 2^28 members": greeted(message(COMMAND_AMF3, b"\0" + amf("connect", 1) + b"\x11\x0a" + _FULL)),
        "connect without an object": greeted(command("connect", 1)),
        "publish before connect": greeted(command("publish", 1, None, "1", "live", stream=1)),
        "createStream before connect": greeted(command("createStream", 1, None)),
        "connect twice": start + connect(url),
        "publish before createStream": start + command("publish", 3, None, "1", "live", stream=1),
        "publish on a stream that is none": start + command("createStream", 2, None)
        + command("publish", 3, None, "1", "live", stream=99),
        "64 KB of address": greeted(message(SET_CHUNK_SIZE, struct.pack(">I", 65536), chunk_stream=2)
                                    + message(COMMAND, amf("connect", 1, {"app": "kLive", "tcUrl": "x" * 65000}),
                                              chunk_size=65536)),
        "another application": greeted(connect(bare.replace("kLive", "live")) + publish("1")),
        "media nobody was promised": greeted(connect(url) + message(AUDIO, bytes(400_000), stream=1, chunk_size=128)),
    }


def test_EachAbuse_IsClosed(make_klive, media, tmp_path):
    # What waits for more would be closed with the others when its time is up.
    klive = make_klive("rtmp.publish-timeout=30s")
    with scene(klive, media, tmp_path) as on_stage:
        still_open = []
        for name, payload in abuses(on_stage.spare.url).items():
            with dial(klive.rtmp_port) as connection:
                try:
                    connection.sendall(payload)
                except ConnectionError:
                    continue
                answer = read_until(connection, [], 5)
                assert PUBLISHED not in answer, name
                connection.settimeout(0.001)
                try:
                    assert connection.recv(1) == b"", name
                except TimeoutError:
                    still_open.append(name)
                except ConnectionError:
                    pass
        assert not still_open
        on_stage.publishes()


def test_AbuseByTheHundred_HindersNobodyAndLeavesNothing(klive, media, tmp_path):
    with scene(klive, media, tmp_path) as on_stage:
        url = on_stage.spare.url
        payloads = [*abuses(url).values(),
                    # Each is answered, and nothing comes of it: closed when its time is up.
                    greeted(connect(url) + command("createStream", 2, None) * 10000),
                    greeted(connect(url) + command("nonsense", 2, None) * 2000)]
        before = on_stage.footprint()
        with Storm(tmp_path / "abuse.log", klive.rtmp_port, payloads, parallel=200, addresses=200, seconds=8, hold=2,
                   marks=[PUBLISHED.decode()]) as storm:
            result, = on_stage.holds_during([storm])
        print(result)
        assert result["made"] > 1000 and result["marks"][PUBLISHED.decode()] == 0, result
        on_stage.settles(before)


def test_BytesBeforeTheToken_AreBounded(klive, media, tmp_path):
    with scene(klive, media, tmp_path) as on_stage:
        # The largest message that is taken before a token, never finished.
        size = 128 * 1024
        payload = greeted(message(SET_CHUNK_SIZE, struct.pack(">I", size), chunk_stream=2)
                          + head(COMMAND, size) + bytes(size - 1000))
        before = on_stage.footprint()
        count = 200
        with Storm(tmp_path / "unfinished.log", klive.rtmp_port, payload, parallel=count, count=count, addresses=count,
                   seconds=4, hold=60) as storm:
            wait_for(lambda: klive.metric("klive_rtmp_connections") >= count, 10, "all connections")
            most = 0
            while not storm.is_over:
                most = max(most, on_stage.footprint().memory - before.memory)
                on_stage.publishes()
                on_stage.watch.check()
            result = storm.result()
        print(result, f"{most / count / 1024:.0f} KiB a connection")
        assert result["held"] == count, "the message was refused, and the test measures nothing"
        assert most <= count * _UNAUTHORISED_BYTES, f"{most / count:.0f} bytes a connection"
        on_stage.settles(before)
