# SPDX-License-Identifier: LGPL-2.1-or-later
"""The measurements. Each is a function of a Bench that measures every server once; the program repeats them in turn."""
import json
import statistics
import time
import urllib.parse
import urllib.request

from deadline import wait_for
from edge import Edge, read_pieces
from generators import Load, connects, wrk
from processes import MEGABYTE
from servers import SEGMENT, FixedAnswer, Front, KliveProcess, KliveThread, NginxFiles, NginxRtmp, NginxRtmpDash

LATE = 1.0          # seconds that output may become older than it was with one publication
SETTLE = 3 * SEGMENT


def publications(bench):
    """Processor time and memory of each 2 Mbit/s publication, at several counts."""
    for kind in bench.only(KliveProcess, KliveThread, NginxRtmp, NginxRtmpDash):
        with bench.server(kind) as server:
            empty = server.memory()
            loads, have = [], 0
            try:
                for count in bench.counts:
                    loads.append(Load(bench.build, server.targets(range(have, count)), min(50, server.most_per_second)))
                    have = count
                    loads[-1].wait(60 + count)
                    time.sleep(SETTLE)
                    percent = processor_percent(server, bench.seconds)
                    bench.add(f"processor, {count} at once", "% of a core each", server, percent / count, total=round(percent, 2))
                    bench.add(f"memory, {count} at once", "MB each", server, (server.memory() - empty) / count / MEGABYTE)
            finally:
                for load in loads:
                    load.end()


def most(bench):
    """Publications that one core carries before what is newest in a window is a second older than it was with one."""
    for kind in bench.only(KliveProcess, KliveThread, NginxRtmp, NginxRtmpDash):
        with bench.server(kind) as server:
            watched, others = server.targets([0]), server.targets(range(1, bench.limit))
            with Load(bench.build, watched).wait(), \
                    Edge(server.http_port, server.playlist(0), False) as edge:
                wait_for(lambda: len(edge.ages) >= 3, 30, "three segments")
                usual = statistics.median(edge.ages_since(0))
                begin = time.time()
                with Load(bench.build, others, min(bench.ramp, server.most_per_second)) as load:
                    reason, count = _until_late(load, edge, usual, begin)
            bench.add("publications until output is 1 s late", "", server, count, ended=reason)


def _until_late(load, edge, usual, begin):
    used, at = load.processor(), time.monotonic()
    while True:
        time.sleep(0.5)
        newest = max((when for when, _ in edge.ages), default=begin)
        if any(age > usual + LATE for age in edge.ages_since(begin)) or time.time() - newest > SEGMENT + usual + LATE:
            return "late", load.published + 1
        if load.over:
            return "a publication was ended", load.published + 1
        now_used, now = load.processor(), time.monotonic()
        if now - at >= 2:
            if (now_used - used) / (now - at) > 0.93:
                return "the generator had enough", load.published + 1
            used, at = now_used, now
        if load.process.poll() is not None or load.published >= load.count:
            return "all there were", load.published + 1


def edge(bench):
    """First frame to first playable piece, and how old the newest frame is when its piece can be fetched: alone and with
    others, usual and low-latency entries, chunks and segments."""
    for others in (0, bench.others):
        for kind in bench.only(KliveProcess, KliveThread):
            for low_latency in (False, True):
                _edge(bench, kind, others, True, low_latency)
        for kind in bench.only(KliveProcess, NginxRtmp):
            _edge(bench, kind, others, False, False)


def _edge(bench, kind, others, chunks, low_latency):
    what = ("low-latency chunk" if low_latency else "chunk") if chunks else "segment"
    beside = f"{others} others" if others else "alone"
    with bench.server(kind) as server:
        background = Load(bench.build, server.targets(range(1, others + 1), low_latency)) if others else None
        try:
            if background:
                background.wait()
                time.sleep(SETTLE)
            target = server.targets([0], low_latency)
            with Edge(server.http_port, server.playlist(0), chunks) as follower, Load(bench.build, target).wait():
                wait_for(lambda: follower.first is not None, 30, "the first piece")
                time.sleep(max(bench.seconds * 2, 10))
            ages = sorted(follower.ages_since(0))
            bench.add(f"first frame to first {what}, {beside}", "s", server, follower.first)
            bench.add(f"age of the newest frame of a {what}, {beside}, p50", "ms", server, 1000 * statistics.median(ages))
            bench.add(f"age of the newest frame of a {what}, {beside}, p99", "ms", server,
                      1000 * ages[min(len(ages) - 1, int(0.99 * len(ages)))], pieces=len(ages))
        finally:
            if background:
                background.end()


