// SPDX-License-Identifier: LGPL-2.1-or-later
// FLV codecs (FourCC and decoder configuration) → caps.
#pragma once

#include <gst/gst.h>

#include "base/bytes.h"
#include "klive/ptr.h"

namespace klive::flvdemux {

/// What the demuxer knows about a codec. Null `media_type`: not carried.
struct CodecRow {
  uint32_t four_cc = 0;
  const char *media_type = nullptr;
  bool needs_config = false;  ///< no frame can be decoded before a sequence header came
  bool nal_units = false;     ///< frames are length-prefixed NAL units
};
/// Null for codecs that are not carried.
[[nodiscard]] const CodecRow *find_video_codec(uint32_t four_cc);
[[nodiscard]] const CodecRow *find_audio_codec(uint32_t four_cc);

/// `config` is the sequence header's content, empty for codecs without one. Null when it is
/// malformed.
[[nodiscard]] gst::Ptr<GstCaps> video_caps(const CodecRow &codec, base::ByteView config);
/// `frame` is the first frame, for codecs that describe themselves there.
[[nodiscard]] gst::Ptr<GstCaps> audio_caps(const CodecRow &codec, base::ByteView config,
                                           base::ByteView frame);
/// How many bytes stand before each NAL unit, from an avcC or hvcC.
[[nodiscard]] size_t nal_length_size(const CodecRow &codec, base::ByteView config);

}  // namespace klive::flvdemux
