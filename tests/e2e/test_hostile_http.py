# SPDX-License-Identifier: LGPL-2.1-or-later
"""HTTP that asks for what no player asks for: ranges, heads, bodies, pipelines, and times that are far away."""
import http.client
import socket
import time

from hostile import scene
from storm import Storm


def ask(port, request, timeout=10):
    """Status, head and body of what is answered to these bytes, then whether the connection was closed."""
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        try:
            connection.sendall(request)
        except ConnectionError:
            pass  # refused before all was sent: the answer is there all the same
        try:
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return answer.status, answer.headers, answer.read()
        except (http.client.HTTPException, ConnectionError):
            return 0, {}, b""


def get(path, headers=""):
    return f"GET {path} HTTP/1.1\r\nHost: klive\r\n{headers}\r\n".encode()


def odd_requests(segment, api="/api_v3/service/system/action/ping"):
    """name → bytes and the statuses that may be answered."""
    return {
        "1 MB of headers": (get(segment, "X-A: " + "a" * 1_000_000 + "\r\n"), {431}),
        "10,000 headers": (get(segment, "X: y\r\n" * 10_000), {431}),
        "64 KB of path": (get("/live/" + "a" * 65536), {414, 431}),
        "64 KB of query": (get(segment + "?" + "a" * 65536), {414, 431}),
        "no end of the line": (b"GET " * 20_000, {400, 431}),
        "header without a name": (get(segment, ": x\r\n"), {400}),
        "header with NUL": (get(segment, "X-A: \0\r\n"), {400}),
        "folded header": (get(segment, "X-A: a\r\n b\r\n"), {400}),
        "two hosts": (get(segment, "Host: other\r\n"), {400}),
        "two lengths": (f"POST {api} HTTP/1.1\r\nHost: k\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab".encode(), {400}),
        "negative length": (f"POST {api} HTTP/1.1\r\nHost: k\r\nContent-Length: -1\r\n\r\n".encode(), {400}),
        "length of 2^64": (f"POST {api} HTTP/1.1\r\nHost: k\r\nContent-Length: 18446744073709551616\r\n\r\n".encode(), {400, 413}),
        "length and chunks": (f"POST {api} HTTP/1.1\r\nHost: k\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".encode(),
                              {400, 411}),
        "chunk size overflow": (f"POST {api} HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n".encode(),
                                {400, 411, 501}),
        "body of a GET": (get(segment, "Content-Length: 100000\r\n") + bytes(100_000), {413}),
        "HTTP/9.9": (b"GET / HTTP/9.9\r\nHost: k\r\n\r\n", {400, 505}),
        "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}),
        "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), {400}),
        "CONNECT": (b"CONNECT example.org:25 HTTP/1.1\r\nHost: example.org\r\n\r\n", {400, 405, 501}),
        "a proxy's request": (b"GET http://169.254.169.254/latest/ HTTP/1.1\r\nHost: 169.254.169.254\r\n\r\n", {400, 404}),
        "TRACE": (b"TRACE / HTTP/1.1\r\nHost: k\r\n\r\n", {405, 501}),
        "unknown method": (b"BREW /pot HTTP/1.1\r\nHost: k\r\n\r\n", {405, 501}),
        "POST to a segment": (f"POST {segment} HTTP/1.1\r\nHost: k\r\nContent-Length: 0\r\n\r\n".encode(), {405}),
    }


# Range → statuses that may be answered (RFC 9110, 14.2: what is no valid range is ignored).
RANGES = {
    "bytes=0-0": {206}, "bytes=-1": {206}, "bytes=5-": {206}, "bytes=-99999999999": {206, 200},
    "bytes=99999999999-": {416}, "bytes=-0": {416}, "bytes=18446744073709551615-": {416, 200}, "bytes=0-18446744073709551616": {200, 206, 416},
    "bytes=5-2": {200, 416, 400}, "bytes=--1": {200, 416, 400}, "bytes=-": {200, 416, 400}, "bytes=a-b": {200, 416, 400},
    "lines=0-1": {200, 416}, "bytes=0-0,-1": {200, 206, 416}, "bytes=" + ",".join(f"{i}-{i}" for i in range(2000)): {200, 206, 416, 431},
    "bytes=" + ",".join(["0-"] * 3000): {200, 416, 431}, "bytes=" + ",".join(f"{i}-{i}" for i in range(10_000)): {431},
    "bytes=0-" + ",0-" * 100: {200, 416, 400},
}


