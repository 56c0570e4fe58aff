// SPDX-License-Identifier: LGPL-2.1-or-later
// An API request as Kaltura's clients send it: /api_v3/service/S/action/A,
// index.php?service=S&action=A, form or JSON body.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <json-glib/json-glib.h>

#include "base/result.h"
#include "kaltura/api_error.h"

namespace klive::kaltura {

struct RequestLimits {
  size_t body_size = 1024 * 1024;
  size_t depth = 16;
  size_t members = 4096;  ///< in all
};

/// One call. Names are lower case; parameters are one JSON object whatever way they came.
/// Move-only owner of the JSON tree.
class Request {
 public:
  Request() = default;
  Request(Request &&other) noexcept;
  Request &operator=(Request &&other) noexcept;
  ~Request();

  std::string service, action;
  std::string ks;
  int format = 2;  ///< 1 JSON, 2 XML, 9 JSONP
  std::optional<int64_t> partner;

  /// The value of a top-level parameter, "entryId"; form values are strings and are converted.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] std::optional<int64_t> integer(std::string_view name) const;
  /// A nested object ("liveStreamEntry", "filter"), borrowed; null when absent.
  [[nodiscard]] JsonObject *object(std::string_view name) const;

  JsonObject *parameters = nullptr;  ///< owned
};

/// Form fields nest by ':' ("filter:idIn=…"), an empty array is "streams:-=". Errors say what is
/// malformed.
[[nodiscard]] base::Result<Request> parse_request(std::string_view path, std::string_view query,
                                                  std::string_view content_type,
                                                  std::string_view body,
                                                  const RequestLimits &limits = {});

/// Serialises a result node (borrowed; null = nothing) or an error as Kaltura does. `format` 1 =
/// JSON, 2 = XML, 9 = JSONP, which calls `callback` (checked by the caller).
[[nodiscard]] std::string write_result(JsonNode *result, int format, double execution_seconds,
                                       std::string_view callback = "callback");
[[nodiscard]] std::string write_error(const ApiError &error, int format, double execution_seconds,
                                      std::string_view callback = "callback");

/// A member of an object converted the way the wire does it ("1" is 1 and true); absent or null →
/// nothing.
[[nodiscard]] std::optional<std::string> member_text(JsonObject *object, const char *name);
[[nodiscard]] std::optional<int64_t> member_integer(JsonObject *object, const char *name);

}  // namespace klive::kaltura
