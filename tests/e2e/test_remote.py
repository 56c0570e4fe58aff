# SPDX-License-Identifier: LGPL-2.1-or-later
"""klive as the media server of a Kaltura installation, which is another klive."""
import json
import threading
import time

import pytest
import rtmp
from deadline import wait_for
from encoder import Encoder
from installation import AUTHENTICATED, BROADCASTING, MEDIA_SERVER, OFF_AIR, OWN_PARTNER, PLAYABLE, Installation, address
from slow_proxy import SlowProxy

@pytest.fixture
def installation(klive):
    return Installation(klive)


@pytest.fixture
def server(installation, make_klive):
    return make_klive(*installation.media_server(MEDIA_SERVER))


def publish(url):
    """A publication without media, or the sentence of its refusal."""
    connection = rtmp.Connection(url)
    try:
        return connection.publish(), None
    except rtmp.Refused as refused:
        connection.close()
        return None, refused.args[1]


def refusal(url):
    connection, sentence = publish(url)
    if connection:
        connection.close()
    return sentence


def wait_for_status(installation, entry, status, timeout):
    wait_for(lambda: installation.status(entry) == status, timeout,
             lambda: f"status {status}, it is {installation.status(entry)}")


def entry_with_profile(installation, flavors):
    """An entry with a conversion profile of its own."""
    profile = installation.call("conversionProfile", "add", conversionProfile={
        "objectType": "KalturaConversionProfile", "name": f"Of {flavors}", "type": 2, "flavorParamsIds": flavors})
    entry = installation.klive.add_entry("--segment-duration", "2s")
    changed = installation.call("liveStream", "update", entryId=entry.id, liveStreamEntry={
        "objectType": "KalturaLiveStreamEntry", "conversionProfileId": profile["id"]})
    assert changed["conversionProfileId"] == profile["id"], changed
    return entry


@pytest.mark.parametrize("partner", [MEDIA_SERVER, OWN_PARTNER])
def test_Broadcast_IsToldToTheInstallationStepByStep(installation, make_klive, partner):
    server = make_klive(*installation.media_server(partner))
    entry = installation.klive.add_entry("--segment-duration", "2s", "--dvr-window", "30")
    # A stream name that the profile does not have is refused once the token was found right.
    assert refusal(address(server, entry, name="7"))
    assert installation.status(entry) == AUTHENTICATED
    connection, _ = publish(address(server, entry))
    wait_for_status(installation, entry, BROADCASTING, 15)
    connection.close()
    with Encoder(address(server, entry)) as encoder:
        wait_for_status(installation, entry, PLAYABLE, 20)
        server.wait_for_segments(entry, 2)
        assert installation.call("liveStream", "isLive", id=entry.id)
        node = wait_for(lambda: (lambda node: node if node.get("streams") else None)(installation.node(entry)), 20, "streams")
        video = next(stream for stream in node["streams"] if stream.get("width"))
        assert video["flavorId"] == "32" and video["bitrate"] > 0
        # What the installation says of the entry is what the window is.
        assert server.media_playlist(entry).target_duration <= 3
        encoder.stop()
    wait_for_status(installation, entry, OFF_AIR, 30)
    assert installation.node(entry) is None


def test_EntriesOfNobody_AreRefusedWithASentence(installation, server):
    entry = installation.klive.add_entry()
    assert "Invalid token" in refusal(address(server, entry, token="wrong"))
    unknown = address(server, entry).replace(entry.id, "1_zzzzzzzz")
    assert "not found" in refusal(unknown)
    assert installation.status(entry) == OFF_AIR


def test_Profile_DecidesWhichStreamsAreTakenAndAsWhichFlavor(installation, server):
    entry = entry_with_profile(installation, "40,33")
    sentence = refusal(address(server, entry, name="1"))
    assert "5" in sentence and "1" in sentence
    with Encoder(address(server, entry, name="5")):
        node = wait_for(lambda: (lambda node: node if node and node.get("streams") else None)(installation.node(entry)), 30, "streams")
        assert {stream["flavorId"] for stream in node["streams"]} == {"40"}


