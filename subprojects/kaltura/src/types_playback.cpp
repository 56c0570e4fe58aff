// SPDX-License-Identifier: LGPL-2.1-or-later
// Object types: what a player is told.
#include <array>

#include "types.h"

namespace klive::kaltura::types {
namespace {

constexpr Field kScope[] = {text("referrer"), text("ip"), text("ks"), text("userAgent"),
                            integer("time")};
constexpr Field kContextParams[] = {text("flavorAssetId"), text("flavorTags"), text("streamerType"),
                                    text("mediaProtocol")};
constexpr Field kSource[] = {
    text("deliveryProfileId"), text("format"), text("protocols"),
    text("flavorIds"),         text("url"),    array("drm", "KalturaDrmPlaybackPluginData"),
};
constexpr Field kDrm[] = {text("scheme"), text("licenseURL")};
constexpr Field kMessage[] = {text("message"), text("code")};
constexpr Field kAction[] = {text("type")};
constexpr Field kPlaybackContext[] = {
    array("sources", "KalturaPlaybackSource"),
    array("playbackCaptions", "KalturaCaptionPlaybackPluginData"),
    array("flavorAssets", "KalturaFlavorAsset"),
    array("actions", "KalturaRuleAction"),
    array("messages", "KalturaAccessControlMessage"),
    array("bumperData", "KalturaBumper"),
};
constexpr Field kContextData[] = {
    flag("isSiteRestricted"),
    flag("isCountryRestricted"),
    flag("isSessionRestricted"),
    flag("isIpAddressRestricted"),
    flag("isUserAgentRestricted"),
    integer("previewLength"),
    flag("isScheduledNow"),
    flag("isAdmin"),
    text("streamerType"),
    text("mediaProtocol"),
    array("accessControlMessages", "KalturaAccessControlMessage"),
    array("accessControlActions", "KalturaRuleAction"),
    array("flavorAssets", "KalturaFlavorAsset"),
    integer("msDuration"),
};
constexpr Field kMetadata[] = {integer("id").read_only(), text("objectId").read_only(),
                               text("metadataObjectType"), text("xml").read_only()};
constexpr Field kMetadataList[] = {array("objects", "KalturaMetadata")};
constexpr Field kCaption[] = {text("label"), text("format"), text("language"), text("url")};
constexpr Field kBumper[] = {text("entryId"), text("url")};

constexpr std::array kTypes = {
    ObjectType{"KalturaAccessControlScope", "", kScope},
    ObjectType{"KalturaEntryContextDataParams", "KalturaAccessControlScope", kContextParams},
    ObjectType{"KalturaPlaybackContextOptions", "KalturaEntryContextDataParams", {}},
    ObjectType{"KalturaDrmPlaybackPluginData", "", kDrm},
    ObjectType{"KalturaCaptionPlaybackPluginData", "", kCaption},
    ObjectType{"KalturaBumper", "", kBumper},
    ObjectType{"KalturaPlaybackSource", "", kSource},
    ObjectType{"KalturaAccessControlMessage", "", kMessage},
    ObjectType{"KalturaRuleAction", "", kAction},
    ObjectType{"KalturaPlaybackContext", "", kPlaybackContext},
    ObjectType{"KalturaEntryContextDataResult", "", kContextData},
    ObjectType{"KalturaMetadata", "", kMetadata},
    filter("KalturaMetadataFilter", "KalturaFilter", "KalturaMetadata"),
    ObjectType{"KalturaMetadataListResponse", "KalturaListResponse", kMetadataList},
};

}  // namespace

std::span<const ObjectType> playback_types() { return kTypes; }

}  // namespace klive::kaltura::types