def test_OddRequests_AreRefusedAndRangesAreBounded(klive, media, tmp_path):
    with scene(klive, media, tmp_path) as on_stage:
        playlist = klive.media_playlist(on_stage.shown)
        segment = f"/live/{on_stage.shown.id}/{playlist.track}/{playlist.segments[-1].uri}"
        whole = klive.get(segment).body
        for name, (request, statuses) in odd_requests(segment).items():
            status, _, body = ask(klive.http_port, request)
            assert status in statuses, f"{name}: {status} {body[:200]}"
            assert len(body) < 1000, f"{name}: an answer of {len(body)} bytes"
        for text, statuses in RANGES.items():
            status, headers, body = ask(klive.http_port, get(segment, f"Range: {text}\r\n"))
            assert status in statuses, f"{text[:60]}: {status}"
            # However often a part is asked for, no more is sent than there is.
            assert len(body) <= len(whole) or status >= 400, f"{text[:60]}: {len(body)} bytes of {len(whole)}"
            if status == 206 and "," not in text:
                begin, end = headers["Content-Range"].removeprefix("bytes ").split("/")[0].split("-")
                assert body == whole[int(begin):int(end) + 1], text
        on_stage.publishes()


def test_OddRequestsByTheThousand_HinderNobody(klive, media, tmp_path):
    with scene(klive, media, tmp_path) as on_stage:
        playlist = klive.media_playlist(on_stage.shown)
        segment = f"/live/{on_stage.shown.id}/{playlist.track}/{playlist.segments[-1].uri}"
        payloads = [request for request, _ in odd_requests(segment).values()]
        payloads += [get(segment, f"Range: {text}\r\n") for text in RANGES]
        # A hundred requests at once on one connection, whose answers nobody reads.
        payloads += [get(segment) * 100, get("/metrics") * 100]
        before = on_stage.footprint()
        with Storm(tmp_path / "odd.log", klive.http_port, payloads, parallel=200, addresses=200, seconds=8,
                   hold=1) as storm:
            result, = on_stage.holds_during([storm])
        print(result)
        assert result["made"] > 1000, result
        on_stage.settles(before)


def test_BlockingReloads_FarOnesAreRefusedAndNearOnesDoNotPileUp(klive, media, tmp_path):
    with scene(klive, media, tmp_path) as on_stage:
        playlist = klive.media_playlist(on_stage.shown)
        path = f"/live/{on_stage.shown.id}/{playlist.track}/index.m3u8"
        for query in (f"_HLS_msn={playlist.last_number + 100}", "_HLS_msn=999999999", "_HLS_msn=18446744073709551616",
                      "_HLS_msn=-1", f"_HLS_msn={playlist.last_number + 1}&_HLS_part=99999999999", "_HLS_part=1", "_HLS_msn=", "_HLS_msn=a"):
            begin = time.monotonic()
            status, _, _ = ask(klive.http_port, get(f"{path}?{query}"))
            assert status in (400, 503), f"{query}: {status}"
            assert time.monotonic() - begin < 2, f"{query} was held"
        before = on_stage.footprint()
        # Each waits for a segment that comes soon, and hangs up before.
        near = get(f"{path}?_HLS_msn={playlist.last_number + 2}")
        far = get(f"{path}?_HLS_msn=999999999")
        with Storm(tmp_path / "reloads.log", klive.http_port, [near, near, near, far], parallel=1000, addresses=200,
                   seconds=6, hold=0.5) as storm:
            result, = on_stage.holds_during([storm])
        print(result)
        assert result["made"] > 2000, result
        assert klive.metric("klive_http_held_requests") == 0
        on_stage.settles(before)
