// SPDX-License-Identifier: LGPL-2.1-or-later
// The Enhanced RTMP capability exchange.
#include "capabilities.h"

#include <span>

namespace klive::rtmp {

namespace {

constexpr std::string_view kVideoCodecs[] = {"avc1", "hvc1", "av01", "vp09"};
constexpr std::string_view kAudioCodecs[] = {"mp4a", "Opus", "ac-3", "ec-3"};
constexpr double kCanForward = 4;
constexpr double kCapsMultitrack = 2;
constexpr double kCapsModEx = 4;

amf::Value info_map(std::span<const std::string_view> codecs) {
  amf::Value map = amf::Value::object();
  for (const std::string_view codec : codecs) map.set(codec, kCanForward);
  return map;
}

amf::Value list() {
  amf::Value list = amf::Value::array();
  for (const std::string_view codec : kVideoCodecs) list.items.push_back(amf::Value::of(codec));
  for (const std::string_view codec : kAudioCodecs) list.items.push_back(amf::Value::of(codec));
  return list;
}

}  // namespace

std::vector<std::string> four_ccs_of(const amf::Value &connect) {
  std::vector<std::string> codecs;
  if (const amf::Value *sent = connect.find("fourCcList")) {
    for (const amf::Value &item : sent->items) {
      if (item.type == amf::Type::kString) codecs.push_back(item.text);
    }
    return codecs;
  }
  for (const std::string_view name : {"videoFourCcInfoMap", "audioFourCcInfoMap"}) {
    const amf::Value *sent = connect.find(name);
    if (sent) codecs.insert(codecs.end(), sent->names.begin(), sent->names.end());
  }
  return codecs;
}

void answer_capabilities(const amf::Value &connect, amf::Value &properties) {
  if (connect.find("fourCcList")) properties.set("fourCcList", list());
  if (connect.find("videoFourCcInfoMap")) {
    properties.set("videoFourCcInfoMap", info_map(kVideoCodecs));
  }
  if (connect.find("audioFourCcInfoMap")) {
    properties.set("audioFourCcInfoMap", info_map(kAudioCodecs));
  }
  if (connect.find("capsEx")) properties.set("capsEx", kCapsMultitrack + kCapsModEx);
}

}  // namespace klive::rtmp
