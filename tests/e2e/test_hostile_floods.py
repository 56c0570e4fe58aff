# SPDX-License-Identifier: LGPL-2.1-or-later
"""Connections that come in floods, stay half open, or are broken off: others do not notice, and nothing is left."""
from hostile import scene
from rtmp_wire import ECHO, GREETING, connect
from storm import Storm


def test_ThousandHalfOpen_HinderNobody(klive, media, tmp_path):
    with scene(klive, media, tmp_path) as on_stage:
        before = on_stage.footprint()
        # From a hundred addresses, each below what one address may have open.
        with Storm(tmp_path / "half.log", klive.rtmp_port, [b"", b"\x03", GREETING, GREETING + ECHO], parallel=1000, count=1000,
                   addresses=100, seconds=6) as storm:
            result, = on_stage.holds_during([storm])
        assert result["made"] == 1000 and result["failed"] == 0, result
        print(result)
        on_stage.settles(before)


def test_ConnectFlood_HindersNobody(klive, media, tmp_path):
    with scene(klive, media, tmp_path) as on_stage:
        before = on_stage.footprint()
        url = on_stage.shown.stream_with_token("wrong").rsplit("/", 1)[0]
        with Storm(tmp_path / "flood.log", klive.rtmp_port, GREETING + ECHO + connect(url), parallel=400, addresses=250,
                   seconds=6, hold=1) as storm:
            result, = on_stage.holds_during([storm])
        print(result)
        on_stage.settles(before)
