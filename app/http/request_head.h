// SPDX-License-Identifier: LGPL-2.1-or-later
// The head of an HTTP/1.1 request (RFC 9112), read strictly: what a careful client never sends is
// refused, so that no front and we ever read the same bytes differently.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace klive::app::http {

enum class Method { kGet, kHead, kPost, kOptions, kOther };

/// Plain value.
struct RequestHead {
  Method method = Method::kOther;
  std::string path;   ///< as sent, begins with '/'; "*" of OPTIONS is "/"
  std::string query;  ///< as sent, without '?'
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  uint64_t body_size = 0;
  bool is_kept_alive = true;
  bool awaits_continue = false;  ///< "Expect: 100-continue"

  /// The value of a header, `name` in lower case; empty if there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

constexpr size_t kMaxHead = 16384;

struct HeadResult {
  enum class What { kIncomplete, kWhole, kBad } what = What::kIncomplete;
  RequestHead head;                ///< of kWhole
  size_t size = 0;                 ///< bytes that the head took, of kWhole
  unsigned status = 0;             ///< to refuse with, of kBad
  const char *sentence = nullptr;  ///< why, of kBad
};
[[nodiscard]] HeadResult parse_request_head(std::string_view bytes);

}  // namespace klive::app::http
