// SPDX-License-Identifier: LGPL-2.1-or-later
// An API request as Kaltura's clients send it: /api_v3/service/S/action/A,
// index.php?service=S&action=A, form, JSON or multipart body, one call or a multirequest.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kaltura/value.h"

namespace klive::kaltura {

enum class Format { kJson = 1, kXml = 2, kJsonp = 9 };

struct RequestLimits {
  size_t body_size = 1024 * 1024;
  size_t file_body_size = 16 * 1024 * 1024;  ///< of a multipart body, which may carry a file
  size_t depth = 16;
  size_t members = 4096;  ///< in all
  size_t calls = 100;     ///< of a multirequest
};

/// A file of a multipart body. Plain value; `content` borrows from the body.
struct UploadedFile {
  std::string name;
  std::string_view content;
};

/// One call. Plain value, but for what the files borrow.
struct Request {
  std::string service, action;  ///< lower case
  std::string ks;
  std::string client_tag;
  std::optional<int64_t> partner;  ///< that the caller wants to act for
  Value parameters = Value::Object();
  std::map<std::string, UploadedFile> files;
};

/// What came in one HTTP request.
struct Envelope {
  Format format = Format::kXml;
  std::string callback;  ///< of JSONP, as given
  bool is_batch = false;
  std::vector<Request> requests;  ///< exactly one unless it is a batch
};

/// Form fields nest by ':' ("filter:idIn=…"), an empty array is "streams:-=". Pairs in the path
/// count more than the body, the body more than the query. Errors say what is malformed.
[[nodiscard]] base::Result<Envelope> parse_request(std::string_view path, std::string_view query,
                                                   std::string_view content_type,
                                                   std::string_view body,
                                                   const RequestLimits &limits = {});

/// The form of an answer to a request that could not be read.
[[nodiscard]] Format format_without_request(std::string_view query, std::string_view content_type);

/// Replaces "{n:result:path}" in the texts of `parameters`; n counts the results from 1, in the
/// path the parts are separated by ':'. Returns the first that leads to no scalar, when there is
/// one.
[[nodiscard]] std::optional<std::string> resolve_references(Value &parameters,
                                                            const std::vector<Value> &results);

}  // namespace klive::kaltura
