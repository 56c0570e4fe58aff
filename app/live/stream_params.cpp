// SPDX-License-Identifier: LGPL-2.1-or-later
// The streams of an entry on air as Kaltura's servers report them.
#include "live/stream_params.h"

#include <cmath>

namespace klive::app {
namespace {

using kaltura::Value;

Value params_of(const manifest::Track &track) {
  constexpr size_t kFourccSize = 4;
  Value stream = Value::of_type("KalturaLiveStreamParams");
  stream["flavorId"] = std::to_string(track.init.flavor);
  stream["bitrate"] = static_cast<int64_t>(track.average_bitrate);
  stream["codec"] = track.init.codecs.substr(0, kFourccSize);
  if (track.init.kind == manifest::Kind::kVideo) {
    stream["width"] = track.init.width;
    stream["height"] = track.init.height;
    if (track.init.frame_rate_den != 0) {
      stream["frameRate"] =
          (track.init.frame_rate_num + track.init.frame_rate_den / 2) / track.init.frame_rate_den;
    }
  } else {
    stream["language"] = track.init.language;
  }
  return stream;
}

bool differs(double before, double after, double share) {
  return std::fabs(before - after) > share * std::fabs(before);
}

double rate(const Value &stream, const char *name) {
  return static_cast<double>(stream.integer_of(name));
}

}  // namespace

std::array<Value, 2> stream_params(const manifest::Presentation &presentation) {
  std::array<Value, 2> sides{Value(Value::Array()), Value(Value::Array())};
  for (const auto &[name, track] : presentation.tracks) {
    if (track.active) sides[track.init.backup ? 1 : 0].push(params_of(track));
  }
  return sides;
}

bool streams_differ(const Value &before, const Value &after) {
  const auto *old_ones = before.array(), *new_ones = after.array();
  if (old_ones == nullptr || new_ones == nullptr || old_ones->size() != new_ones->size())
    return true;
  for (size_t i = 0; i < old_ones->size(); ++i) {
    Value a = (*old_ones)[i], b = (*new_ones)[i];
    if (differs(rate(a, "bitrate"), rate(b, "bitrate"), 0.10)) return true;
    if (differs(rate(a, "frameRate"), rate(b, "frameRate"), 0.15)) return true;
    for (const char *name : {"bitrate", "frameRate"}) {
      a.erase(name);
      b.erase(name);
    }
    if (!(a == b)) return true;
  }
  return false;
}

}  // namespace klive::app
