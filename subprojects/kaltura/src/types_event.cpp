// SPDX-License-Identifier: LGPL-2.1-or-later
// Object types: scheduled events and their live features, beacons, upload tokens.
#include <array>

#include "types.h"

namespace klive::kaltura::types {
namespace {

constexpr Field kEvent[] = {
    integer("id").read_only(),
    integer("partnerId").read_only(),
    text("summary").bounded(1, 256),
    text("description").bounded(0, 10000),
    choice("status", "KalturaScheduleEventStatus").read_only(),
    integer("startDate"),
    integer("endDate"),
    text("referenceId").bounded(0, 256),
    text("organizer").bounded(0, 256),
    text("ownerId").bounded(0, 256),
    choice("recurrenceType", "KalturaScheduleEventRecurrenceType").once(),
    text("tags").bounded(0, 1024),
    integer("createdAt").read_only(),
    integer("updatedAt").read_only(),
};
constexpr Field kEntryEvent[] = {text("templateEntryId"), text("entryIds").bounded(0, 4096),
                                 text("categoryIds").bounded(0, 4096)};
constexpr Field kLiveEvent[] = {
    text("sourceEntryId"),
    integer("projectedAudience"),
    integer("preStartTime").bounded(0, 86400),
    integer("postEndTime").bounded(0, 86400),
    text("preStartEntryId"),
    text("postEndEntryId"),
    flag("isContentInterruptible"),
    array("liveFeatures", "KalturaLiveFeature").for_editors(),
};
constexpr Field kFeature[] = {
    text("systemName").bounded(1, 128),
    integer("preStartTime").bounded(0, 86400),
    integer("postEndTime").bounded(0, 86400),
};
constexpr Field kRestream[] = {
    text("primaryUrl").bounded(0, 2048),
    text("secondaryUrl").bounded(0, 2048),
    text("playbackUrl").bounded(0, 2048),
    text("streamKey").bounded(0, 1024),
};
constexpr Field kBeacon[] = {
    text("id").read_only(),
    text("indexType").read_only(),
    integer("updatedAt").read_only(),
    word("relatedObjectType", "KalturaBeaconObjectTypes"),
    text("eventType").bounded(1, 256),
    text("objectId").bounded(1, 256),
    text("privateData").bounded(0, 65536),
    text("rawData").bounded(0, 65536),
};
constexpr Field kUploadToken[] = {
    text("id").read_only(),
    integer("partnerId").read_only(),
    text("userId").read_only(),
    choice("status", "KalturaUploadTokenStatus").read_only(),
    text("fileName").once().bounded(0, 256),
    number("fileSize").once(),
    number("uploadedFileSize").read_only(),
    integer("createdAt").read_only(),
    integer("updatedAt").read_only(),
};

constexpr Field kEvents[] = {array("objects", "KalturaScheduleEvent")};
constexpr Field kTokens[] = {array("objects", "KalturaUploadToken")};
constexpr Field kBeacons[] = {array("objects", "KalturaBeacon")};

constexpr std::array kTypes = {
    ObjectType{"KalturaScheduleEvent", "", kEvent, true},
    ObjectType{"KalturaEntryScheduleEvent", "KalturaScheduleEvent", kEntryEvent, true},
    ObjectType{"KalturaBaseLiveScheduleEvent", "KalturaEntryScheduleEvent", {}, true},
    ObjectType{"KalturaLiveStreamScheduleEvent", "KalturaBaseLiveScheduleEvent", kLiveEvent},
    ObjectType{"KalturaRecordScheduleEvent", "KalturaEntryScheduleEvent", {}},
    ObjectType{"KalturaLiveFeature", "", kFeature, true},
    ObjectType{"KalturaLiveRestreamFeature", "KalturaLiveFeature", kRestream},
    ObjectType{"KalturaBeacon", "", kBeacon},
    ObjectType{"KalturaUploadToken", "", kUploadToken},
    filter("KalturaScheduleEventFilter", "KalturaFilter", "KalturaScheduleEvent"),
    filter("KalturaEntryScheduleEventFilter", "KalturaScheduleEventFilter",
           "KalturaEntryScheduleEvent"),
    filter("KalturaLiveStreamScheduleEventFilter", "KalturaEntryScheduleEventFilter",
           "KalturaLiveStreamScheduleEvent"),
    filter("KalturaUploadTokenFilter", "KalturaFilter", "KalturaUploadToken"),
    filter("KalturaBeaconFilter", "KalturaFilter", "KalturaBeacon"),
    ObjectType{"KalturaScheduleEventListResponse", "KalturaListResponse", kEvents},
    ObjectType{"KalturaUploadTokenListResponse", "KalturaListResponse", kTokens},
    ObjectType{"KalturaBeaconListResponse", "KalturaListResponse", kBeacons},
};

}  // namespace

std::span<const ObjectType> event_types() { return kTypes; }

}  // namespace klive::kaltura::types
