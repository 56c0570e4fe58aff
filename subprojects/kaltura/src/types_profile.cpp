// SPDX-License-Identifier: LGPL-2.1-or-later
// Object types: conversion profiles, flavor params, live params, assets.
#include <array>

#include "types.h"

namespace klive::kaltura::types {
namespace {

constexpr Field kProfile[] = {
    integer("id").read_only(),
    integer("partnerId").read_only(),
    choice("status", "KalturaConversionProfileStatus"),
    choice("type", "KalturaConversionProfileType").once(),
    text("name").bounded(1, 128),
    text("systemName").bounded(0, 128),
    text("tags").bounded(0, 1024),
    text("description").bounded(0, 1024),
    text("defaultEntryId"),
    integer("createdAt").read_only(),
    text("flavorParamsIds").bounded(0, 1024),
    choice("isDefault", "KalturaNullableBoolean").computed(),
};

constexpr Field kProfileParams[] = {
    integer("conversionProfileId").read_only(),
    integer("assetParamsId").read_only(),
    choice("readyBehavior", "KalturaFlavorReadyBehaviorType"),
    choice("origin", "KalturaAssetParamsOrigin"),
    text("systemName").bounded(0, 128),
    choice("forceNoneComplied", "KalturaNullableBoolean"),
};

constexpr Field kAssetParams[] = {
    integer("id").read_only(),
    integer("partnerId").read_only(),
    text("name").bounded(1, 128),
    text("systemName").bounded(0, 128),
    text("description").bounded(0, 1024),
    integer("createdAt").read_only(),
    choice("isSystemDefault", "KalturaNullableBoolean").read_only(),
    text("tags").bounded(0, 1024),
};

constexpr int64_t kMostRate = 1'000'000;  // kbit/s
constexpr int64_t kMostSize = 16384;      // pixels

constexpr Field kFlavorParams[] = {
    word("videoCodec", "KalturaVideoCodec"),
    integer("videoBitrate").bounded(0, kMostRate),
    word("audioCodec", "KalturaAudioCodec"),
    integer("audioBitrate").bounded(0, kMostRate),
    integer("audioChannels").bounded(0, 64),
    integer("audioSampleRate").bounded(0, 384000),
    integer("width").bounded(0, kMostSize),
    integer("height").bounded(0, kMostSize),
    number("frameRate").bounded(0, 1000),
    integer("gopSize").bounded(0, 100000),
    text("conversionEnginesExtraParams").bounded(0, 4096),
    flag("twoPass"),
    integer("rotate"),
    word("format", "KalturaContainerFormat"),
    integer("aspectRatioProcessingMode"),
    integer("forceFrameToMultiplication16"),
    integer("isGopInSec"),
    text("multiStream").bounded(0, 4096),
    integer("maxFrameRate").bounded(0, 1000),
    integer("videoConstantBitrate").bounded(0, 1),
};
constexpr Field kLiveParams[] = {text("streamSuffix").bounded(0, 6)};

constexpr Field kAsset[] = {
    text("id").read_only(),           text("entryId").read_only(),
    integer("partnerId").read_only(), integer("version").read_only(),
    integer("size").read_only(),      text("tags"),
    text("fileExt").once(),           integer("createdAt").read_only(),
    integer("updatedAt").read_only(), text("description").read_only(),
};
constexpr Field kFlavorAsset[] = {
    integer("flavorParamsId"),        integer("width").read_only(),
    integer("height").read_only(),    integer("bitrate").read_only(),
    number("frameRate").read_only(),  flag("isOriginal").read_only(),
    flag("isWeb").read_only(),        text("containerFormat").read_only(),
    text("videoCodecId").read_only(), choice("status", "KalturaFlavorAssetStatus").read_only(),
    text("language").read_only(),     text("label"),
};
constexpr Field kLiveAsset[] = {text("multicastIP"), integer("multicastPort")};

constexpr Field kProfiles[] = {array("objects", "KalturaConversionProfile")};
constexpr Field kProfileParamsList[] = {array("objects", "KalturaConversionProfileAssetParams")};
constexpr Field kParamsList[] = {array("objects", "KalturaFlavorParams")};
constexpr Field kAssets[] = {array("objects", "KalturaFlavorAsset")};

constexpr std::array kTypes = {
    ObjectType{"KalturaConversionProfile", "", kProfile},
    ObjectType{"KalturaConversionProfileAssetParams", "", kProfileParams},
    ObjectType{"KalturaAssetParams", "", kAssetParams},
    ObjectType{"KalturaFlavorParams", "KalturaAssetParams", kFlavorParams},
    ObjectType{"KalturaLiveParams", "KalturaFlavorParams", kLiveParams},
    ObjectType{"KalturaAsset", "", kAsset},
    ObjectType{"KalturaFlavorAsset", "KalturaAsset", kFlavorAsset},
    ObjectType{"KalturaLiveAsset", "KalturaFlavorAsset", kLiveAsset},
    filter("KalturaConversionProfileFilter", "KalturaFilter", "KalturaConversionProfile"),
    filter("KalturaConversionProfileAssetParamsFilter", "KalturaFilter",
           "KalturaConversionProfileAssetParams"),
    filter("KalturaAssetParamsFilter", "KalturaFilter", "KalturaAssetParams"),
    filter("KalturaFlavorParamsFilter", "KalturaAssetParamsFilter", "KalturaFlavorParams"),
    filter("KalturaLiveParamsFilter", "KalturaFlavorParamsFilter", "KalturaLiveParams"),
    filter("KalturaAssetFilter", "KalturaFilter", "KalturaAsset"),
    filter("KalturaFlavorAssetFilter", "KalturaAssetFilter", "KalturaFlavorAsset"),
    filter("KalturaLiveAssetFilter", "KalturaFlavorAssetFilter", "KalturaLiveAsset"),
    ObjectType{"KalturaConversionProfileListResponse", "KalturaListResponse", kProfiles},
    ObjectType{"KalturaConversionProfileAssetParamsListResponse", "KalturaListResponse",
               kProfileParamsList},
    ObjectType{"KalturaFlavorParamsListResponse", "KalturaListResponse", kParamsList},
    ObjectType{"KalturaFlavorAssetListResponse", "KalturaListResponse", kAssets},
};

}  // namespace

std::span<const ObjectType> profile_types() { return kTypes; }

}  // namespace klive::kaltura::types
