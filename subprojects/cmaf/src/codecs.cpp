// SPDX-License-Identifier: LGPL-2.1-or-later
// The codec table. A codec is added by a file with its row and a line here.
#include "codecs.h"

#include <array>

#include "avc.h"
#include "mp4a.h"

namespace klive::cmaf {

using base::ErrorCode;
using base::fail;
using base::Result;

std::span<const CodecRow> codec_table() {
  static const std::array kTable = {h264_row(), aac_row()};
  return kTable;
}

const CodecRow *find_codec(Codec codec) {
  for (const CodecRow &row : codec_table()) {
    if (row.codec == codec) return &row;
  }
  return nullptr;
}

const CodecRow *find_codec_by_entry(uint32_t entry) {
  for (const CodecRow &row : codec_table()) {
    if (row.entry == entry) return &row;
  }
  return nullptr;
}

uint32_t presentation_width(const TrackFormat &format) {
  if (format.codec != Codec::kH264) return format.width;
  const auto sps = parse_avc_config(format.decoder_config);
  if (!sps) return format.width;
  return static_cast<uint32_t>(uint64_t{format.width} * sps->sar_width / sps->sar_height);
}

Result<TrackFormat> make_format(Codec codec, base::ByteView decoder_config) {
  const CodecRow *row = find_codec(codec);
  if (row == nullptr) return fail(ErrorCode::kInvalid, "this codec is not carried in CMAF here");
  TrackFormat format;
  format.codec = codec;
  format.kind = row->kind;
  format.decoder_config.assign(decoder_config.begin(), decoder_config.end());
  auto parsed = row->parse(format);
  if (!parsed) return fail(std::move(parsed).error());
  return format;
}

std::string codec_string(const TrackFormat &format) {
  const CodecRow *row = find_codec(format.codec);
  return row != nullptr ? row->codec_string(format) : std::string();
}

}  // namespace klive::cmaf
