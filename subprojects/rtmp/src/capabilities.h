// SPDX-License-Identifier: LGPL-2.1-or-later
// What an encoder and klive tell each other about Enhanced RTMP in `connect` (Enhanced RTMP v2,
// "Enhancing NetConnection connect Command").
#pragma once

#include <string>
#include <vector>

#include "rtmp/amf.h"

namespace klive::rtmp {

/// The codecs an encoder names in its connect object; empty when it speaks legacy RTMP.
[[nodiscard]] std::vector<std::string> four_ccs_of(const amf::Value &connect);
/// Adds our side to the answer's properties: the same kinds of property that the encoder sent.
void answer_capabilities(const amf::Value &connect, amf::Value &properties);

}  // namespace klive::rtmp
