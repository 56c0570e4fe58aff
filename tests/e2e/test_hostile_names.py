# SPDX-License-Identifier: LGPL-2.1-or-later
"""Names that are paths, commands, or no text at all, wherever a name is taken: nothing outside the root is read or
written, and nothing of them reaches the log raw."""
import hashlib
import json
import pathlib
import socket
import struct
import urllib.parse
import urllib.request

from hostile import scene
from rtmp_wire import (COMMAND, ECHO, GREETING, PUBLISHED, SET_CHUNK_SIZE, amf, command, dial, message, publish,
                       read_until)

# A mark that must be nowhere, with what makes a terminal, a shell and a log reader misbehave.
MARK = "klivecanary"
NAMES = [
    "../" * 8 + "etc/passwd", "..", ".", "./.", "/etc/passwd", "//etc/passwd", "..\\..\\windows", "%2e%2e%2f%2e%2e%2fetc/passwd",
    "..%2f..%2fcanary.txt", "%252e%252e%252fcanary.txt", "....//....//canary.txt", f"1\r\nERROR {MARK} forged line", f"1\n{MARK}",
    f"1\x1b[2J{MARK}", f"1\0{MARK}", f"1\x7f\x01{MARK}", f"1\u2028{MARK}", f"1\u202e{MARK}", "🎥", "_0", "_999999999999", "-rf", "--help", "`id`", "$(id)",
    "1;id", "1|id", "*", "CON", "1_abcd1234", "x" * 4000, "x" * 65000, "\xff\xfe", "' OR 1=1 --", "1_abcd1234/../..",
    "%00", "%0d%0a", "%", "%zz", "~root", "live/../../..", "index.m3u8", "1/../2",
]


def start_of(url):
    """`connect` with 64 KB in a chunk, so that long names come whole."""
    app = url.split("/", 3)[3]
    return (GREETING + ECHO + message(SET_CHUNK_SIZE, struct.pack(">I", 65536), chunk_stream=2)
            + message(COMMAND, amf("connect", 1, {"app": app, "tcUrl": url, "flashVer": f"{MARK}\n\x1b[1m"}), chunk_size=65536))


def attempts(entry):
    """Everything that an encoder may put a name into. Text → bytes of a connection."""
    host = entry.url.split("/kLive")[0]
    for name in NAMES:
        stream = message(COMMAND, amf("createStream", 2, None), chunk_size=65536) \
            + message(COMMAND, amf("publish", 3, None, name[:65000], "live"), stream=1, chunk_size=65536)
        yield f"stream name {name[:20]!r}", start_of(entry.url) + stream
        yield f"entry {name[:20]!r}", start_of(f"{host}/kLive?e={name[:60000]}&t={entry.token}") + publish("1")
        yield f"token {name[:20]!r}", start_of(f"{host}/kLive?e={entry.id}&t={name[:60000]}") + publish("1")
        yield f"application {name[:20]!r}", start_of(f"{host}/{name[:60000]}?e={entry.id}&t={entry.token}") + publish("1")
        # What begins with '_' counts as an answer, and gets none: the second one is always told that it is unknown.
        yield f"command {name[:20]!r}", start_of(entry.url) + message(
            COMMAND, amf(name[:65000], 2, None), chunk_size=65536) + command("nonsense", 3, None)
        yield f"first command {name[:20]!r}", GREETING + ECHO + message(
            SET_CHUNK_SIZE, struct.pack(">I", 65536), chunk_stream=2) + message(
            COMMAND, amf(name[:65000], 1, None), chunk_size=65536)


def http_targets(entry, track):
    for name in NAMES:
        for shape in (f"/live/{{}}/master.m3u8", f"/live/{entry}/{{}}/index.m3u8", f"/live/{entry}/{track}/{{}}", f"/live/{entry}/{{}}", "/live/{}",
                      "/watch/{}", "/embed/{}", "/assets/{}", "/{}", "/p/{}/sp/10100/playManifest/entryId/x/format/applehttp/a.m3u8",
                      "/p/101/sp/10100/playManifest/entryId/{}/protocol/http/format/applehttp/a.m3u8",
                      f"/live/{entry}/{track}/index.m3u8?_HLS_msn={{}}"):
            yield shape.format(name)
            yield shape.format(urllib.parse.quote(name, safe=""))


