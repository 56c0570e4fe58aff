// SPDX-License-Identifier: LGPL-2.1-or-later
// AMF0 and AMF3 decoding; what AMF0 decodes must encode and decode to the same.
#include <cstdlib>

#include "rtmp/amf.h"

namespace {

namespace amf = klive::rtmp::amf;
using klive::base::Bytes;

Bytes encoded(const std::vector<amf::Value> &values) {
  Bytes bytes;
  for (const amf::Value &value : values) amf::encode(bytes, value);
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const klive::base::ByteView input(data, size);
  (void)amf::decode_amf3(input);
  const auto values = amf::decode(input);
  if (!values) return 0;
  // Bytes are compared, not values: a number may be NaN.
  const Bytes bytes = encoded(*values);
  const auto again = amf::decode(bytes);
  if (!again || encoded(*again) != bytes) std::abort();
  return 0;
}
