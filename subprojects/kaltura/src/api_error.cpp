// SPDX-License-Identifier: LGPL-2.1-or-later
// The texts of Kaltura's API errors.
#include "kaltura/api_error.h"

#include <array>

namespace klive::kaltura {
namespace {

struct ErrorText {
  std::string_view code, text;
};

// "@NAME@" is the place of an argument; arguments are in the order of their first place.
constexpr std::array kErrors = {
    ErrorText{"ENTRY_ID_NOT_FOUND", "Entry id \"@ENTRY_ID@\" not found"},
    ErrorText{"LIVE_STREAM_INVALID_TOKEN", "Invalid token supplied for live entry [@ENTRY_ID@]"},
    ErrorText{"LIVE_STREAM_EXCEEDED_MAX_PASSTHRU",
              "Partner exceeded max pass-through live streams in entry[@ENTRY_ID@]"},
    ErrorText{"LIVE_STREAM_EXCEEDED_MAX_TRANSCODED",
              "Partner exceeded max concurrent transcoded live streams in entry[@ENTRY_ID@]"},
    ErrorText{"LIVE_STREAM_EXCEEDED_MAX_RTC_STREAMS",
              "Partner [@PARTNER_ID@] exceeded max concurrent rtc streams allowed [@ALLOWED@]"},
    ErrorText{"LIVE_STREAM_EXCEEDED_MAX_CONCURRENT_BY_ADMIN_TAG",
              "entry [@ENTRY_ID@] exceeded max concurrent streams of tag [@ADMIN_TAG@] (allowed "
              "[@ALLOWED@])"},
    ErrorText{"LIVE_STREAM_EXCEEDED_MAX_RECORDED_DURATION",
              "Entry exceeded max recorded live stream duration in entry[@ENTRY_ID@]"},
    ErrorText{"LIVE_STREAM_ALREADY_BROADCASTING",
              "Entry [@ENTRY_ID@] already broadcasting to server [@MEDIA_SERVER@]"},
    ErrorText{"LIVE_STREAM_STATUS_CANNOT_BE_DETERMINED",
              "Status cannot be determined for live stream protocol [@PROT@]"},
    ErrorText{"CANNOT_UPDATE_FIELDS_WHILE_ENTRY_BROADCASTING",
              "Cannot update [@FIELD@] while entry is broadcasting"},
    ErrorText{"CANNOT_UPDATE_FIELDS_RECORDED_ENTRY_STILL_NOT_READY",
              "Cannot update [@FIELD@] while all vod entry flavors are not ready"},
    ErrorText{"MEDIA_SERVER_NOT_FOUND", "Media server [@MEDIA_SERVER_ID@] not found"},
    ErrorText{"NO_MEDIA_SERVER_FOUND", "No media server found for entry [@ENTRY_ID@]"},
    ErrorText{"SERVER_NODE_NOT_FOUND", "server node with host name [@HOST_NAME@] not found"},
    ErrorText{"ENTRY_SERVER_NODE_NOT_FOUND",
              "Entry server node with entry id [@ENTRY_ID@] and server type [@SERVER_TYPE@] not "
              "found"},
    ErrorText{"INGEST_NOT_FOUND_IN_CONVERSION_PROFILE",
              "Ingest \"@STREAM_NAME@\" is not in conversion profile"},
    ErrorText{"INVALID_STREAM_NAME", "Invalid stream name [@STREAM_NAME@]"},
    ErrorText{"RECORDING_DISABLED",
              "Record status attribute cannot be set, account has recording feature disabled"},
    ErrorText{"DYNAMIC_SEGMENT_DURATION_DISABLED",
              "Cannot edit segment duration. Dynamic segment duration feature is disabled"},
    ErrorText{"LIVE_CLIPPING_UNSUPPORTED_OPERATION",
              "Unsupported operation for live clipping: @OPERATION@"},
    ErrorText{"RECORDED_ENTRY_LIVE_MISMATCH",
              "Recorded entry [@RECORDED_ENTRY_ID@] was not created while streaming to the given "
              "live entry [@LIVE_ENTRY_ID@]"},
    ErrorText{"SERVICE_FORBIDDEN", "The access to service [@SERVICE@] is forbidden"},
    ErrorText{"SERVICE_FORBIDDEN_CONTENT_BLOCKED",
              "The access to this service is forbidden since the specified partner is blocked"},
    ErrorText{"INVALID_KS", "Invalid KS \"@KSID@\", Error \"@ERR_CODE@,@ERR_DESC@\""},
    ErrorText{"MISSING_KS", "Missing KS, session not established"},
    ErrorText{"START_SESSION_ERROR", "Error while starting session for partner [@PARTNER_ID@]"},
    ErrorText{"INVALID_PARTNER_ID", "Invalid partner id \"@PARTNER_ID@\""},
    ErrorText{"INTERNAL_SERVERL_ERROR", "Internal server error occurred"},
    ErrorText{"SERVICE_NOT_SPECIFIED", "Service name was not specified, please specify one"},
    ErrorText{"ACTION_NOT_SPECIFIED", "Action name was not specified, please specify one"},
    ErrorText{"SERVICE_DOES_NOT_EXISTS", "Service \"@SRV_NAME@\" does not exists"},
    ErrorText{"ACTION_DOES_NOT_EXISTS",
              "Action \"@ACTION_NAME@\" does not exists for service \"@SERVICE_NAME@\""},
    ErrorText{"MISSING_MANDATORY_PARAMETER", "Missing parameter \"@PARAM_NAME@\""},
    ErrorText{"INVALID_PARAMETER_VALUE", "Invalid value of parameter \"@PARAM_NAME@\": @NEEDED@"},
    ErrorText{"INVALID_PARAMETER_CHAR", "Invalid char in \"@XML_FIELD@\" field"},
    ErrorText{"INVALID_ENUM_VALUE",
              "Invalid enumeration value \"@ENUM_VAL@\" for parameter \"@PARAM_NAME@\", expecting "
              "enumeration type \"@ENUM_TYPE@\""},
    ErrorText{"OBJECT_TYPE_ABSTRACT",
              "The object type \"@OBJ_TYPE@\" is abstract, use one of the object implementations"},
    ErrorText{"PROPERTY_VALIDATION_MIN_LENGTH",
              "The property \"@PROP_NAME@\" must have a min length of @MIN_LEN@ characters"},
    ErrorText{"PROPERTY_VALIDATION_MAX_LENGTH",
              "The property \"@PROP_NAME@\" cannot have more than @MAX_LEN@ characters"},
    ErrorText{"PROPERTY_VALIDATION_CANNOT_BE_NULL", "The property \"@PROP_NAME@\" cannot be null"},
    ErrorText{"PROPERTY_VALIDATION_NUMERIC_VALUE", "The property \"@PROP_NAME@\" must be numeric"},
    ErrorText{"PROPERTY_VALIDATION_WRONG_FORMAT",
              "The property \"@PROP_NAME@\" must match format @FORMAT@"},
    ErrorText{"PROPERTY_VALIDATION_MIN_VALUE",
              "The property \"@PROP_NAME@\" must have a min value of @MIN_VAL@"},
    ErrorText{"PROPERTY_VALIDATION_MAX_VALUE",
              "The property \"@PROP_NAME@\" must have a max value of @MAX_VAL@"},
    ErrorText{"PROPERTY_VALIDATION_NOT_UPDATABLE",
              "The property \"@PROP_NAME@\" cannot be updated"},
    ErrorText{"PROPERTY_VALIDATION_ADMIN_PROPERTY",
              "The property \"@PROP_NAME@\" is updatable with admin session only"},
    ErrorText{"INVALID_ENTRY_TYPE",
              "Entry \"@ENTRY_NAME@\" type is \"@WRONG_ENTRY_TYPE@\", type must be "
              "\"@RIGHT_ENTRY_TYPE@\""},
    ErrorText{"ENTRY_TYPE_NOT_SUPPORTED", "Entry type \"@ENTRY_TYPE@\" not supported"},
    ErrorText{"ENTRY_SOURCE_TYPE_NOT_SUPPORTED",
              "Entry source type \"@SOURCE_TYPE@\" not supported"},
    ErrorText{"RESOURCE_TYPE_NOT_SUPPORTED", "Resource type \"@RES_TYPE@\" not supported"},
    ErrorText{"CANNOT_REGENERATE_STREAM_TOKEN_FOR_EXTERNAL_LIVE_STREAMS",
              "Cannot regenerate stream token for external live streams of type [@SOURCE_TYPE@]"},
    ErrorText{"CONVERSION_PROFILE_ID_NOT_FOUND", "Conversion profile id \"@ID@\" not found"},
    ErrorText{"CANNOT_DELETE_DEFAULT_CONVERSION_PROFILE",
              "Default conversion profile cannot be deleted"},
    ErrorText{"ASSET_PARAMS_INVALID_TYPE",
              "Asset params id \"@ASSET_PARAMS_ID@\" type \"@TYPE@\" is invalid"},
    ErrorText{"CONVERSION_PROFILE_ASSET_PARAMS_NOT_FOUND",
              "Conversion profile id \"@PROFILE_ID@\" asset params id \"@PARAMS_ID@\" not found"},
    ErrorText{"FLAVOR_PARAMS_ID_NOT_FOUND", "Flavor params id \"@ID@\" not found"},
    ErrorText{"FLAVOR_PARAMS_DUPLICATE", "Flavor params [@PARAMS@] defined more than once"},
    ErrorText{"FLAVOR_ASSET_ID_NOT_FOUND", "Flavor asset id \"@ID@\" not found"},
    ErrorText{"SYSTEM_NAME_ALREADY_EXISTS", "System name [@SYS_NAME@] already exists"},
    ErrorText{"SCHEDULE_EVENT_ID_NOT_FOUND", "Schedule Event id [@ID@] not found"},
    ErrorText{"UPLOAD_TOKEN_NOT_FOUND", "Upload token not found"},
    ErrorText{"UPLOAD_TOKEN_INVALID_STATUS_FOR_UPLOAD",
              "Upload token is in an invalid status for uploading a file, maybe the file was "
              "already uploaded"},
    ErrorText{"UPLOAD_TOKEN_CANNOT_RESUME",
              "Cannot resume the upload, original file was not found"},
    ErrorText{"UPLOAD_ERROR", "Upload failed"},
    ErrorText{"ENTRY_ID_NOT_REPLACED", "Entry id \"@ENTRY_ID@\" not replaced"},
    ErrorText{"INVALID_OBJECT_ID", "Invalid object id [@ID@]"},
    ErrorText{"START_WIDGET_SESSION_ERROR",
              "Error while starting session for widget id [@WIDGET_ID@]"},
    ErrorText{"PARTNER_ACCESS_FORBIDDEN",
              "Partner [@PARTNER_ID@] cannot access partner [@WANTED_PARTNER_ID@]"},
    ErrorText{"KALTURA_RECORDING_ENABLED",
              "Kaltura recording is enabled for partner [@PARTNER_ID@] use "
              "liveStream->setRecordedContent"},
    ErrorText{"KALTURA_RECORDING_DISABLED",
              "Kaltura recording is disabled for partner [@PARTNER_ID@] use "
              "liveStream->appendRecording"},
    // klive's own: what Kaltura has no words for.
    ErrorText{"SERVICE_UNAVAILABLE", "@SERVICE@ is not carried out by this server: @WHY@"},
    ErrorText{"INVALID_REQUEST", "The request cannot be read: @REASON@"},
};

}  // namespace

ApiError make_api_error(std::string_view code, const std::vector<std::string> &values) {
  const ErrorText *known = nullptr;
  for (const auto &error : kErrors) {
    if (error.code == code) known = &error;
  }
  if (known == nullptr) return make_api_error("INTERNAL_SERVERL_ERROR");

  ApiError error;
  error.code = known->code;
  std::string_view text = known->text;
  size_t next = 0;
  while (!text.empty()) {
    const size_t begin = text.find('@');
    error.message += text.substr(0, begin);
    if (begin == std::string_view::npos) break;
    const size_t end = text.find('@', begin + 1);
    if (end == std::string_view::npos) break;
    const std::string value = next < values.size() ? values[next++] : std::string();
    error.args.emplace_back(text.substr(begin + 1, end - begin - 1), value);
    error.message += value;
    text.remove_prefix(end + 1);
  }
  return error;
}

}  // namespace klive::kaltura
