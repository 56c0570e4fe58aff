// SPDX-License-Identifier: LGPL-2.1-or-later
// Object types: server nodes, and entries on them.
#include <array>

#include "types.h"

namespace klive::kaltura::types {
namespace {

constexpr Field kEntryServerNode[] = {
    integer("id").read_only(),
    text("entryId").read_only(),
    integer("serverNodeId").read_only(),
    integer("partnerId").read_only(),
    integer("createdAt").read_only(),
    integer("updatedAt").read_only(),
    choice("status", "KalturaEntryServerNodeStatus").read_only(),
    choice("serverType", "KalturaEntryServerNodeType").read_only(),
};
constexpr Field kLiveEntryServerNode[] = {
    array("streams", "KalturaLiveStreamParams"),
    array("recordingInfo", "KalturaLiveEntryServerNodeRecordingInfo"),
    flag("isPlayableUser"),
    choice("viewMode", "KalturaViewMode"),
    integer("featuresUpdatedAt"),
    integer("viewModeUpdatedAt"),
};
constexpr Field kStreamParams[] = {
    integer("bitrate"), text("flavorId"),     integer("width"),           integer("height"),
    text("codec"),      integer("frameRate"), number("keyFrameInterval"), text("language"),
};
constexpr Field kRecordingInfo[] = {
    text("recordedEntryId"),
    integer("duration"),
    choice("recordingStatus", "KalturaEntryServerNodeRecordingStatus"),
};

constexpr Field kServerNode[] = {
    integer("id").read_only(),
    integer("partnerId").read_only(),
    integer("createdAt").read_only(),
    integer("updatedAt").read_only(),
    integer("heartbeatTime").read_only(),
    text("name").bounded(1, 256),
    text("systemName").bounded(0, 256),
    text("description").bounded(0, 1024),
    text("hostName").bounded(1, 256),
    choice("status", "KalturaServerNodeStatus").read_only(),
    text("type").read_only(),
    text("tags").bounded(0, 1024),
    integer("dc").read_only(),
    text("parentId"),
    text("environment").bounded(0, 256),
};
constexpr Field kMediaServerNode[] = {
    text("applicationName").bounded(0, 256),
    array("mediaServerPortConfig", "KalturaKeyValue"),
    array("mediaServerPlaybackDomainConfig", "KalturaKeyValue"),
};
constexpr Field kKeyValue[] = {text("key").bounded(0, 256), text("value").bounded(0, 256)};
constexpr Field kWowza[] = {
    text("appPrefix"),          text("transcoder"),          integer("GPUID"),
    integer("liveServicePort"), text("liveServiceProtocol"), text("liveServiceInternalDomain"),
};

constexpr Field kEntryServerNodes[] = {array("objects", "KalturaEntryServerNode")};
constexpr Field kServerNodes[] = {array("objects", "KalturaServerNode")};

constexpr std::array kTypes = {
    ObjectType{"KalturaEntryServerNode", "", kEntryServerNode, true},
    ObjectType{"KalturaLiveEntryServerNode", "KalturaEntryServerNode", kLiveEntryServerNode},
    ObjectType{"KalturaLiveStreamParams", "", kStreamParams},
    ObjectType{"KalturaLiveEntryServerNodeRecordingInfo", "", kRecordingInfo},
    ObjectType{"KalturaKeyValue", "", kKeyValue},
    ObjectType{"KalturaServerNode", "", kServerNode, true},
    ObjectType{"KalturaDeliveryServerNode", "KalturaServerNode", {}, true},
    ObjectType{"KalturaMediaServerNode", "KalturaDeliveryServerNode", kMediaServerNode, true},
    ObjectType{"KalturaWowzaMediaServerNode", "KalturaMediaServerNode", kWowza},
    ObjectType{"KalturaLiveClusterMediaServerNode", "KalturaMediaServerNode", {}},
    filter("KalturaEntryServerNodeFilter", "KalturaFilter", "KalturaEntryServerNode"),
    filter("KalturaLiveEntryServerNodeFilter", "KalturaEntryServerNodeFilter",
           "KalturaLiveEntryServerNode"),
    filter("KalturaServerNodeFilter", "KalturaFilter", "KalturaServerNode"),
    filter("KalturaMediaServerNodeFilter", "KalturaServerNodeFilter", "KalturaMediaServerNode"),
    filter("KalturaWowzaMediaServerNodeFilter", "KalturaMediaServerNodeFilter",
           "KalturaWowzaMediaServerNode"),
    ObjectType{"KalturaEntryServerNodeListResponse", "KalturaListResponse", kEntryServerNodes},
    ObjectType{"KalturaServerNodeListResponse", "KalturaListResponse", kServerNodes},
};

}  // namespace

std::span<const ObjectType> server_types() { return kTypes; }

}  // namespace klive::kaltura::types
