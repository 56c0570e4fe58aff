// SPDX-License-Identifier: LGPL-2.1-or-later
// PublishAddress: every spelling of a Kaltura publish address, as one value.
//
// RTMP gives three texts: tcUrl and app from `connect`, and the stream name from `publish`. Any of
// them may carry the four keys p (partner), e (entry), i (index: 0 primary, 1 backup), t (token);
// the host may carry entry and side. See README of this folder for the table of spellings; the same
// table is the test.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace klive::kaltura {

enum class Side { kPrimary = 0, kBackup = 1 };
[[nodiscard]] std::string_view side_name(Side side);  ///< "primary", "backup"

/// Where an encoder wants to publish. Plain value. `token` never goes to a log.
struct PublishAddress {
  std::string entry;  ///< "1_abcd1234"; checked: [01]_ and 8 of [0-9a-z]
  Side side = Side::kPrimary;
  std::string token;  ///< percent-decoded
  std::optional<int64_t> partner;
  std::string app;          ///< "kLive", "kLiveOTD"; without query and /_definst_
  std::string stream_name;  ///< canonical: "1"…; empty before `publish`
};

/// From `connect` alone; what is missing may still come with the stream name, so only
/// contradictions and malformed values are refused (differing entry ids, a bad index, a bad
/// escape). `entry`, `token` may be empty.
[[nodiscard]] base::Result<PublishAddress> parse_connect(std::string_view tc_url,
                                                         std::string_view app);

/// From `connect` and `publish` together: complete, or refused with the sentence for the encoder.
/// Errors never repeat the token.
[[nodiscard]] base::Result<PublishAddress> parse_publish(std::string_view tc_url,
                                                         std::string_view app,
                                                         std::string_view stream_name);

/// [01]_ followed by eight of [0-9a-z].
[[nodiscard]] bool is_entry_id(std::string_view text);

/// The text with the values of t= (and p= of SRT) replaced by "…", for logs.
[[nodiscard]] std::string redact(std::string_view url);

}  // namespace klive::kaltura
