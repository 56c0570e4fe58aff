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
    Row{"video/x-h264", cmaf::Codec::kH264}, Row{"video/x-h265", cmaf::Codec::kHevc},
    Row{"video/x-av1", cmaf::Codec::kAv1},   Row{"audio/mpeg", cmaf::Codec::kAac},
    Row{"audio/x-ac3", cmaf::Codec::kAc3},
};

}  // namespace

bool describes_itself(GstCaps *caps) {
  return gst_structure_has_name(gst_caps_get_structure(caps, 0), "audio/x-ac3");
}

base::Result<cmaf::TrackFormat> format_of_frame(base::ByteView frame) {
  base::ByteReader in(frame);
  const bool is_frame = in.u16() == 0x0b77;
  in.skip(2);                      // crc1
  const uint32_t code = in.u8();   // fscod:2 frmsizecod:6
  const uint32_t kind = in.u8();   // bsid:5 bsmod:3
  const uint32_t mode = in.u16();  // acmod:3, then what acmod says is there, then lfeon:1
  if (!is_frame || !in.ok()) {
    return base::fail(base::ErrorCode::kInvalid, "the frame is no AC-3 frame");
  }
  const uint32_t channels = mode >> 13;
  uint32_t before_lfe = 3;
  if ((channels & 1) && channels != 1) before_lfe += 2;  // cmixlev
  if (channels & 4) before_lfe += 2;                     // surmixlev
  if (channels == 2) before_lfe += 2;                    // dsurmod
  const uint32_t lfe = mode >> (15 - before_lfe) & 1;
  // fscod:2 bsid:5 bsmod:3 acmod:3 lfeon:1 bit_rate_code:5 reserved:5
  const uint32_t box =
      (code >> 6) << 22 | kind << 14 | channels << 11 | lfe << 10 | (code & 0x3f) >> 1 << 5;
  base::Bytes config;
  base::ByteWriter(config).u24(box);
  return cmaf::make_format(cmaf::Codec::kAc3, config);
}

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