def test_ProfileAsksForMoreThanThisServerCanDo_TheLogSaysSoAndViewersGetTheSource(installation, server):
    # 42 has 720 lines and is made of a better picture only.
    entry = entry_with_profile(installation, "32,33,35,42")
    with Encoder(address(server, entry)):
        node = wait_for(lambda: (lambda node: node if node and node.get("streams") else None)(installation.node(entry)), 30, "streams")
        assert {stream["flavorId"] for stream in node["streams"]} == {"32"}
        lines = wait_for(lambda: [line for line in server.program.output().splitlines() if "encodes nothing" in line],
                         10, "a line of the log")
        assert len(lines) == 1 and entry.id in lines[0], lines
        assert "33 (Basic_Small_400), 35 (SD_Small_900)." in lines[0] and "42 (" not in lines[0], lines


def test_ExplicitLive_IsShownAtTheMediaServerAsTheInstallationSays(installation, server):
    entry = installation.klive.add_entry("--segment-duration", "2s")

    def change(**fields):
        changed = installation.call("liveStream", "update", entryId=entry.id,
                                    liveStreamEntry={"objectType": "KalturaLiveStreamEntry", **fields})
        assert "code" not in changed, changed

    def listed():
        playlist = server.media_playlist(entry)
        return playlist if playlist and playlist.segments else None

    change(explicitLive=1, viewMode=0)
    with Encoder(address(server, entry)) as encoder:
        wait_for_status(installation, entry, PLAYABLE, 20)
        assert server.master(entry) is None, "a preview is shown"
        change(viewMode=1)
        # It is asked every 10 s.
        playlist = wait_for(listed, 20, "segments after it went live")
        first, track = playlist.segments[0].uri, playlist.track
        hidden = f"seg-{int(first.split('-')[1].split('.')[0]) - 1:08}.m4s"
        assert server.get(f"/live/{entry.id}/{track}/{hidden}").status == 404, "what was only a preview"
        # The installation does not know since when it was shown: this server does, also after it was killed.
        server.kill()
        server.start()
        assert not (server.root / "live" / entry.id / "public").exists(), "a web server in front may serve all of it"
        assert wait_for(listed, 10, "segments").segments[0].uri == first
        number = listed().last_number
        wait_for(lambda: listed().last_number > number + 1, 30, "segments after the restart")
        change(viewMode=0)
        wait_for(lambda: "#EXT-X-ENDLIST" in server.get(f"/live/{entry.id}/{track}/index.m3u8").text, 20, "the end of the show")
        assert server.media_playlist(entry, track).segments[0].uri == first
        assert installation.status(entry) == PLAYABLE, "the preview goes on"
        encoder.stop()


def test_NewToken_TheOldOneIsRefusedWithinHalfAMinuteAndItsPublicationIsEnded(installation, server):
    entry = installation.klive.add_entry("--segment-duration", "2s")
    with Encoder(address(server, entry)) as encoder:
        wait_for_status(installation, entry, PLAYABLE, 20)
        assert refusal(address(server, entry, side=1)) is None
        renewed = installation.klive.renew_token(entry)
        sentence = wait_for(lambda: refusal(address(server, entry, side=1)), 32, "a refusal of the old token")
        assert "Invalid token" in sentence
        assert refusal(address(server, renewed, side=1)) is None
        # The installation has told the new token by now.
        wait_for(lambda: encoder.refusals, 10, "the end of the publication with the old token")
        wait_for(lambda: "Invalid token" in str(encoder.refusals[-1]), 10, "a refusal of its return")


def test_InstallationDiesAndReturns_TheEntryStaysOnAirAndIsRegisteredAgain(installation, server):
    entry = installation.klive.add_entry("--segment-duration", "2s")
    other = installation.klive.add_entry()
    with Encoder(address(server, entry)) as encoder:
        wait_for_status(installation, entry, PLAYABLE, 20)
        assert refusal(address(server, entry, side=1)) is None
        installation.klive.kill()
        # A verdict of a moment ago counts; nothing else does.
        assert refusal(address(server, entry, side=1)) is None
        assert "does not answer" in refusal(address(server, other))
        before = server.wait_for_segments(entry, 1).last_number
        wait_for(lambda: server.media_playlist(entry).last_number > before + 2, 30, "segments during the outage")
        returned = time.time()
        installation.klive.start()
        wait_for(lambda: (installation.node(entry) or {"updatedAt": 0})["updatedAt"] >= int(returned), 90,
                 "another registration")
        wait_for_status(installation, entry, PLAYABLE, 10)
        # Nobody who watched has noticed.
        assert encoder.connections == 1 and not encoder.refusals
        playlist = server.media_playlist(entry)
        assert not any(segment.discontinuity or segment.is_gap for segment in playlist.segments)
        assert refusal(address(server, other)) is None


