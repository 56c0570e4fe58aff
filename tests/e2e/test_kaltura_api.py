# SPDX-License-Identifier: LGPL-2.1-or-later
"""Kaltura's API as programs written for Kaltura use it: the same tests with Kaltura's own library, which sends JSON, and
with forms and XML."""
import json
import os
import time

import pytest

from deadline import wait_for
from kaltura import FormClient, NodeClient, install_client, is_error
from media import ffmpeg
from service import Klive

USER, ADMIN = 0, 2


@pytest.fixture(scope="module")
def service(tmp_path_factory, program):
    """One service for tests that only ask; each makes what it needs."""
    root = tmp_path_factory.mktemp("kaltura") / "klive"
    root.mkdir()
    unlimited = ["server.worker-memory=0"] if os.environ.get("E2E_SANITIZED") else []
    klive = Klive(program, root, unlimited).start()
    yield klive
    klive.close()


@pytest.fixture(scope="module")
def secrets(service):
    return json.loads((service.root / "secrets.json").read_text())


@pytest.fixture(scope="module", params=["library", "forms"])
def client(request, service, build, source):
    made = NodeClient(install_client(build, source), service.origin) if request.param == "library" \
        else FormClient(service.origin)
    yield made
    made.close()


@pytest.fixture(scope="module")
def ks(client, secrets):
    started = client.call(None, "session", "start", secrets["admin_secret"], "operator", ADMIN, 101, 3600, "disableentitlement")
    assert not is_error(started), started
    return started


def entry_named(name, **more):
    return {"objectType": "KalturaLiveStreamEntry", "name": name, **more}


def add(client, ks, name, **more):
    entry = client.call(ks, "liveStream", "add", entry_named(name, **more), "32")
    assert not is_error(entry), entry
    return entry


def assert_code(answer, code):
    assert is_error(answer) and answer["code"] == code, answer


def test_Session_SaysWhoseItIs(client, ks, secrets):
    info = client.call(ks, "session", "get")
    assert (info["partnerId"], info["sessionType"], info["userId"]) == ("101", "2", "operator")
    assert_code(client.call(None, "session", "start", "wrong", "", ADMIN, 101), "START_SESSION_ERROR")
    assert_code(client.call(None, "liveStream", "list"), "MISSING_KS")
    widget = client.call(None, "session", "startWidgetSession", "_101")
    assert client.call(widget["ks"], "session", "get")["sessionType"] == "0"
    ended = client.call(None, "session", "start", secrets["admin_secret"], "", ADMIN, 101)
    client.call(ended, "session", "end")
    refused = client.call(ended, "liveStream", "list")
    assert_code(refused, "INVALID_KS")
    assert refused["args"]["ERR_CODE"] == "-6"


def test_Entry_IsMadeFoundChangedAndDeleted(client, ks):
    entry = add(client, ks, "Town hall & <more>", description="déjà vu", dvrStatus=1, dvrWindow=60, recordStatus=2,
                tags="a,b", bitrates=[{"objectType": "KalturaLiveStreamBitrate", "bitrate": 900, "width": 640, "height": 360}])
    assert entry["objectType"] == "KalturaLiveStreamEntry"
    assert entry["name"] == "Town hall & <more>" and entry["description"] == "déjà vu"
    assert (entry["type"], entry["mediaType"], entry["sourceType"], entry["liveStatus"]) == ("7", "201", "32", "0")
    assert entry["bitrates"][0]["bitrate"] == "900"
    got = client.call(ks, "liveStream", "get", entry["id"])
    assert got == entry
    changed = client.call(ks, "liveStream", "update", entry["id"], entry_named("Another name", dvrWindow=30))
    assert changed["name"] == "Another name" and changed["dvrWindow"] == "30" and changed["tags"] == "a,b"
    assert client.call(ks, "baseEntry", "get", entry["id"])["name"] == "Another name"
    assert client.call(ks, "liveStream", "delete", entry["id"]) in ("", None)
    assert_code(client.call(ks, "liveStream", "get", entry["id"]), "ENTRY_ID_NOT_FOUND")


