// SPDX-License-Identifier: LGPL-2.1-or-later
// A profile as text: "Passthrough_Live" or "1=32,2=36,3=37:eng".
#include "profile.h"

#include <charconv>

#include "kaltura/publish_address.h"
#include "klive/live_profiles.h"

namespace klive::gst {
namespace {

constexpr size_t kEntrySize = 10;  // "1_abcd1234"

base::Result<kaltura::IngestFlavor> parse_one(std::string_view text) {
  const size_t equals = text.find('=');
  const size_t colon = text.find(':');
  kaltura::IngestFlavor flavor;
  if (equals != std::string_view::npos && equals > 0) {
    flavor.stream_name = text.substr(0, equals);
    const std::string_view id =
        text.substr(equals + 1, colon == std::string_view::npos ? colon : colon - equals - 1);
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), flavor.id);
    if (error == std::errc() && end == id.data() + id.size()) {
      if (colon != std::string_view::npos) flavor.language = text.substr(colon + 1);
      return flavor;
    }
  }
  return base::fail(base::ErrorCode::kInvalid,
                    "\"" + std::string(text) + "\" is not NAME=ID or NAME=ID:LANGUAGE");
}

}  // namespace

base::Result<std::vector<kaltura::IngestFlavor>> parse_profile(std::string_view text) {
  if (!text.empty() && text.find('=') == std::string_view::npos) {
    auto profile = shipped_profile(text);
    if (!profile) return base::fail(std::move(profile).error());
    return profile->ingest();
  }
  std::vector<kaltura::IngestFlavor> flavors;
  while (!text.empty()) {
    const size_t comma = text.find(',');
    auto flavor = parse_one(text.substr(0, comma));
    if (!flavor) return base::fail(std::move(flavor).error());
    flavors.push_back(*std::move(flavor));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return flavors;
}

std::string_view plain_stream_name(std::string_view stream_name) {
  stream_name = stream_name.substr(0, stream_name.find('?'));
  if (stream_name.size() > kEntrySize + 1 && stream_name[kEntrySize] == '_' &&
      kaltura::is_entry_id(stream_name.substr(0, kEntrySize)))
    stream_name.remove_prefix(kEntrySize + 1);
  return stream_name;
}

}  // namespace klive::gst