def test_MediaServerIsKilled_ItsEncoderReturnsAndTheWindowGoesOn(installation, server):
    entry = installation.klive.add_entry("--segment-duration", "2s")
    with Encoder(address(server, entry)) as encoder:
        wait_for_status(installation, entry, PLAYABLE, 20)
        before = server.wait_for_segments(entry, 3)
        server.kill()
        server.start()
        wait_for(lambda: (server.media_playlist(entry) or before).last_number > before.last_number + 1, 30,
                 "segments after the restart")
        assert server.media_playlist(entry).segments[0].number == before.segments[0].number
        wait_for_status(installation, entry, PLAYABLE, 10)
        encoder.stop()
    # A server that stops says so at once.
    server.stop()
    assert installation.status(entry) == OFF_AIR


def test_InstallationIsSlow_NobodyElseWaits(installation, make_klive):
    entry = installation.klive.add_entry("--segment-duration", "2s")
    others = [installation.klive.add_entry() for _ in range(8)]
    with SlowProxy(installation.klive.http_port) as proxy:
        server = make_klive(*installation.media_server(MEDIA_SERVER, proxy.origin))
        with Encoder(address(server, entry)) as encoder:
            wait_for_status(installation, entry, PLAYABLE, 20)
            assert refusal(address(server, entry, side=1)) is None
            proxy.delay = 20
            # More than the threads that could be held.
            sentences = {}
            waiting = [threading.Thread(target=lambda each=each: sentences.update(
                {each.id: refusal(address(server, each))})) for each in others]
            before = proxy.requests
            for thread in waiting:
                thread.start()
            wait_for(lambda: proxy.requests > before, 10, "questions under way")
            begin = time.monotonic()
            assert refusal(address(server, entry, side=1)) is None
            assert server.get(f"/live/{entry.id}/master.m3u8").status == 200
            assert time.monotonic() - begin < 3
            assert not sentences, "the questions were answered meanwhile"
            number = server.wait_for_segments(entry, 1).last_number
            wait_for(lambda: server.media_playlist(entry).last_number > number + 1, 20, "segments meanwhile")
            for thread in waiting:
                thread.join(30)
            assert len(sentences) == len(others)
            assert all("does not answer" in sentence for sentence in sentences.values())
            # What does not answer is not asked on and on.
            assert server.metric("klive_backend_up") == 0
            proxy.delay = 0
            wait_for(lambda: refusal(address(server, others[0])) is None, 45, "the API to be asked again")
            assert encoder.connections == 1 and not encoder.refusals


def test_Refusals_AreToldTheInstallationInBeacons(installation, server):
    entry = installation.klive.add_entry()

    def alerts(side):
        found = installation.call("beacon_beacon", "list", filter={"objectType": "KalturaBeaconFilter"})["objects"]
        return [alert["Code"] for beacon in found
                if beacon["objectId"] == entry.id and beacon["eventType"] == f"{side}_healthData"
                for alert in json.loads(beacon["privateData"])["alerts"]]

    assert refusal(address(server, entry, token="wrong"))
    wait_for(lambda: alerts(0) == [111], 10, lambda: f"a wrong token; there is {alerts(0)}")
    assert refusal(address(server, entry, side=1, name="7"))
    wait_for(lambda: alerts(1) == [112], 10, lambda: f"a wrong stream name; there is {alerts(1)}")


def test_CommandLineOnAMediaServer_SaysWhereTheEntriesAre(installation, server):
    for verb in (["entry", "list"], ["entry", "add", "--name", "An event"], ["ks"], ["publish", "1_abcd1234", "--test"],
                 ["describe", "1_abcd1234"]):
        refused = server.run(*verb, "--root", server.root, check=False)
        assert refused.returncode == 1, verb
        assert f"media server of {installation.klive.origin}" in refused.stderr, (verb, refused.stderr)


def test_Api_IsNotServedByAMediaServer(server):
    answer = server.get("/api_v3/service/system/action/ping?format=1")
    assert answer.status == 200 and "media server of" in answer.text