def connect(bench):
    """Connect to publish accepted: each when the server is at rest, one after the other, and in a second with 50 at once."""
    for kind in bench.only(KliveProcess, KliveThread, NginxRtmp):
        with bench.server(kind) as server:
            alone = connects(bench.build, server.targets(range(20)), 1, rest=100)
            _add_connects(bench, server, "connect to publish, alone", alone)
        with bench.server(kind) as server:
            _add_connects(bench, server, "connect to publish, one after the other", connects(bench.build, server.targets(range(20)), 1))
        with bench.server(kind) as server:
            targets = server.targets(range(300))
            _add_connects(bench, server, "publish, 50 at once", connects(bench.build, targets, 50))
            # Nobody is told to make a publication of these: what is left is the server's own share.
            _add_connects(bench, server, "connect, 50 at once", connects(bench.build, targets * 10, 50, True))


def _add_connects(bench, server, what, figures):
    assert figures["done"], figures
    bench.add(f"{what}, p50", "ms", server, figures["p50_ms"], p99=figures["p99_ms"], failures=figures["failures"])
    if "at once" in what:
        bench.add(what, "a second", server, figures["per_second"], failures=figures["failures"])


def http(bench):
    """Hot segments and playlists: from klive itself, through the nginx front, from bare nginx on the same files."""
    for kind in bench.only(KliveProcess, NginxRtmp):
        with bench.server(kind) as server, Load(bench.build, server.targets([0])).wait():
            wait_for(lambda: len(_segments(server, server.playlist(0))) >= 4, 30, "four segments")
            _http(bench, server, server.playlist(0))
            if kind is KliveProcess:
                with bench.server(Front, bench.source / "data/nginx/klive.conf", server) as front:
                    _http(bench, front, server.playlist(0))
                with bench.server(NginxFiles, server.root) as files:
                    _http(bench, files, server.playlist(0))


def _http(bench, server, playlist):
    origin = f"http://127.0.0.1:{server.http_port}"
    segment = playlist.rsplit("/", 1)[0] + "/" + _segments(server, playlist)[-2]
    for what, path in (("segments", segment), ("playlists", playlist)):
        size = len(urllib.request.urlopen(origin + path, timeout=10).read())
        figures = wrk(origin + path, bench.seconds)
        bench.add(f"hot {what}", "Gbit/s" if what == "segments" else "a second", server,
                  figures["bits"] / 1e9 if what == "segments" else figures["answers"], bytes=size, answers=figures["answers"])


def _segments(server, playlist):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.http_port}{playlist}", timeout=10) as answer:
            return read_pieces(answer.read().decode(), False)[0]
    except OSError:
        return []


def api(bench):
    """Calls of the API, and a plain libsoup server that answers any with the text of the first."""
    for kind in bench.only(KliveProcess):
        with bench.server(kind) as server:
            entry = server.entry(0)
            parameters = {"format": 1, "ks": server.session(), "entryId": entry["id"]}
            calls = {"get": parameters, "authenticate": {**parameters, "token": entry["streamPassword"]}}
            for action, query in calls.items():
                path = f"/api_v3/service/liveStream/action/{action}?{urllib.parse.urlencode(query)}"
                text = _call(bench, server, f"liveStream.{action}", path)
                assert json.loads(text).get("id") == entry["id"], text
                with bench.server(FixedAnswer, bench.build, text) as fixed:
                    _call(bench, fixed, f"liveStream.{action}", path)


def _call(bench, server, what, path):
    """What one call answers."""
    url = f"http://127.0.0.1:{server.http_port}{path}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        text = answer.read()
    for connections in (1, 50):
        figures = wrk(url, bench.seconds, connections)
        beside = f"{connections} at once" if connections > 1 else "one at a time"
        bench.add(f"{what}, {beside}", "a second", server, figures["answers"], bytes=len(text))
        bench.add(f"{what}, {beside}, p99", "ms", server, figures["p99"])
    return text


def cold(bench):
    """Start to both ports taking connections, on a root that is there."""
    for kind in bench.only(KliveProcess, KliveThread, NginxRtmp):
        with bench.server(kind) as server:
            bench.add("cold start", "ms", server, 1000 * server.starting)


def processor_percent(server, seconds):
    """Of a core; the median of three stretches, so that a moment of somebody else's does not count."""
    shares = []
    for _ in range(3):
        begin, used = time.monotonic(), server.processor()
        time.sleep(seconds / 3)
        shares.append(100 * (server.processor() - used) / (time.monotonic() - begin))
    return statistics.median(shares)


ALL = {each.__name__: each for each in (publications, most, edge, connect, http, api, cold)}
