# SPDX-License-Identifier: LGPL-2.1-or-later
"""OBS Studio as its users run it: what it streams plays, it comes back by itself, and its log says why it may not.

What OBS 29 makes of a refusal: a line with the status code and, in brackets, the sentence; then "failed: -3", for which
its window says that the stream key is wrong. It does not try again. Its log shows the whole URL, with the token.
When it streamed before, it does try again, and says "Reconnecting in". Its key frames are 250 frames apart.
"""
from deadline import wait_for
from obs import Obs
from packets import read_packets


def test_Obs_PublishesAndPlays(klive, media, tmp_path):
    entry = klive.add_entry("--segment-duration", "2s")
    with Obs(tmp_path, media, entry.url, "1") as obs:
        obs.wait_for_log("Streaming Start")
        klive.wait_for_segments(entry, 1, 40)
        packets = read_packets(klive.hls(entry), 3, ("-live_start_index", "0"), 30)
        assert packets["video"][0].is_key
        for kind in ("video", "audio"):
            steps = [b.dts - a.dts for a, b in zip(packets[kind], packets[kind][1:])]
            assert 0 < min(steps) and max(steps) < 0.1, f"{kind}: {min(steps)} to {max(steps)} s from packet to packet"
        assert klive.master(entry).variants[0].attributes["RESOLUTION"] == "640x360"
        obs.stop_streaming()
        wait_for(lambda: "The encoder ended the publication" in klive.program.output(), 10, "the goodbye of OBS")


def test_ServiceComesBack_ObsGoesOn(klive, media, tmp_path):
    entry = klive.add_entry("--segment-duration", "2s")
    with Obs(tmp_path, media, entry.url, "1") as obs:
        last = klive.wait_for_segments(entry, 1, 60).last_number
        klive.kill()
        obs.wait_for_log("Reconnecting in")
        klive.start()
        wait_for(lambda: klive.media_playlist(entry).last_number > last + 1, 50,
                 lambda: f"segments of the new publication\n{obs.log()[-2000:]}")


def test_WrongToken_ObsSaysWhyInItsLog(klive, media, tmp_path):
    entry = klive.add_entry()
    with Obs(tmp_path, media, entry.url.replace(entry.token, "wrong"), "1") as obs:
        obs.wait_for_log("Streaming Stop")
        assert f"Invalid token supplied for live entry [{entry.id}]" in obs.log()


def test_WrongStreamKey_ObsSaysWhyInItsLog(klive, media, tmp_path):
    entry = klive.add_entry()
    with Obs(tmp_path, media, entry.url, "holiday") as obs:
        obs.wait_for_log("Streaming Stop")
        assert "Incorrect stream name/key holiday" in obs.log()
