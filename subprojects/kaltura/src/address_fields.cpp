// SPDX-License-Identifier: LGPL-2.1-or-later
// What publish addresses of every protocol are made of: entry ids, tokens, numbers of streams.
#include "address_fields.h"

#include <algorithm>

#include "kaltura/publish_address.h"

namespace klive::kaltura {
namespace {

using base::ErrorCode;

constexpr size_t kMaxToken = 256;
constexpr size_t kMaxNumberDigits = 6;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::pair<std::string_view, std::string_view> split_at(std::string_view text, char separator) {
  const size_t at = text.find(separator);
  if (at == std::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

bool is_entry_id(std::string_view text) {
  return text.size() == kEntrySize && (text[0] == '0' || text[0] == '1') && text[1] == '_' &&
         std::all_of(text.begin() + 2, text.end(),
                     [](char c) { return is_digit(c) || (c >= 'a' && c <= 'z'); });
}

std::optional<std::string_view> entry_id_of(std::string_view text) {
  if (text.size() > kEntrySize + 1 && text[text.size() - kEntrySize - 1] == '-') {
    text.remove_prefix(text.size() - kEntrySize);
  }
  if (!is_entry_id(text)) return std::nullopt;
  return text;
}

base::Failure refuse_entry(std::string_view key) {
  // Not repeated: it may be a token typed into the wrong place.
  return base::fail(ErrorCode::kInvalid, "Invalid argument: entryId. " + std::string(key) +
                                             "= must be an entry id: 1_ and eight of 0-9 a-z, " +
                                             std::string(key) + "=1_abcd1234.");
}

base::Failure refuse_two_entries(std::string_view first_from, std::string_view first,
                                 std::string_view from, std::string_view entry) {
  return base::fail(ErrorCode::kRefused, "Entry ids differ: " + std::string(first_from) + " says " +
                                             std::string(first) + ", " + std::string(from) +
                                             " says " + std::string(entry) +
                                             ". Take the URL and the stream key of one entry.");
}

bool is_token(std::string_view text) {
  return text.size() <= kMaxToken && std::all_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
         });
}

base::Failure refuse_token(std::string_view key) {
  return base::fail(ErrorCode::kInvalid,
                    "Invalid argument: token. " + std::string(key) +
                        "= must be the token of the entry, at most 256 characters and no control "
                        "characters.");
}

bool is_stream_number(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNumberDigits && text[0] != '0' &&
         std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace klive::kaltura