def fetch(port, target):
    """The whole answer to a target as it is, escaped or not."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        try:
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: klive\r\nConnection: close\r\n\r\n".encode(errors="surrogatepass"))
        except ConnectionError:
            pass
        return read_until(connection, [], 10)


def tree(folder, without):
    """What is in a folder: path → digest, without what a running service changes."""
    found = {}
    for each in folder.rglob("*"):
        if any(part in each.parents or part == each for part in without):
            continue
        found[each] = hashlib.sha256(each.read_bytes()).hexdigest() if each.is_file() else "folder"
    return found


def call(klive, service, action, **arguments):
    """Kaltura's API over a form; the object or the exception that it answers."""
    body = urllib.parse.urlencode({"format": 1, **arguments}).encode()
    with urllib.request.urlopen(f"{klive.origin}/api_v3/service/{service}/action/{action}", body, timeout=10) as answer:
        return json.loads(answer.read())


def test_NamesThatAreTricks_ReadAndWriteNothingElse(make_klive, media, tmp_path, monkeypatch):
    monkeypatch.setenv("E2E_GST_DEBUG", "2,klive*:6")  # nothing may be shown raw at any level
    klive = make_klive()
    with scene(klive, media, tmp_path) as on_stage:
        for folder in (klive.root.parent, klive.root.parent.parent, klive.root, klive.root / "live"):
            (folder / "canary.txt").write_text(MARK)
        own = [klive.program.log, klive.root / "live" / on_stage.shown.id, klive.root / "live" / on_stage.spare.id, klive.root / "run",
               *(klive.root / f"klive.db{ending}" for ending in ("", "-wal", "-shm"))]
        before = tree(klive.root.parent, own)
        passwd = pathlib.Path("/etc/passwd").read_bytes()[:20]

        for number, (name, payload) in enumerate(attempts(on_stage.spare)):
            # Each from an address of its own: wrong tokens of one address are answered later and later.
            with dial(klive.rtmp_port, f"127.2.{number // 250}.{number % 250 + 1}") as connection:
                try:
                    connection.sendall(payload)
                except ConnectionError:
                    continue
                answer = read_until(connection, [b"error", PUBLISHED], 10)
                assert PUBLISHED not in answer, name
        # A stream name with the entry's own id and flavor is a right one: the harmless twin of all those.
        on_stage.publishes()

        track = klive.media_playlist(on_stage.shown).track
        for target in http_targets(on_stage.shown.id, track):
            answer = fetch(klive.http_port, target)
            head, _, body = answer.partition(b"\r\n\r\n")
            assert MARK.encode() not in body or b" 200 " not in head.split(b"\r\n")[0], target[:200]
            assert MARK.encode() not in head, f"a header of our own making: {target[:200]!r}"
            assert passwd not in answer, target[:200]

        ks = klive.run("ks", "--root", klive.root, "--type", "admin").stdout.strip()
        for name in NAMES:
            if "\0" in name or len(name) > 10000:
                continue
            for action in ("get", "delete"):
                answer = call(klive, "liveStream", action, ks=ks, entryId=name)
                assert answer.get("objectType") == "KalturaAPIException", f"{action} {name!r}: {answer}"
            answer = call(klive, "liveStream", "add", ks=ks, **{"liveStreamEntry:name": "x", "liveStreamEntry:id": name})
            assert answer.get("objectType") == "KalturaAPIException" or answer["id"][:2] == "1_", answer
            if answer.get("id"):
                call(klive, "liveStream", "delete", ks=ks, entryId=answer["id"])

        assert tree(klive.root.parent, own) == before, "something was written where it does not belong"
        raw = klive.program.log.read_bytes()
        text = raw.decode(errors="surrogateescape")
        wrong = [line for line in text.split("\n") if any(ord(each) < 32 or ord(each) == 127 or 0xdc80 <= ord(each) <= 0xdcff for each in line)]
        assert not wrong, f"control characters in the log: {wrong[:5]!r}"
        assert not any(line.startswith((MARK, f"ERROR {MARK}")) for line in text.split("\n")), "a forged line in the log"
        assert not any(mark in text for mark in ("\u2028", "\u202e")), "text that is shown as something else in the log"
        for entry in (on_stage.shown, on_stage.spare):
            assert entry.token not in text, "a token is in the log"
