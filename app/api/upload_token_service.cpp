// SPDX-License-Identifier: LGPL-2.1-or-later
// The service uploadToken. Tokens can be made and found; this server takes no files yet, and says
// so when one comes.
#include <array>
#include <string>

#include "api/actions.h"
#include "api/fields.h"
#include "api/objects.h"
#include "backend/random_text.h"

namespace klive::app::api {
namespace {

using kaltura::ApiError;
using kaltura::Purpose;
using kaltura::Value;

constexpr std::string_view kNotFound = "UPLOAD_TOKEN_NOT_FOUND";
constexpr const char *kType = "KalturaUploadToken";
constexpr int64_t kPending = 0;  // Kaltura's UploadTokenStatus
constexpr size_t kIdSize = 32;

ActionResult add(const Call &call) {
  Value token = Value::of_type(kType);
  if (const Value *given = call.object("uploadToken")) {
    if (auto error = merge(token, *given, Purpose::kAdd)) return *std::move(error);
  }
  token["id"] = "1_" + random_hex(kIdSize);
  token["partnerId"] = call.caller.partner;
  token["userId"] = call.caller.ks->user;
  token["status"] = kPending;
  token["uploadedFileSize"] = 0.0;
  token["createdAt"] = call.now;
  token["updatedAt"] = call.now;
  if (auto done = call.objects().add(kind::kUploadToken, token); !done) {
    return store_error(done.error(), kNotFound, {});
  }
  return token;
}

std::variant<Value, ApiError> find(const Call &call) {
  return find_object(call, kind::kUploadToken, call.text("uploadTokenId"), kNotFound);
}

ActionResult get(const Call &call) {
  return get_object(call, kind::kUploadToken, call.text("uploadTokenId"), kNotFound);
}

ActionResult list(const Call &call) {
  return list_objects(call, kind::kUploadToken, "KalturaUploadTokenFilter",
                      "KalturaUploadTokenListResponse");
}

ActionResult upload(const Call &call) {
  auto found = find(call);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  return not_carried_out(call, "this server takes no files");
}

ActionResult remove(const Call &call) {
  auto found = find(call);
  if (auto *error = std::get_if<ApiError>(&found)) return std::move(*error);
  const std::string id = std::get_if<Value>(&found)->text_of("id");
  return remove_object(call, kind::kUploadToken, id, kNotFound);
}

constexpr auto kTokenId = required(text_field("uploadTokenId"));
constexpr Parameter kAdd[] = {optional(object_field("uploadToken", kType))};
constexpr Parameter kToken[] = {kTokenId};
constexpr Parameter kList[] = {optional(object_field("filter", "KalturaUploadTokenFilter")),
                               kPager};
constexpr Parameter kUpload[] = {
    kTokenId,
    required(file_field("fileData")),
    optional(flag_field("resume"), "false"),
    optional(flag_field("finalChunk"), "true"),
    optional(number_field("resumeAt"), "-1"),
};

constexpr std::array kActions = {
    Action{"uploadToken", "add", Allowed::kAdmin, kAdd, kType, add},
    Action{"uploadToken", "get", Allowed::kAdmin, kToken, kType, get},
    Action{"uploadToken", "list", Allowed::kAdmin, kList, "KalturaUploadTokenListResponse", list},
    Action{"uploadToken", "upload", Allowed::kAdmin, kUpload, kType, upload},
    Action{"uploadToken", "delete", Allowed::kAdmin, kToken, "", remove},
};

}  // namespace

std::span<const Action> upload_token_actions() { return kActions; }

}  // namespace klive::app::api