def test_List_FiltersSortsAndPages(client, ks):
    names = [f"Paged {n}" for n in "cabed"]
    ids = {name: add(client, ks, name, referenceId="paging")["id"] for name in names}
    filter = {"objectType": "KalturaLiveStreamEntryFilter", "referenceIdEqual": "paging", "orderBy": "+name"}
    everything = client.call(ks, "liveStream", "list", filter)
    assert everything["totalCount"] == "5"
    assert [entry["name"] for entry in everything["objects"]] == sorted(names)
    page = client.call(ks, "liveStream", "list", filter, {"objectType": "KalturaFilterPager", "pageSize": 2, "pageIndex": 2})
    assert page["totalCount"] == "5"
    assert [entry["name"] for entry in page["objects"]] == ["Paged c", "Paged d"]
    some = {**filter, "idIn": f"{ids['Paged a']},{ids['Paged e']},1_nosuch00"}
    assert [entry["id"] for entry in client.call(ks, "liveStream", "list", some)["objects"]] == [ids["Paged a"], ids["Paged e"]]
    like = {**filter, "nameLike": "paged b"}
    assert client.call(ks, "liveStream", "list", like)["totalCount"] == "1"
    young = {**filter, "createdAtGreaterThanOrEqual": int(time.time()) + 1000}
    assert client.call(ks, "liveStream", "list", young)["totalCount"] == "0"
    assert_code(client.call(ks, "liveStream", "list", {**filter, "orderBy": "+nothing"}), "INVALID_ENUM_VALUE")
    for id in ids.values():
        client.call(ks, "liveStream", "delete", id)


def test_Token_AuthenticatesUntilItIsReplaced(client, ks):
    entry = add(client, ks, "With a token")
    granted = client.call(ks, "liveStream", "authenticate", entry["id"], entry["streamPassword"])
    assert granted["id"] == entry["id"]
    assert_code(client.call(ks, "liveStream", "authenticate", entry["id"], "wrong"), "LIVE_STREAM_INVALID_TOKEN")
    renewed = client.call(ks, "liveStream", "regenerateStreamToken", entry["id"])
    assert renewed["streamPassword"] != entry["streamPassword"]
    assert entry["streamPassword"] not in renewed["primaryBroadcastingUrl"]
    assert_code(client.call(ks, "liveStream", "authenticate", entry["id"], entry["streamPassword"]), "LIVE_STREAM_INVALID_TOKEN")
    assert client.call(ks, "liveStream", "authenticate", entry["id"], renewed["streamPassword"])["id"] == entry["id"]


def test_Multirequest_UsesWhatCameBefore(client, ks):
    results = client.multi(
        ks,
        ("liveStream", "add", entry_named("Of a batch"), "32"),
        ("liveStream", "get", "{1:result:id}"),
        ("conversionProfile", "get", "{2:result:conversionProfileId}"),
        ("liveStream", "get", "1_nosuch00"),
        ("liveStream", "get", "{4:result:id}"),
        ("liveStream", "list", {"objectType": "KalturaLiveStreamEntryFilter", "idEqual": "{1:result:id}"}),
        ("baseEntry", "get", "{6:result:objects:0:id}"))
    assert len(results) == 7
    assert results[1] == results[0]
    assert results[2]["systemName"] == "Passthrough_Live"
    assert_code(results[3], "ENTRY_ID_NOT_FOUND")
    assert_code(results[4], "MISSING_MANDATORY_PARAMETER")
    assert results[5]["totalCount"] == "1"
    assert results[6]["name"] == "Of a batch"


def test_Profiles_AreShippedAndMade(client, ks):
    live = client.call(ks, "conversionProfile", "list",
                       {"objectType": "KalturaConversionProfileFilter", "systemNameEqual": "Default_Live"})
    assert live["objects"][0]["flavorParamsIds"] == "32,33,34,35"
    params = client.call(ks, "flavorParams", "get", 35)
    assert (params["objectType"], params["videoBitrate"], params["width"]) == ("KalturaLiveParams", "900", "640")
    made = client.call(ks, "flavorParams", "add", {
        "objectType": "KalturaLiveParams", "name": "Mine", "streamSuffix": "42", "tags": "ingest,mbr", "videoCodec": "copy"})
    assert not is_error(made), made
    profile = client.call(ks, "conversionProfile", "add", {
        "objectType": "KalturaConversionProfile", "name": "Mine", "flavorParamsIds": f"32,{made['id']}"})
    assert not is_error(profile), profile
    links = client.call(ks, "conversionProfileAssetParams", "list", {
        "objectType": "KalturaConversionProfileAssetParamsFilter", "conversionProfileIdEqual": profile["id"]})
    assert [link["origin"] for link in links["objects"]] == ["1", "1"]
    entry = add(client, ks, "With my profile", conversionProfileId=int(profile["id"]))
    assert entry["flavorParamsIds"] == f"32,{made['id']}"
    assets = client.call(ks, "flavorAsset", "list", {"objectType": "KalturaLiveAssetFilter", "entryIdEqual": entry["id"]})
    assert [asset["flavorParamsId"] for asset in assets["objects"]] == ["32", made["id"]]
    client.call(ks, "liveStream", "delete", entry["id"])
    client.call(ks, "conversionProfile", "delete", profile["id"])
    assert_code(client.call(ks, "conversionProfile", "get", profile["id"]), "CONVERSION_PROFILE_ID_NOT_FOUND")
    client.call(ks, "flavorParams", "delete", made["id"])


