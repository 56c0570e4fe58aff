// SPDX-License-Identifier: LGPL-2.1-or-later
// Object types: entries and what hangs on them.
#include <array>

#include "types.h"

namespace klive::kaltura::types {
namespace {

constexpr int64_t kDay = 24 * 60;  // minutes

constexpr Field kBaseEntry[] = {
    text("id").once(),
    text("name").bounded(1, 256),
    text("description").bounded(0, 10000),
    integer("partnerId").read_only(),
    text("userId"),
    text("creatorId").once(),
    text("tags").bounded(0, 4096),
    text("adminTags").bounded(0, 1024).for_admins(),
    text("categories").bounded(0, 4096),
    choice("status", "KalturaEntryStatus").read_only(),
    choice("type", "KalturaEntryType").once(),
    integer("createdAt").read_only(),
    integer("updatedAt").read_only(),
    text("partnerData").bounded(0, 10000),
    integer("accessControlId"),
    integer("startDate"),
    integer("endDate"),
    text("referenceId").bounded(0, 512),
    integer("conversionProfileId"),
    text("redirectEntryId"),
    text("rootEntryId").read_only(),
    text("parentEntryId"),
    array("operationAttributes", "KalturaOperationAttributes"),
    text("replacingEntryId").read_only(),
    text("replacedEntryId").read_only(),
    choice("replacementStatus", "KalturaEntryReplacementStatus").read_only(),
    text("entitledUsersEdit").bounded(0, 4096),
    text("entitledUsersPublish").bounded(0, 4096),
    text("entitledUsersView").bounded(0, 4096),
    text("capabilities").computed(),
    text("templateEntryId").once(),
    choice("displayInSearch", "KalturaEntryDisplayInSearchType"),
};

constexpr Field kPlayableEntry[] = {
    integer("plays").computed(),
    integer("views").computed(),
    integer("duration").computed(),
    integer("msDuration"),
};

constexpr Field kMediaEntry[] = {
    choice("mediaType", "KalturaMediaType").once(),
    word("sourceType", "KalturaSourceType").once(),
    text("dataUrl").computed(),
    text("flavorParamsIds").computed(),
    array("streams", "KalturaStreamContainer"),
};

constexpr Field kLiveEntry[] = {
    text("offlineMessage").bounded(0, 1024),
    choice("recordStatus", "KalturaRecordStatus"),
    choice("dvrStatus", "KalturaDVRStatus"),
    integer("dvrWindow").bounded(1, 7 * kDay),
    integer("lastElapsedRecordingTime"),
    array("liveStreamConfigurations", "KalturaLiveStreamConfiguration"),
    text("recordedEntryId"),
    choice("pushPublishEnabled", "KalturaLivePublishStatus"),
    array("publishConfigurations", "KalturaLiveStreamPushPublishConfiguration").for_editors(),
    integer("firstBroadcast").read_only(),
    integer("lastBroadcast").read_only(),
    number("currentBroadcastStartTime"),
    object("recordingOptions", "KalturaLiveEntryRecordingOptions"),
    choice("liveStatus", "KalturaEntryServerNodeStatus").computed(),
    integer("segmentDuration").bounded(2000, 20000),
    choice("explicitLive", "KalturaNullableBoolean"),
    choice("viewMode", "KalturaViewMode"),
    choice("recordingStatus", "KalturaRecordingStatus"),
    integer("lastBroadcastEndTime").read_only(),
    integer("broadcastTime"),
};

constexpr Field kLiveStreamEntry[] = {
    text("streamRemoteId").read_only(),
    text("streamRemoteBackupId").read_only(),
    array("bitrates", "KalturaLiveStreamBitrate"),
    text("primaryBroadcastingUrl").computed().for_editors(),
    text("secondaryBroadcastingUrl").computed().for_editors(),
    text("primarySecuredBroadcastingUrl").computed().for_editors(),
    text("secondarySecuredBroadcastingUrl").computed().for_editors(),
    text("primaryRtspBroadcastingUrl").computed().for_editors(),
    text("secondaryRtspBroadcastingUrl").computed().for_editors(),
    text("primarySrtBroadcastingUrl").computed().for_editors(),
    text("primarySrtStreamId").computed().for_editors(),
    text("secondarySrtBroadcastingUrl").computed().for_editors(),
    text("secondarySrtStreamId").computed().for_editors(),
    text("streamName").computed(),
    text("streamUrl").computed(),
    text("hlsStreamUrl").computed(),
    text("encodingIP1"),
    text("encodingIP2"),
    text("streamPassword").once().bounded(0, 128).for_editors(),
    text("streamUsername").read_only(),
    text("srtPass").bounded(10, 79).for_editors(),
    integer("primaryServerNodeId").computed(),
};

constexpr Field kStreamContainer[] = {
    text("id"),
    text("type"),
    integer("trackIndex"),
    text("language"),
    integer("channelIndex"),
    text("label"),
    text("channelLayout"),
};
constexpr Field kConfiguration[] = {
    word("protocol", "KalturaPlaybackProtocol"),
    text("url"),
    text("publishUrl"),
    text("backupUrl"),
    text("streamName"),
};
constexpr Field kPush[] = {text("publishUrl"), text("backupPublishUrl"), text("port")};
constexpr Field kPushRtmp[] = {text("userId"), text("password"), text("streamName"),
                               text("applicationName")};
constexpr Field kRecordingOptions[] = {
    choice("shouldCopyEntitlement", "KalturaNullableBoolean"),
    choice("shouldCopyScheduling", "KalturaNullableBoolean"),
    choice("shouldCopyThumbnail", "KalturaNullableBoolean"),
    choice("shouldMakeHidden", "KalturaNullableBoolean"),
    choice("shouldAutoArchive", "KalturaNullableBoolean"),
    text("nonDeletedCuePointsTags"),
    text("archiveVodSuffixTimezone"),
};
constexpr Field kBitrate[] = {integer("bitrate"), integer("width"), integer("height"),
                              text("tags")};
constexpr Field kDetails[] = {
    choice("primaryStreamStatus", "KalturaEntryServerNodeStatus"),
    choice("secondaryStreamStatus", "KalturaEntryServerNodeStatus"),
    choice("viewMode", "KalturaViewMode"),
    flag("wasBroadcast"),
    choice("broadcastStatus", "KalturaLiveStreamBroadcastStatus"),
};
constexpr Field kClip[] = {integer("offset"), integer("duration")};
constexpr Field kOperation[] = {
    object("resource", "KalturaContentResource"),
    array("operationAttributes", "KalturaOperationAttributes"),
    integer("assetParamsId"),
};
constexpr Field kEntryResource[] = {text("entryId"), integer("flavorParamsId")};
constexpr Field kTokenResource[] = {text("token")};
constexpr Field kFileResource[] = {text("localFilePath"), flag("keepOriginalFile")};
constexpr Field kUrlResource[] = {text("url")};

constexpr Field kBaseEntryFilter[] = {text("redirectFromEntryId")};
constexpr Field kLiveFilter[] = {choice("isLive", "KalturaNullableBoolean")};
constexpr Field kEntries[] = {array("objects", "KalturaBaseEntry")};

constexpr std::array kTypes = {
    ObjectType{"KalturaBaseEntry", "", kBaseEntry},
    ObjectType{"KalturaPlayableEntry", "KalturaBaseEntry", kPlayableEntry},
    ObjectType{"KalturaMediaEntry", "KalturaPlayableEntry", kMediaEntry},
    ObjectType{"KalturaLiveEntry", "KalturaMediaEntry", kLiveEntry},
    ObjectType{"KalturaLiveStreamEntry", "KalturaLiveEntry", kLiveStreamEntry},
    ObjectType{"KalturaLiveStreamAdminEntry", "KalturaLiveStreamEntry", {}},
    ObjectType{"KalturaStreamContainer", "", kStreamContainer},
    ObjectType{"KalturaLiveStreamConfiguration", "", kConfiguration},
    ObjectType{"KalturaLiveStreamPushPublishConfiguration", "", kPush},
    ObjectType{"KalturaLiveStreamPushPublishRTMPConfiguration",
               "KalturaLiveStreamPushPublishConfiguration", kPushRtmp},
    ObjectType{"KalturaLiveEntryRecordingOptions", "", kRecordingOptions},
    ObjectType{"KalturaLiveStreamBitrate", "", kBitrate},
    ObjectType{"KalturaLiveStreamDetails", "", kDetails},
    ObjectType{"KalturaOperationAttributes", "", {}, true},
    ObjectType{"KalturaClipAttributes", "KalturaOperationAttributes", kClip},
    ObjectType{"KalturaResource", "", {}, true},
    ObjectType{"KalturaContentResource", "KalturaResource", {}, true},
    ObjectType{"KalturaOperationResource", "KalturaContentResource", kOperation},
    ObjectType{"KalturaEntryResource", "KalturaContentResource", kEntryResource},
    ObjectType{"KalturaUrlResource", "KalturaContentResource", kUrlResource},
    ObjectType{"KalturaDataCenterContentResource", "KalturaContentResource", {}, true},
    ObjectType{"KalturaUploadedFileTokenResource", "KalturaDataCenterContentResource",
               kTokenResource},
    ObjectType{"KalturaServerFileResource", "KalturaDataCenterContentResource", kFileResource},
    filter("KalturaBaseEntryFilter", "KalturaFilter", "KalturaBaseEntry", kBaseEntryFilter),
    filter("KalturaPlayableEntryFilter", "KalturaBaseEntryFilter", "KalturaPlayableEntry"),
    filter("KalturaMediaEntryFilter", "KalturaPlayableEntryFilter", "KalturaMediaEntry"),
    filter("KalturaLiveEntryFilter", "KalturaMediaEntryFilter", "KalturaLiveEntry", kLiveFilter),
    filter("KalturaLiveStreamEntryFilter", "KalturaLiveEntryFilter", "KalturaLiveStreamEntry"),
    ObjectType{"KalturaBaseEntryListResponse", "KalturaListResponse", kEntries},
    ObjectType{"KalturaMediaListResponse", "KalturaListResponse", kEntries},
    ObjectType{"KalturaLiveStreamListResponse", "KalturaListResponse", kEntries},
};

}  // namespace

std::span<const ObjectType> entry_types() { return kTypes; }

}  // namespace klive::kaltura::types
