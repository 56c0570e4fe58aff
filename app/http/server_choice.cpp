// SPDX-License-Identifier: LGPL-2.1-or-later
// ServerChoice: the media server that a player is sent to.
#include "http/server_choice.h"

#include <algorithm>
#include <set>

#include "kaltura/media_server_address.h"

namespace klive::app::http {
namespace {

using kaltura::make_play_error;
using kaltura::PlayErrorKind;
using kaltura::PlayManifest;
using kaltura::Value;

constexpr int64_t kKilobit = 1000;

/// Those with a picture; those of sound alone when there are no others.
std::vector<RatedFlavor> rated(const Value &streams) {
  std::vector<RatedFlavor> pictures, sounds;
  for (const Value &stream : *streams.array()) {
    const int64_t flavor = stream.integer_of("flavorId");
    if (flavor <= 0 || flavor > UINT32_MAX) continue;
    auto &kind = stream.integer_of("width") > 0 ? pictures : sounds;
    kind.push_back({stream.integer_of("bitrate"), static_cast<uint32_t>(flavor)});
  }
  return pictures.empty() ? sounds : pictures;
}

/// The flavors of the request that the server has; what it has not told yet may be there.
bool take_flavors(const PlayManifest &request, const Value &streams, kaltura::PackagerUrl &url) {
  url.flavors = request.flavors;
  if (streams.array()->empty()) return true;
  if (!request.flavors.empty()) {
    std::set<int64_t> there;
    for (const Value &stream : *streams.array()) there.insert(stream.integer_of("flavorId"));
    std::erase_if(url.flavors, [&](uint32_t flavor) { return !there.contains(flavor); });
    if (url.flavors.empty()) return false;
  }
  if (request.least_bitrate > 0 || request.most_bitrate > 0)
    url.flavors = flavors_in(rated(streams), request);
  return true;
}

/// A server that has both sides is told no side: it goes on with the other when one is lost.
bool has_both_sides(const Viewing &viewing, const PlaybackServer &chosen) {
  return std::any_of(viewing.servers.begin(), viewing.servers.end(), [&](const auto &other) {
    return other.side != chosen.side &&
           other.server_node.text_of("id") == chosen.server_node.text_of("id");
  });
}

}  // namespace

std::vector<uint32_t> flavors_in(std::vector<RatedFlavor> all, const PlayManifest &request) {
  std::sort(all.begin(), all.end(),
            [](const RatedFlavor &a, const RatedFlavor &b) { return a.rate < b.rate; });
  const int64_t least = request.least_bitrate * kKilobit;
  const int64_t most = request.most_bitrate * kKilobit;
  std::vector<uint32_t> found;
  for (const RatedFlavor &one : all) {
    if (one.rate >= least && (most == 0 || one.rate <= most)) found.push_back(one.flavor);
  }
  if (found.empty() && !all.empty()) {
    const bool is_too_fast = most != 0 && all.front().rate > most;
    found.push_back(is_too_fast ? all.front().flavor : all.back().flavor);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::variant<ServerChoice, kaltura::PlayError> choose_server(const PlayManifest &request,
                                                             const Viewing &viewing,
                                                             bool may_sign) {
  const bool may_see_all = viewing.may_preview && may_sign;
  if (!viewing.is_shown && !may_see_all) return make_play_error(PlayErrorKind::kEntryNotLive);
  for (const PlaybackServer &server : viewing.servers) {
    if (request.side && *request.side != server.side) continue;
    const auto address =
        kaltura::playback_address(server.server_node, request.is_https ? "https" : "http",
                                  request.is_dash ? "mpegdash" : "applehttp");
    if (!address) continue;
    ServerChoice choice{.protocol = address->protocol, .host = address->host, .url = {}};
    if (!take_flavors(request, server.streams, choice.url))
      return make_play_error(PlayErrorKind::kFlavorNotFound);
    choice.url.is_dash = request.is_dash;
    choice.url.partner = viewing.partner;
    choice.url.entry = request.entry;
    choice.url.segment_duration = viewing.segment_duration_ms;
    choice.url.is_main = may_see_all && viewing.is_explicit;
    choice.url.is_low_latency = viewing.low_latency;
    if (request.side || !has_both_sides(viewing, server)) choice.url.side = server.side;
    return choice;
  }
  return make_play_error(PlayErrorKind::kEntryNotLive);
}

}  // namespace klive::app::http
