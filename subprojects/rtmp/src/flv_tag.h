// SPDX-License-Identifier: LGPL-2.1-or-later
// The fixed parts of an FLV tag (Adobe FLV 10.1, Annex E.4.1).
#pragma once

#include "base/bytes.h"
#include "rtmp/flv.h"

namespace klive::rtmp {

constexpr size_t kFlvTagHeaderSize = 11;
constexpr size_t kFlvTagOverhead = kFlvTagHeaderSize + 4;  ///< with PreviousTagSize

void write_flv_tag_header(base::Bytes &out, TagType type, uint32_t timestamp, uint32_t length);

}  // namespace klive::rtmp
