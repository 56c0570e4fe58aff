// SPDX-License-Identifier: LGPL-2.1-or-later
// The enumerations of Kaltura's API that klive speaks. Values that only plug-ins have which klive
// lacks are left out.
#include <array>

#include "kaltura/object_type.h"

namespace klive::kaltura {
namespace {

constexpr EnumValue kEntryStatus[] = {
    {"ERROR_IMPORTING", "-2"},
    {"ERROR_CONVERTING", "-1"},
    {"IMPORT", "0"},
    {"PRECONVERT", "1"},
    {"READY", "2"},
    {"DELETED", "3"},
    {"PENDING", "4"},
    {"MODERATE", "5"},
    {"BLOCKED", "6"},
    {"NO_CONTENT", "7"},
};
constexpr EnumValue kEntryType[] = {
    {"AUTOMATIC", "-1"}, {"MEDIA_CLIP", "1"},  {"MIX", "2"},          {"PLAYLIST", "5"},
    {"DATA", "6"},       {"LIVE_STREAM", "7"}, {"LIVE_CHANNEL", "8"}, {"DOCUMENT", "10"},
};
constexpr EnumValue kEntryReplacementStatus[] = {
    {"NONE", "0"},
    {"APPROVED_BUT_NOT_READY", "1"},
    {"READY_BUT_NOT_APPROVED", "2"},
    {"NOT_READY_AND_NOT_APPROVED", "3"},
    {"FAILED", "4"},
};
constexpr EnumValue kEntryDisplayInSearchType[] = {
    {"RECYCLED", "-2"},    {"SYSTEM", "-1"},         {"NONE", "0"},
    {"PARTNER_ONLY", "1"}, {"KALTURA_NETWORK", "2"},
};
constexpr EnumValue kMediaType[] = {
    {"VIDEO", "1"},
    {"IMAGE", "2"},
    {"AUDIO", "5"},
    {"LIVE_STREAM_FLASH", "201"},
    {"LIVE_STREAM_WINDOWS_MEDIA", "202"},
    {"LIVE_STREAM_REAL_MEDIA", "203"},
    {"LIVE_STREAM_QUICKTIME", "204"},
};
constexpr EnumValue kSourceType[] = {
    {"FILE", "1"},
    {"WEBCAM", "2"},
    {"URL", "5"},
    {"SEARCH_PROVIDER", "6"},
    {"AKAMAI_LIVE", "29"},
    {"MANUAL_LIVE_STREAM", "30"},
    {"AKAMAI_UNIVERSAL_LIVE", "31"},
    {"LIVE_STREAM", "32"},
    {"LIVE_CHANNEL", "33"},
    {"RECORDED_LIVE", "34"},
    {"CLIP", "35"},
    {"KALTURA_RECORDED_LIVE", "36"},
    {"LECTURE_CAPTURE", "37"},
    {"LIVE_STREAM_ONTEXTDATA_CAPTIONS", "42"},
};
constexpr EnumValue kRecordStatus[] = {
    {"DISABLED", "0"},
    {"APPENDED", "1"},
    {"PER_SESSION", "2"},
};
constexpr EnumValue kDVRStatus[] = {
    {"DISABLED", "0"},
    {"ENABLED", "1"},
};
constexpr EnumValue kLivePublishStatus[] = {
    {"DISABLED", "0"},
    {"ENABLED", "1"},
};
constexpr EnumValue kEntryServerNodeStatus[] = {
    {"ERROR", "-1"},         {"STOPPED", "0"},       {"PLAYABLE", "1"},
    {"BROADCASTING", "2"},   {"AUTHENTICATED", "3"}, {"MARKED_FOR_DELETION", "4"},
    {"TASK_PENDING", "5"},   {"TASK_QUEUED", "6"},   {"TASK_PROCESSING", "7"},
    {"TASK_UPLOADING", "8"}, {"TASK_FINISHED", "9"},
};
constexpr EnumValue kNullableBoolean[] = {
    {"NULL_VALUE", "-1"},
    {"FALSE_VALUE", "0"},
    {"TRUE_VALUE", "1"},
};
constexpr EnumValue kViewMode[] = {
    {"PREVIEW", "0"},
    {"ALLOW_ALL", "1"},
};
constexpr EnumValue kRecordingStatus[] = {
    {"STOPPED", "0"},
    {"PAUSED", "1"},
    {"ACTIVE", "2"},
    {"DISABLED", "3"},
};
constexpr EnumValue kPlaybackProtocol[] = {
    {"APPLE_HTTP", "applehttp"},
    {"APPLE_HTTP_TO_MC", "applehttp_to_mc"},
    {"AUTO", "auto"},
    {"DOWNLOAD", "download"},
    {"AKAMAI_HD", "hdnetwork"},
    {"AKAMAI_HDS", "hdnetworkmanifest"},
    {"HDS", "hds"},
    {"HLS", "hls"},
    {"HTTP", "http"},
    {"MPEG_DASH", "mpegdash"},
    {"MULTICAST_SL", "multicast_silverlight"},
    {"RTMP", "rtmp"},
    {"RTSP", "rtsp"},
    {"SILVER_LIGHT", "sl"},
    {"URL", "url"},
};
constexpr EnumValue kLiveStreamBroadcastStatus[] = {
    {"OFFLINE", "1"},
    {"PREVIEW", "2"},
    {"LIVE", "3"},
};
constexpr EnumValue kConversionProfileStatus[] = {
    {"DISABLED", "1"},
    {"ENABLED", "2"},
    {"DELETED", "3"},
};
constexpr EnumValue kConversionProfileType[] = {
    {"MEDIA", "1"},
    {"LIVE_STREAM", "2"},
};
constexpr EnumValue kFlavorReadyBehaviorType[] = {
    {"NO_IMPACT", "0"},
    {"INHERIT_FLAVOR_PARAMS", "0"},
    {"REQUIRED", "1"},
    {"OPTIONAL", "2"},
};
constexpr EnumValue kAssetParamsOrigin[] = {
    {"CONVERT", "0"},
    {"INGEST", "1"},
    {"CONVERT_WHEN_MISSING", "2"},
};
constexpr EnumValue kVideoCodec[] = {
    {"NONE", ""},       {"APCH", "apch"},   {"APCN", "apcn"},     {"APCO", "apco"},
    {"APCS", "apcs"},   {"AV1", "av1"},     {"COPY", "copy"},     {"DNXHD", "dnxhd"},
    {"DV", "dv"},       {"FLV", "flv"},     {"H263", "h263"},     {"H264", "h264"},
    {"H264B", "h264b"}, {"H264H", "h264h"}, {"H264M", "h264m"},   {"H265", "h265"},
    {"MPEG2", "mpeg2"}, {"MPEG4", "mpeg4"}, {"THEORA", "theora"}, {"VP6", "vp6"},
    {"VP8", "vp8"},     {"VP9", "vp9"},     {"WMV2", "wmv2"},     {"WMV3", "wmv3"},
    {"WVC1A", "wvc1a"},
};
constexpr EnumValue kAudioCodec[] = {
    {"NONE", ""},         {"AAC", "aac"},   {"AACHE", "aache"},   {"AC3", "ac3"},
    {"AMRNB", "amrnb"},   {"COPY", "copy"}, {"EAC3", "eac3"},     {"MP3", "mp3"},
    {"MPEG2", "mpeg2"},   {"PCM", "pcm"},   {"VORBIS", "vorbis"}, {"WMA", "wma"},
    {"WMAPRO", "wmapro"},
};
constexpr EnumValue kContainerFormat[] = {
    {"_3GP", "3gp"},      {"APPLEHTTP", "applehttp"},
    {"AVI", "avi"},       {"BIF", "bif"},
    {"BMP", "bmp"},       {"COPY", "copy"},
    {"FLV", "flv"},       {"HLS", "hls"},
    {"ISMA", "isma"},     {"ISMV", "ismv"},
    {"JPG", "jpg"},       {"M2TS", "m2ts"},
    {"M4V", "m4v"},       {"MKV", "mkv"},
    {"MOV", "mov"},       {"MP3", "mp3"},
    {"MP4", "mp4"},       {"MPEG", "mpeg"},
    {"MPEGTS", "mpegts"}, {"MXF", "mxf"},
    {"OGG", "ogg"},       {"OGV", "ogv"},
    {"PDF", "pdf"},       {"PNG", "png"},
    {"SWF", "swf"},       {"WAV", "wav"},
    {"WEBM", "webm"},     {"WMA", "wma"},
    {"WMV", "wmv"},       {"WVM", "wvm"},
};
constexpr EnumValue kFlavorAssetStatus[] = {
    {"ERROR", "-1"},    {"QUEUED", "0"},         {"CONVERTING", "1"}, {"READY", "2"},
    {"DELETED", "3"},   {"NOT_APPLICABLE", "4"}, {"TEMP", "5"},       {"WAIT_FOR_CONVERT", "6"},
    {"IMPORTING", "7"}, {"VALIDATING", "8"},     {"EXPORTING", "9"},
};
constexpr EnumValue kEntryServerNodeType[] = {
    {"LIVE_PRIMARY", "0"},
    {"LIVE_BACKUP", "1"},
    {"LIVE_CLIPPING_TASK", "2"},
};
constexpr EnumValue kEntryServerNodeRecordingStatus[] = {
    {"STOPPED", "0"},
    {"ON_GOING", "1"},
    {"DONE", "2"},
    {"DISMISSED", "3"},
};
constexpr EnumValue kServerNodeStatus[] = {
    {"ACTIVE", "1"},         {"DISABLED", "2"},        {"DELETED", "3"},
    {"NOT_REGISTERED", "4"}, {"NOT_OPERATIONAL", "5"},
};
constexpr EnumValue kScheduleEventStatus[] = {
    {"CANCELLED", "1"},
    {"ACTIVE", "2"},
    {"DELETED", "3"},
};
constexpr EnumValue kScheduleEventRecurrenceType[] = {
    {"NONE", "0"},
    {"RECURRING", "1"},
    {"RECURRENCE", "2"},
};
constexpr EnumValue kBeaconObjectTypes[] = {
    {"SCHEDULE_RESOURCE_BEACON", "1"},
    {"ENTRY_SERVER_NODE_BEACON", "2"},
    {"SERVER_NODE_BEACON", "3"},
    {"ENTRY_BEACON", "4"},
};
constexpr EnumValue kUploadTokenStatus[] = {
    {"PENDING", "0"}, {"PARTIAL_UPLOAD", "1"}, {"FULL_UPLOAD", "2"},
    {"CLOSED", "3"},  {"TIMED_OUT", "4"},      {"DELETED", "5"},
};
constexpr EnumValue kSessionType[] = {
    {"USER", "0"},
    {"ADMIN", "2"},
};
constexpr EnumValue kPartnerStatus[] = {
    {"DELETED", "0"}, {"ACTIVE", "1"}, {"BLOCKED", "2"}, {"FULL_BLOCK", "3"}, {"READ_ONLY", "4"},
};
constexpr EnumValue kPermissionType[] = {
    {"NORMAL", "1"},
    {"SPECIAL_FEATURE", "2"},
    {"PLUGIN", "3"},
    {"PARTNER_GROUP", "4"},
};
constexpr EnumValue kPermissionStatus[] = {
    {"ACTIVE", "1"},
    {"BLOCKED", "2"},
    {"DELETED", "3"},
};

constexpr std::array kAll = {
    Enumeration{"KalturaEntryStatus", true, kEntryStatus},
    Enumeration{"KalturaEntryType", true, kEntryType},
    Enumeration{"KalturaEntryReplacementStatus", true, kEntryReplacementStatus},
    Enumeration{"KalturaEntryDisplayInSearchType", false, kEntryDisplayInSearchType},
    Enumeration{"KalturaMediaType", false, kMediaType},
    Enumeration{"KalturaSourceType", true, kSourceType},
    Enumeration{"KalturaRecordStatus", false, kRecordStatus},
    Enumeration{"KalturaDVRStatus", false, kDVRStatus},
    Enumeration{"KalturaLivePublishStatus", false, kLivePublishStatus},
    Enumeration{"KalturaEntryServerNodeStatus", false, kEntryServerNodeStatus},
    Enumeration{"KalturaNullableBoolean", false, kNullableBoolean},
    Enumeration{"KalturaViewMode", false, kViewMode},
    Enumeration{"KalturaRecordingStatus", false, kRecordingStatus},
    Enumeration{"KalturaPlaybackProtocol", true, kPlaybackProtocol},
    Enumeration{"KalturaLiveStreamBroadcastStatus", false, kLiveStreamBroadcastStatus},
    Enumeration{"KalturaConversionProfileStatus", true, kConversionProfileStatus},
    Enumeration{"KalturaConversionProfileType", true, kConversionProfileType},
    Enumeration{"KalturaFlavorReadyBehaviorType", false, kFlavorReadyBehaviorType},
    Enumeration{"KalturaAssetParamsOrigin", false, kAssetParamsOrigin},
    Enumeration{"KalturaVideoCodec", true, kVideoCodec},
    Enumeration{"KalturaAudioCodec", true, kAudioCodec},
    Enumeration{"KalturaContainerFormat", true, kContainerFormat},
    Enumeration{"KalturaFlavorAssetStatus", false, kFlavorAssetStatus},
    Enumeration{"KalturaEntryServerNodeType", true, kEntryServerNodeType},
    Enumeration{"KalturaEntryServerNodeRecordingStatus", false, kEntryServerNodeRecordingStatus},
    Enumeration{"KalturaServerNodeStatus", false, kServerNodeStatus},
    Enumeration{"KalturaScheduleEventStatus", false, kScheduleEventStatus},
    Enumeration{"KalturaScheduleEventRecurrenceType", false, kScheduleEventRecurrenceType},
    Enumeration{"KalturaBeaconObjectTypes", true, kBeaconObjectTypes},
    Enumeration{"KalturaUploadTokenStatus", false, kUploadTokenStatus},
    Enumeration{"KalturaSessionType", false, kSessionType},
    Enumeration{"KalturaPartnerStatus", false, kPartnerStatus},
    Enumeration{"KalturaPermissionType", false, kPermissionType},
    Enumeration{"KalturaPermissionStatus", false, kPermissionStatus},
};

}  // namespace

std::span<const Enumeration> enumerations() { return kAll; }

}  // namespace klive::kaltura
