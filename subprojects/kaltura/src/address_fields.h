// SPDX-License-Identifier: LGPL-2.1-or-later
// What publish addresses of every protocol are made of: entry ids, tokens, numbers of streams.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace klive::kaltura {

inline constexpr size_t kEntrySize = 10;  // "1_abcd1234"

/// The text in front of the first separator and what is behind it; all and nothing without one.
[[nodiscard]] std::pair<std::string_view, std::string_view> split_at(std::string_view text,
                                                                     char separator);

/// The entry id of "1_abcd1234" or "<backend>-1_abcd1234"; nothing when it is neither.
[[nodiscard]] std::optional<std::string_view> entry_id_of(std::string_view text);
[[nodiscard]] base::Failure refuse_entry(std::string_view key);
/// What differing entry ids are refused with; `from` says where each of them stood.
[[nodiscard]] base::Failure refuse_two_entries(std::string_view first_from, std::string_view first,
                                               std::string_view from, std::string_view entry);

/// At most 256 characters, none of them a control character.
[[nodiscard]] bool is_token(std::string_view text);
[[nodiscard]] base::Failure refuse_token(std::string_view key);

/// 1 to 999999, without a leading zero.
[[nodiscard]] bool is_stream_number(std::string_view text);

}  // namespace klive::kaltura
