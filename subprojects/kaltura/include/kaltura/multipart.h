// SPDX-License-Identifier: LGPL-2.1-or-later
// multipart/form-data (RFC 7578): how clients send files beside the parameters of a call.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace klive::kaltura {

/// One part. Plain value; `content` borrows from the body.
struct Part {
  std::string name;
  std::optional<std::string> file_name;  ///< a part with one is a file
  std::string_view content;
};

struct MultipartLimits {
  size_t parts = 256;
  size_t header_size = 4096;  ///< bytes of one part's headers
};

/// `content_type` is the header's value, with its boundary. A body that ends before its last
/// boundary is refused.
[[nodiscard]] base::Result<std::vector<Part>> parse_multipart(std::string_view content_type,
                                                              std::string_view body,
                                                              const MultipartLimits &limits = {});

}  // namespace klive::kaltura