def test_DefaultProfile_IsWhatNewEntriesHave(client, ks):
    shipped = client.call(ks, "conversionProfile", "getDefault", "2")
    assert (shipped["systemName"], shipped["isDefault"]) == ("Passthrough_Live", "1")
    profile = client.call(ks, "conversionProfile", "add", {
        "objectType": "KalturaConversionProfile", "name": "Two streams", "flavorParamsIds": "32,36"})
    assert profile["isDefault"] == "0"
    chosen = client.call(ks, "conversionProfile", "setAsDefault", int(profile["id"]))
    assert (chosen["id"], chosen["isDefault"]) == (profile["id"], "1")
    entry = add(client, ks, "With the default")
    assert (entry["conversionProfileId"], entry["flavorParamsIds"]) == (profile["id"], "32,36")
    client.call(ks, "liveStream", "delete", entry["id"])
    assert_code(client.call(ks, "conversionProfile", "delete", profile["id"]), "CANNOT_DELETE_DEFAULT_CONVERSION_PROFILE")
    assert client.call(ks, "conversionProfile", "setAsDefault", int(shipped["id"]))["isDefault"] == "1"
    assert client.call(ks, "conversionProfile", "delete", profile["id"]) in ("", None)
    assert_code(client.call(ks, "conversionProfile", "setAsDefault", 999999), "CONVERSION_PROFILE_ID_NOT_FOUND")


def test_WhatIsNotCarriedOut_IsRefusedAndStoresNothing(client, ks):
    entry = add(client, ks, "Recorded some day", recordStatus=1)
    clip = client.call(ks, "media", "add", {"objectType": "KalturaMediaEntry", "name": "A clip of it", "mediaType": 1})
    file = {"objectType": "KalturaServerFileResource", "localFilePath": "/etc/passwd"}
    part = {"objectType": "KalturaOperationResource", "resource": {"objectType": "KalturaEntryResource", "entryId": entry["id"]},
            "operationAttributes": [{"objectType": "KalturaClipAttributes", "offset": 0, "duration": 5000}]}
    nodes = client.call(ks, "serverNode", "list")
    refused = [
        ("liveStream", "createRecordedEntry", entry["id"], "0", 1),
        ("liveStream", "appendRecording", entry["id"], "asset", "0", file, 1.5),
        ("liveStream", "setRecordedContent", entry["id"], "0", file, 1.5),
        ("liveStream", "archive", entry["id"], clip["id"]),
        ("media", "addContent", clip["id"], part),
        ("media", "updateContent", clip["id"], file),
        ("baseEntry", "addContent", clip["id"], file),
        ("baseEntry", "updateContent", clip["id"], file),
        ("serverNode", "getFullPath", nodes["objects"][0]["hostName"])]
    for call in refused:
        assert_code(client.call(ks, *call), "SERVICE_UNAVAILABLE")
    assert client.call(ks, "liveStream", "get", entry["id"]) == entry
    assert client.call(ks, "media", "get", clip["id"]) == clip
    for id in (entry["id"], clip["id"]):
        client.call(ks, "baseEntry", "delete", id)


def test_Errors_HaveKalturasCodesAndArguments(client, ks, secrets):
    missing = client.call(ks, "liveStream", "get", "1_nosuch00")
    assert missing["code"] == "ENTRY_ID_NOT_FOUND"
    assert missing["message"] == 'Entry id "1_nosuch00" not found'
    assert missing["args"] == {"ENTRY_ID": "1_nosuch00"}
    assert_code(client.call(ks, "liveStream", "add", entry_named("four")), "PROPERTY_VALIDATION_MIN_LENGTH")
    assert_code(client.call(ks, "liveStream", "add", entry_named("Fine name", srtPass="short")), "PROPERTY_VALIDATION_MIN_LENGTH")
    assert_code(client.call(ks, "liveStream", "add", entry_named("Fine name", dvrStatus=7)), "INVALID_ENUM_VALUE")
    assert_code(client.call(ks, "liveStream", "add", entry_named("Fine name", conversionProfileId=999)), "CONVERSION_PROFILE_ID_NOT_FOUND")
    user = client.call(None, "session", "start", secrets["user_secret"], "uma", USER, 101)
    assert_code(client.call(user, "liveStream", "add", entry_named("Not allowed")), "SERVICE_FORBIDDEN")
    entry = add(client, ks, "Not hers")
    seen = client.call(user, "liveStream", "get", entry["id"])
    assert seen["name"] == "Not hers" and "streamPassword" not in seen and "primaryBroadcastingUrl" not in seen
    assert_code(client.call(user, "liveStream", "delete", entry["id"]), "SERVICE_FORBIDDEN")
    recorded = client.call(ks, "liveStream", "createRecordedEntry", entry["id"], "0", 1)
    assert_code(recorded, "SERVICE_UNAVAILABLE")


