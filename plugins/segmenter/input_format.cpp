// SPDX-License-Identifier: LGPL-2.1-or-later
// Reading codec and decoder configuration out of caps.
#include "input_format.h"

#include <array>
#include <string>
#include <string_view>

namespace klive::segmenter {
namespace {

struct Row {
  std::string_view media_type;
  cmaf::Codec codec;
};
constexpr std::array kRows = {
    Row{"video/x-h264", cmaf::Codec::kH264},
    Row{"audio/mpeg", cmaf::Codec::kAac},
};

}  // namespace

base::Result<cmaf::TrackFormat> format_of(GstCaps *caps) {
  const GstStructure *structure = gst_caps_get_structure(caps, 0);
  const std::string_view media_type = gst_structure_get_name(structure);
  for (const Row &row : kRows) {
    if (row.media_type != media_type) continue;
    const GValue *value = gst_structure_get_value(structure, "codec_data");
    GstBuffer *data = value ? gst_value_get_buffer(value) : nullptr;
    GstMapInfo map;
    if (!data || !gst_buffer_map(data, &map, GST_MAP_READ)) {
      return base::fail(base::ErrorCode::kRefused,
                        std::string(media_type) + " without codec_data: put a parser in front");
    }
    auto format = cmaf::make_format(row.codec, {map.data, map.size});
    gst_buffer_unmap(data, &map);
    return format;
  }
  return base::fail(base::ErrorCode::kRefused, std::string(media_type) + " is not carried");
}

}  // namespace klive::segmenter
