# SPDX-License-Identifier: LGPL-2.1-or-later
"""Slowloris: peers that send a byte now and then to keep their connection, over RTMP and HTTP, more than there is room
for."""
from hostile import scene
from rtmp_wire import ECHO, GREETING, connect
from storm import Storm

_REQUEST = b"GET /live/1_abcd1234/master.m3u8 HTTP/1.1\r\nHost: klive\r\nX-Filler: " + b"x" * 1000 + b"\r\n\r\n"


def test_Slowloris_HindersNobodyAndIsCut(make_klive, media, tmp_path):
    klive = make_klive("rtmp.publish-timeout=4s")
    with scene(klive, media, tmp_path) as on_stage:
        before = on_stage.footprint()
        url = on_stage.shown.url
        rtmp = [GREETING, GREETING + ECHO, GREETING + ECHO + connect(url)[:60]]
        with Storm(tmp_path / "rtmp.log", klive.rtmp_port, rtmp, parallel=500,
                   count=500, addresses=50, seconds=8, hold=60, trickle=0.5) as slow_encoders, \
                Storm(tmp_path / "http.log", klive.http_port, _REQUEST, parallel=1000, count=1000, addresses=50,
                      seconds=18, hold=60, trickle=0.5) as slow_viewers:
            encoders, viewers = on_stage.holds_during([slow_encoders, slow_viewers])
        print(encoders, viewers)
        assert encoders["closed"] == 500, encoders   # at the publish timeout
        assert viewers["closed"] == 1000, viewers    # 15 s for a head
        on_stage.settles(before)


def test_MoreConnectionsThanThereIsRoomFor_ViewersAndEncodersAreServed(make_klive, media, tmp_path):
    klive = make_klive("http.max-connections=300", "rtmp.max-unauthorised=100")
    with scene(klive, media, tmp_path) as on_stage:
        before = on_stage.footprint()
        with Storm(tmp_path / "rtmp.log", klive.rtmp_port, [b"", b"\x03", GREETING], parallel=400, addresses=50, seconds=8,
                   hold=60) as encoders, \
                Storm(tmp_path / "http.log", klive.http_port, [b"", _REQUEST[:20]], parallel=500, addresses=50, seconds=8,
                      hold=60, rate=2000) as viewers:
            results = on_stage.holds_during([encoders, viewers])
        print(*results)
        # Those pushed out come again at once: they had no place to keep.
        assert all(result["closed"] > 1000 for result in results), results
        on_stage.settles(before)