def test_Broadcast_IsSeenFromItsBeginningToItsEnd(make_klive, media, tmp_path, build, source, client):
    """isLive, getDetails, liveStatus and entry server nodes through a broadcast; frozen fields while it lasts."""
    klive = make_klive("server.resume-window=2s")
    own = NodeClient(install_client(build, source), klive.origin) if isinstance(client, NodeClient) else FormClient(klive.origin)
    secret = json.loads((klive.root / "secrets.json").read_text())["admin_secret"]
    ks = own.call(None, "session", "start", secret, "operator", ADMIN, 101)
    entry = own.call(ks, "liveStream", "add", entry_named("On air soon", segmentDuration=2000), "32")
    assert own.call(None, "liveStream", "isLive", entry["id"]) == "0"
    assert own.call(None, "liveStream", "getDetails", entry["id"])["broadcastStatus"] == "1"
    with ffmpeg(media, f"{entry['primaryBroadcastingUrl']}/{entry['streamName']}", tmp_path / "ffmpeg.log", loop=True) as encoder:
        wait_for(lambda: own.call(None, "liveStream", "isLive", entry["id"]) == "1", 30, "isLive")
        details = own.call(None, "liveStream", "getDetails", entry["id"])
        assert (details["broadcastStatus"], details["primaryStreamStatus"], details["secondaryStreamStatus"]) == ("3", "1", "0")
        live = own.call(ks, "liveStream", "get", entry["id"])
        assert live["liveStatus"] == "1" and live["firstBroadcast"] == live["lastBroadcast"]
        assert abs(float(live["currentBroadcastStartTime"]) - time.time()) < 60
        nodes = own.call(ks, "entryServerNode", "list", {"objectType": "KalturaEntryServerNodeFilter", "entryIdEqual": entry["id"]})
        assert nodes["objects"][0]["serverType"] == "0"
        wait_for(lambda: {"32"} == {stream["flavorId"] for stream in own.call(ks, "entryServerNode", "get", int(nodes["objects"][0]["id"]))["streams"]},
                 20, "streams of the node")
        assert_code(own.call(ks, "liveStream", "update", entry["id"], entry_named("On air now", dvrWindow=7)),
                    "CANNOT_UPDATE_FIELDS_WHILE_ENTRY_BROADCASTING")
        assert own.call(ks, "liveStream", "update", entry["id"], entry_named("On air now"))["name"] == "On air now"
        on_air = {"objectType": "KalturaLiveStreamEntryFilter", "isLive": 1}
        assert own.call(ks, "liveStream", "list", on_air)["totalCount"] == "1"
        encoder.interrupt()
    wait_for(lambda: own.call(None, "liveStream", "isLive", entry["id"]) == "0", 30, "the end of the broadcast")
    after = own.call(ks, "liveStream", "get", entry["id"])
    assert after["liveStatus"] == "0" and int(after["lastBroadcastEndTime"]) >= int(after["lastBroadcast"])
    assert own.call(None, "liveStream", "getDetails", entry["id"])["wasBroadcast"] == "1"
    own.close()


def test_Quota_RefusesTheEncoderThatIsOneTooMany(make_klive, media, tmp_path):
    klive = make_klive("api.max-live-inputs=1")
    first, second = klive.add_entry("--segment-duration", "2s"), klive.add_entry("--segment-duration", "2s")
    with ffmpeg(media, first.stream(), tmp_path / "first.log", loop=True) as encoder:
        klive.wait_for_segments(first, 1)
        with ffmpeg(media, second.stream(), tmp_path / "second.log") as refused:
            assert refused.wait(20) != 0
            assert f"Partner exceeded max pass-through live streams in entry[{second.id}]" in refused.output()
        # The entry that is on air takes its backup.
        with ffmpeg(media, f"{first.backup_url}/1", tmp_path / "backup.log", loop=True) as backup:
            wait_for(lambda: klive.metric("klive_publications_total") >= 2, 20, "the backup's publication")
            backup.interrupt()
        encoder.interrupt()
    assert klive.metric("klive_publish_refused_total") >= 1
