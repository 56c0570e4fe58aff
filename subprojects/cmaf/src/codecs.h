// SPDX-License-Identifier: LGPL-2.1-or-later
// The codec table: everything that differs from codec to codec, one row each.
#pragma once

#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "box_writer.h"
#include "cmaf/track.h"

namespace klive::cmaf {

/// Shape of one pixel.
struct PixelShape {
  uint16_t width = 1, height = 1;
};

struct CodecRow {
  Codec codec;
  Kind kind;
  uint32_t entry;   ///< sample entry, four characters
  uint32_t config;  ///< the box inside it that carries the decoder configuration
  /// Fills the format's fields from its decoder_config.
  base::Result<void> (*parse)(TrackFormat &format);
  std::string (*codec_string)(const TrackFormat &format);
  /// Null: pixels are square, or there are none.
  PixelShape (*pixel_shape)(const TrackFormat &format);
  /// Writes the configuration box. Null: the decoder_config is its contents.
  void (*write_config)(BoxWriter &out, const TrackFormat &format) = nullptr;
  /// The decoder_config in the configuration box's contents. Null: it is those.
  base::Result<base::Bytes> (*read_config)(base::ByteView contents) = nullptr;
};

[[nodiscard]] std::span<const CodecRow> codec_table();
[[nodiscard]] const CodecRow *find_codec(Codec codec);
[[nodiscard]] const CodecRow *find_codec_by_entry(uint32_t entry);

}  // namespace klive::cmaf
