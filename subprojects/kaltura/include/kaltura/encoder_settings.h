// SPDX-License-Identifier: LGPL-2.1-or-later
// What an operator puts into an encoder to publish an entry.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace klive::kaltura {

/// One stream that the encoder sends. Plain value.
struct EncodedQuality {
  int64_t bitrate = 0;  ///< bit/s
  int64_t width = 0, height = 0;
};

/// Plain value. The addresses have the token: never log them.
struct EncoderTarget {
  std::string entry, name;
  std::string primary_url, backup_url;
  std::vector<EncodedQuality> qualities;  ///< the first is stream 1; never empty
};

/// The names that encoder_settings() knows: "fmle", "obs", …
[[nodiscard]] std::vector<std::string_view> encoder_names();

/// Plain value.
struct EncoderSettings {
  std::string content_type, text;
};
/// "fmle" is a profile to be opened by Flash Media Live Encoder; the others are texts to be read.
[[nodiscard]] base::Result<EncoderSettings> encoder_settings(std::string_view encoder,
                                                             const EncoderTarget &target);

}  // namespace klive::kaltura
