// SPDX-License-Identifier: LGPL-2.1-or-later
// The codec table. A codec is added by a file with its row and a line here.
#include "codecs.h"

#include <array>

#include "ac3.h"
#include "av1.h"
#include "avc.h"
#include "hevc.h"
#include "mp4a.h"

namespace klive::cmaf {

using base::ErrorCode;
using base::fail;
using base::Result;

std::span<const CodecRow> codec_table() {
  static const std::array kTable = {h264_row(), hevc_row(), av1_row(), aac_row(), ac3_row()};
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
