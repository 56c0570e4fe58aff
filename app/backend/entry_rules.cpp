// SPDX-License-Identifier: LGPL-2.1-or-later
// The rules that an entry's fields keep.
#include "backend/entry_rules.h"

#include <glib.h>

#include <algorithm>

#include "kaltura/publish_address.h"

namespace klive::app {
namespace {

using Kind = BrokenRule::Kind;

constexpr int64_t kMinName = 5, kMaxName = 256, kMaxDescription = 10000, kMaxTags = 1024;
constexpr int64_t kMaxToken = 128;
constexpr int64_t kMinWindow = 1, kMaxWindow = 7 * 24 * 60;                 // minutes
constexpr int64_t kMinSegmentDuration = 2000, kMaxSegmentDuration = 20000;  // ms

std::optional<BrokenRule> length_rule(const char *field, const std::string &text, int64_t least,
                                      int64_t most) {
  if (!g_utf8_validate_len(text.data(), text.size(), nullptr)) {
    return BrokenRule{field, Kind::kForm, 0, "UTF-8 text"};
  }
  const int64_t length = g_utf8_strlen(text.data(), static_cast<gssize>(text.size()));
  if (length < least) return BrokenRule{field, Kind::kMinLength, least, {}};
  if (length > most) return BrokenRule{field, Kind::kMaxLength, most, {}};
  return std::nullopt;
}

std::optional<BrokenRule> value_rule(const char *field, int64_t value, int64_t least,
                                     int64_t most) {
  if (value < least) return BrokenRule{field, Kind::kMinValue, least, {}};
  if (value > most) return BrokenRule{field, Kind::kMaxValue, most, {}};
  return std::nullopt;
}

// It is typed into encoders and put into URLs; what cannot be typed helps nobody.
std::optional<BrokenRule> token_rule(const std::string &token) {
  if (auto broken = length_rule("streamPassword", token, 0, kMaxToken)) return broken;
  const bool printable =
      std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (printable) return std::nullopt;
  return BrokenRule{"streamPassword", Kind::kForm, 0, "printable ASCII without spaces"};
}

}  // namespace

std::string BrokenRule::sentence() const {
  const std::string number = std::to_string(bound);
  switch (kind) {
    case Kind::kMinLength:
      return std::string(field) + " needs at least " + number + " characters";
    case Kind::kMaxLength:
      return std::string(field) + " takes at most " + number + " characters";
    case Kind::kMinValue:
      return std::string(field) + " must be at least " + number;
    case Kind::kMaxValue:
      return std::string(field) + " must be at most " + number;
    case Kind::kForm:
      break;
  }
  return std::string(field) + " must be " + needed;
}

std::optional<BrokenRule> broken_rule(const Entry &entry) {
  const bool is_live = entry.type == EntryType::kLiveStream;
  if (!entry.id.empty() && !kaltura::is_entry_id(entry.id)) {
    return BrokenRule{"id", Kind::kForm, 0, "1_ or 0_ and eight of 0-9 a-z"};
  }
  if (auto broken = length_rule("name", entry.name, is_live ? kMinName : 1, kMaxName))
    return broken;
  if (auto broken = length_rule("description", entry.description, 0, kMaxDescription)) {
    return broken;
  }
  if (auto broken = length_rule("adminTags", entry.admin_tags, 0, kMaxTags)) return broken;
  if (auto broken = token_rule(entry.token)) return broken;
  if (!is_live) return std::nullopt;
  if (auto broken = value_rule("dvrWindow", entry.dvr_window_minutes, kMinWindow, kMaxWindow)) {
    return broken;
  }
  return value_rule("segmentDuration", entry.segment_duration_ms, kMinSegmentDuration,
                    kMaxSegmentDuration);
}

}  // namespace klive::app
